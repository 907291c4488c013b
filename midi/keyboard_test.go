package midi

import (
	"slices"
	"testing"
	"time"

	"jamd/jam"
)

func TestKeyboard(t *testing.T) {
	var k Keyboard
	var got []jam.Event
	receive := func(e jam.Event) { got = append(got, e) }
	k.Packet(time.Second, []byte{0x93, 60, 100, 62, 0xF8, 90, 60, 0, 0xB3, 64, 127, 0xF0, 1, 0xF7}, receive, nil)
	k.Release(2*time.Second, receive)
	k.Release(3*time.Second, receive) // there is nothing left to release
	want := []jam.Event{
		{At: time.Second, Status: 0x93, Data1: 60, Data2: 100},
		{At: time.Second, Status: 0x93, Data1: 62, Data2: 90},
		{At: time.Second, Status: 0x93, Data1: 60},
		{At: time.Second, Status: 0xB3, Data1: SustainPedal, Data2: 127},
		{At: 2 * time.Second, Status: 0x83, Data1: 62},
		{At: 2 * time.Second, Status: 0xB3, Data1: SustainPedal},
		{At: 2 * time.Second, Status: 0xB3, Data1: AllNotesOff},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if d := k.Dropped(); d != (Dropped{Realtime: 1, System: 1}) {
		t.Errorf("dropped %+v", d)
	}
}

func TestPacketAllocatesNothing(t *testing.T) {
	var k Keyboard
	var n int
	packet := []byte{0x90, 60, 100, 0xF8, 0x80, 60, 0}
	receive := func(jam.Event) { n++ }
	if a := testing.AllocsPerRun(100, func() { k.Packet(0, packet, receive, nil) }); a != 0 {
		t.Errorf("%v allocations a packet", a)
	}
	if n == 0 {
		t.Error("nothing arrived")
	}
}
