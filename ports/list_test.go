package ports

import (
	"slices"
	"testing"

	"jamd/midiio"
)

// A system is a lister of ports that come and go.
type system struct{ outs []midiio.PortInfo }

func (s *system) List() (ins, outs []midiio.PortInfo, err error) {
	return nil, slices.Clone(s.outs), nil
}
func (s *system) Close() {}

// A port that has just come is there after an update, but not before: listing the ports is slow on some systems.
func TestUpdate(t *testing.T) {
	s := &system{outs: []midiio.PortInfo{{Name: "synth", Address: "128:0"}, {Name: midiio.VirtualOut, Address: "129:0"}}}
	list := NewList(s)
	check := func(want ...string) {
		t.Helper()
		if have, err := list.Outputs(); err != nil || !slices.Equal(have, want) {
			t.Errorf("outputs %q, %v, want %q", have, err, want)
		}
	}
	check("synth")
	s.outs = append(s.outs, midiio.PortInfo{Name: "synth", Address: "130:0"})
	check("synth")
	if !list.Update() {
		t.Error("no change")
	}
	check("synth 128:0", "synth 130:0")
	if list.Update() {
		t.Error("a change, though nothing has changed")
	}
}
