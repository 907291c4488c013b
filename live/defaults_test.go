package live

import (
	"path/filepath"
	"testing"

	"jamd/config"
	"jamd/ui"
)

// Saving the clock saves its port too, so both have a new default, and both have the old one after undo.
func TestSavingTheClockSavesItsPort(t *testing.T) {
	flags := flagsOf(t, &struct{ Clock, ClockIn string }{})
	d := defaults{file: config.NewDefaults(filepath.Join(t.TempDir(), "config.toml"), "", flags)}
	clock := func(source, in string) []ui.Param {
		return d.add([]ui.Param{{Name: choiceClock, Value: source}, {Name: choiceClockIn, Value: in}})
	}
	has := func(source, in string) {
		t.Helper()
		if p := clock("", ""); *p[0].Default != source || *p[1].Default != in {
			t.Errorf("the defaults are %s and %s, want %s and %s", *p[0].Default, *p[1].Default, source, in)
		}
	}
	d.begin(clock(clockInternal, withMelody))
	if _, err := d.save(choiceClock, clock(ClockExternal, "drums"), Clock{Source: ClockExternal, In: "drums"}); err != nil {
		t.Fatal(err)
	}
	has(ClockExternal, "drums")
	if err := d.undo(); err != nil {
		t.Fatal(err)
	}
	has(clockInternal, withMelody)
}
