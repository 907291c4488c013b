package live

import (
	"slices"
	"testing"

	"jamd/midiio"
	"jamd/ports"
)

// A system is a lister of input ports that come and go.
type system struct{ ins []midiio.PortInfo }

func (s *system) List() (ins, outs []midiio.PortInfo, err error) {
	return slices.Clone(s.ins), nil, nil
}
func (s *system) Close() {}

// A port that was plugged in a moment ago can be chosen, though it is not in the list that was shown last.
func TestChooseNewPort(t *testing.T) {
	s := &system{ins: []midiio.PortInfo{{Name: "keyboard"}}}
	j := &Jam{Prepared: &Prepared{}, host: &Host{ports: ports.NewList(s), next: &next{}}}
	if ok, err := j.choose(choiceClockIn, "drum machine"); !ok || err == nil {
		t.Errorf("a port that is not there: %v, %v", ok, err)
	}
	s.ins = append(s.ins, midiio.PortInfo{Name: "drum machine"})
	if ok, err := j.choose(choiceClockIn, "drum machine"); !ok || err != nil {
		t.Errorf("a new port: %v, %v", ok, err)
	}
	if in := j.host.next.get().clock.In; in != "drum machine" {
		t.Errorf("the clock comes from %q", in)
	}
}
