package midiio

import (
	"testing"
	"time"

	"jamd/jam"
	"jamd/midi"
)

// Our own clock through a real sequencer, from one port of ours to another. The emulator's time is no measure: what is
// held is that every message arrives as it was sent, none of it as an event, and that the song is where its master says.
func TestRealClock(t *testing.T) {
	needsSequencer(t)
	box := newInbox()
	in := must(OpenVirtualIn("jamd clock in", box.now, box.receive))(t)
	defer in.Close()
	f := newReceiver(100)
	in.SendClockTo(f)
	out := must(OpenOut("jamd clock in"))(t)
	defer out.Close()
	clock := out.Clock()
	send := func(status, data1, data2 byte) {
		t.Helper()
		if err := clock.Send(status, data1, data2); err != nil {
			t.Fatal(err)
		}
	}
	// arrived plays a note behind the clock's messages, and waits until it is there: the sequencer keeps the order.
	notes := 0
	arrived := func() (jam.Segment, bool) {
		t.Helper()
		if err := out.Send(0x90, 60, 1); err != nil {
			t.Fatal(err)
		}
		notes++
		events := box.wait(t, notes)
		seg, running, _ := f.Position(events[len(events)-1].At)
		return seg, running
	}
	send(jam.SongPosition(1000))
	send(jam.ClockContinue, 0, 0)
	if seg, running := arrived(); running || seg.Frame != 1000 {
		t.Errorf("before the first pulse: %+v, running %v", seg, running)
	}
	next := time.Now()
	for range 61 { // ten frames and the line after them, at 100 BPM
		send(jam.ClockPulse, 0, 0)
		next = next.Add(25 * ms)
		time.Sleep(time.Until(next))
	}
	seg, running := arrived()
	if !running || seg.Frame < 1010 || seg.Frame > 1011 || seg.BPM < 80 || seg.BPM > 125 {
		t.Errorf("after 61 pulses: %+v, running %v, %d dropped", seg, running, f.Dropped())
	}
	t.Logf("after 61 pulses: %+v, %d taken for dropped", seg, f.Dropped())
	send(jam.ClockStop, 0, 0)
	if seg, running := arrived(); running || seg.Frame < 1011 || seg.Frame > 1012 {
		t.Errorf("after the stop: %+v, running %v", seg, running)
	}
	send(jam.ClockStart, 0, 0)
	send(jam.ClockPulse, 0, 0)
	if seg, running := arrived(); !running || seg.Frame > 1 {
		t.Errorf("after a start: %+v, running %v", seg, running)
	}
	if d := in.Dropped(); d != (midi.Dropped{}) {
		t.Errorf("dropped: %+v", d)
	}
}
