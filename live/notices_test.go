package live

import (
	"slices"
	"testing"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/midiio"
	"jamd/ui"
)

// Whatever happens to a port or is changed by the guard has the code that the pages translate, and its arguments.
func TestNotices(t *testing.T) {
	change := func(kind, name string, e midiio.PortEvent) ui.Notice {
		return portNotice(midiio.Change{Kind: kind, Port: midiio.PortInfo{Name: name}, Event: e})
	}
	guard := func(c latency.Change) ui.Notice {
		c.Step, c.Budget = 21500*time.Microsecond, 20*time.Millisecond
		return guardNotice("3.2", c)
	}
	for _, c := range []struct {
		got  ui.Notice
		code ui.NoticeCode
		args []string // names and values
	}{
		{change("input", "keys", midiio.Gone), ui.NoticeInputGone, []string{"port", "keys"}},
		{change("output", "synth", midiio.Gone), ui.NoticeOutputGone, []string{"port", "synth"}},
		{change("output", "synth", midiio.Back), ui.NoticePortBack, []string{"port", "synth"}},
		{change("input", "keys", midiio.Awaited), ui.NoticePortAwaited, []string{"port", "keys"}},
		{change("input", "keys", midiio.Overrun), ui.NoticePortOverrun, []string{"port", "keys"}},
		{guard(latency.Change{Kind: latency.BudgetBroken}), ui.NoticeBudgetBroken, []string{"at", "3.2", "step", "21.50", "budget", "20.00"}},
		{guard(latency.Change{Kind: latency.BudgetMet}), ui.NoticeBudgetMet, []string{"at", "3.2", "step", "21.50", "budget", "20.00"}},
		{guard(latency.Change{Kind: latency.RungChanged, Rung: jam.RungFull}), ui.NoticeFull, []string{"at", "3.2"}},
		{guard(latency.Change{Kind: latency.RungChanged, Rung: jam.RungFaster}), ui.NoticeFaster, []string{"at", "3.2"}},
		{guard(latency.Change{Kind: latency.RungChanged, Rung: jam.RungHold}), ui.NoticeHold, []string{"at", "3.2"}},
	} {
		if c.got.Code != c.code || c.got.Text == "" || !slices.Contains(ui.NoticeCodes, c.code) || len(c.got.Args) != len(c.args)/2 {
			t.Errorf("%+v, want %s", c.got, c.code)
		}
		for i := 0; i < len(c.args); i += 2 {
			if got := c.got.Args[c.args[i]]; got != c.args[i+1] {
				t.Errorf("%s: %s is %q, want %q", c.code, c.args[i], got, c.args[i+1])
			}
		}
	}
}
