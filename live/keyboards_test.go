package live

import (
	"slices"
	"testing"

	"github.com/rs/zerolog"

	"jamd/midiio"
)

func TestArrivals(t *testing.T) {
	var a arrivals
	for _, tt := range []struct{ now, want []string }{
		{[]string{"Nord"}, []string{"Nord"}},
		{[]string{"Nord", "Midi Through Port-0"}, nil},
		{[]string{"Keystation", "Nord"}, []string{"Keystation"}},
		{nil, nil},
		{[]string{"Nord"}, []string{"Nord"}},
	} {
		if come := a.since(tt.now); !slices.Equal(come, tt.want) {
			t.Errorf("of %q these have come: %q, want %q", tt.now, come, tt.want)
		}
	}
}

// The player is told of the keyboard that is back, and of no other port.
func TestKeyboardIsBack(t *testing.T) {
	told := 0
	j := &Jam{host: &Host{}, log: zerolog.Nop(), input: &input{in: &midiio.In{}}} // a port without a name
	j.options.Keyboard = func(_ string, heard bool) {
		if told++; !heard {
			t.Error("it is heard")
		}
	}
	for _, c := range []midiio.Change{
		{Kind: "input", Event: midiio.Gone},
		{Kind: "input", Event: midiio.Back, Port: midiio.PortInfo{Name: "clock of a drum machine"}},
		{Kind: "output", Event: midiio.Back, Port: midiio.PortInfo{Name: "synth"}},
	} {
		if j.tellPort(c); told != 0 {
			t.Errorf("told of %v", c)
		}
	}
	if j.tellPort(midiio.Change{Kind: "input", Event: midiio.Back}); told != 1 {
		t.Errorf("told %d times", told)
	}
}
