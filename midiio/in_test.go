package midiio

import (
	"testing"

	"jamd/jam"
)

func TestInputAllocatesNothing(t *testing.T) {
	var n int
	c := NewCable(zeroClock, func(jam.Event) { n++ })
	packet := []byte{0x90, 60, 100, 0xF8, 0x80, 60, 0}
	if a := testing.AllocsPerRun(100, func() { _ = c.Packet(packet) }); a != 0 {
		t.Errorf("%v allocations a packet", a)
	}
	if n == 0 {
		t.Error("nothing arrived")
	}
}
