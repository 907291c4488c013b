package live

import (
	"testing"

	"jamd/midiio"
)

func TestFirstOf(t *testing.T) {
	through := midiio.PortInfo{Name: "Midi Through:Midi Through Port-0", Address: "14:0"}
	one, twin := midiio.PortInfo{Name: "Keys:Keys MIDI 1", Address: "24:0"}, midiio.PortInfo{Name: "Keys:Keys MIDI 1", Address: "28:0"}
	for _, c := range []struct {
		name string
		ins  []midiio.PortInfo
		want string
	}{
		{"none", nil, ""},
		{"a loop of the system alone", []midiio.PortInfo{through}, ""},
		{"one keyboard", []midiio.PortInfo{through, one}, "Keys:Keys MIDI 1"},
		{"two of one name", []midiio.PortInfo{through, one, twin}, "Keys:Keys MIDI 1 24:0"},
	} {
		if got, _ := firstOf(c.ins); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
