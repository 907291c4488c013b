package midiio

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/midi"
)

type jamEvent = jam.Event

func zeroClock() time.Duration { return 0 }

// A synth counts what sounds as the ledger should, from the receiver's side.
type synth struct {
	on     map[[2]byte]int
	last   [][3]byte
	fail   func(message [3]byte) bool
	closed bool
}

func (s *synth) Send(status, data1, data2 byte) error {
	m := [3]byte{status, data1, data2}
	if s.fail != nil && s.fail(m) {
		return errors.New("cable pulled")
	}
	s.last = append(s.last, m)
	key := [2]byte{status & 0x0F, data1}
	switch {
	case status&0xF0 == midi.NoteOn && data2 > 0:
		s.on[key]++
	case status&0xF0 == midi.NoteOn || status&0xF0 == midi.NoteOff:
		if s.on[key] > 0 {
			s.on[key]--
		}
	}
	return nil
}

func (s *synth) Close() error { s.closed = true; return nil }

func (s *synth) sounding() (n int) {
	for _, c := range s.on {
		n += c
	}
	return n
}

// Offs balance ons whatever was sent, whenever the output is closed.
func TestOutBalances(t *testing.T) { rapid.Check(t, outBalances) }

func FuzzOut(f *testing.F) { f.Fuzz(rapid.MakeFuzz(outBalances)) }

func outBalances(t *rapid.T) {
	s := &synth{on: map[[2]byte]int{}}
	o := NewOut(s)
	notes := rapid.Custom(func(t *rapid.T) [3]byte {
		return [3]byte{
			rapid.SampledFrom([]byte{midi.NoteOn, midi.NoteOn, midi.NoteOff, midi.ControlChange}).Draw(t, "kind") | rapid.ByteMax(2).Draw(t, "channel"),
			60 + rapid.ByteMax(3).Draw(t, "pitch"),
			rapid.SampledFrom([]byte{0, 1, 127}).Draw(t, "velocity"),
		}
	})
	for _, m := range rapid.SliceOf(rapid.OneOf(notes, rapid.Custom(drawMessage))).Draw(t, "messages") {
		if err := o.Send(m[0], m[1], m[2]); err != nil {
			t.Fatal(err)
		}
		if o.Sounding() != s.sounding() {
			t.Fatalf("after % X the ledger has %d notes, the synth %d", m, o.Sounding(), s.sounding())
		}
	}
	if rapid.Bool().Draw(t, "silence first") {
		if err := o.Silence(); err != nil || s.sounding() != 0 || o.Sounding() != 0 {
			t.Fatalf("Silence: %v, %d notes left", err, s.sounding())
		}
	}
	if err := o.Close(); err != nil || s.sounding() != 0 || !s.closed {
		t.Fatalf("Close: %v, %d notes left", err, s.sounding())
	}
	if err := o.Send(midi.NoteOn, 60, 1); !errors.Is(err, ErrClosed) || s.sounding() != 0 {
		t.Fatalf("Send after Close: %v", err)
	}
}

func TestOutClosingOrder(t *testing.T) {
	s := &synth{on: map[[2]byte]int{}}
	o := NewOut(s)
	_ = o.Send(0x91, 60, 80)
	_ = o.Send(0x91, 60, 80)
	_ = o.Send(0x94, 40, 80)
	_ = o.Send(0x84, 40, 0)
	s.last = nil
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	want := [][3]byte{
		{0x81, 60, 0}, {0x81, 60, 0},
		{0xB1, 64, 0}, {0xB1, 123, 0}, {0xB1, 120, 0},
		{0xB4, 64, 0}, {0xB4, 123, 0}, {0xB4, 120, 0},
	}
	if len(s.last) != len(want) {
		t.Fatalf("closing sent % X", s.last)
	}
	for i := range want {
		if s.last[i] != want[i] {
			t.Errorf("message %d is % X, not % X", i, s.last[i], want[i])
		}
	}
	if err := o.Close(); err != nil || len(s.last) != len(want) {
		t.Errorf("the second Close sent something, or failed: %v", err)
	}
}

// A note whose off could not be sent stays in the ledger and is tried again; one failure hinders no other note.
func TestOutFailingSends(t *testing.T) {
	s := &synth{on: map[[2]byte]int{}}
	o := NewOut(s)
	_ = o.Send(midi.NoteOn, 60, 80)
	_ = o.Send(midi.NoteOn, 64, 80)
	s.fail = func(m [3]byte) bool { return m[1] == 60 }
	if o.Send(midi.NoteOff, 60, 0) == nil || o.Sounding() != 2 {
		t.Errorf("a lost off was struck out: %d sounding", o.Sounding())
	}
	if o.Silence() == nil || o.Sounding() != 1 || s.sounding() != 1 {
		t.Errorf("after a failing Silence %d in the ledger, %d sounding", o.Sounding(), s.sounding())
	}
	if o.Send(midi.NoteOn, 60, 80) == nil || o.Sounding() != 2 {
		t.Error("a note on of which nothing is known is not in the ledger")
	}
	s.fail = nil
	if err := o.Close(); err != nil || s.sounding() != 0 {
		t.Errorf("Close: %v, %d sounding", err, s.sounding())
	}
}

func TestOutRefuses(t *testing.T) {
	s := &synth{on: map[[2]byte]int{}}
	o := NewOut(s)
	for _, m := range [][3]byte{{0x00, 1, 1}, {0x7F, 1, 1}, {0xF0, 1, 1}, {0xF8, 0, 0}, {0x90, 0x80, 1}, {0x90, 60, 0xFF}} {
		if err := o.Send(m[0], m[1], m[2]); !errors.Is(err, ErrNotAChannelMessage) {
			t.Errorf("% X: %v", m, err)
		}
	}
	if len(s.last) != 0 {
		t.Errorf("sent % X", s.last)
	}
}

func TestOutSweep(t *testing.T) {
	s := &synth{on: map[[2]byte]int{{1, 60}: 1, {1, 127}: 1, {0, 0}: 1}}
	o := NewOut(s)
	if err := o.Sweep(1, 0); err != nil || s.sounding() != 0 {
		t.Fatalf("Sweep: %v, %d left sounding", err, s.sounding())
	}
	if len(s.last) != 2*(3+128) || s.last[0] != [3]byte{0xB1, 64, 0} || s.last[131] != [3]byte{0xB0, 64, 0} {
		t.Errorf("swept with %d messages: % X", len(s.last), s.last)
	}
}

func TestOutConcurrentAndWithoutAllocation(t *testing.T) {
	c := NewCable(zeroClock, func(jamEvent) {})
	o := NewOut(c)
	var senders sync.WaitGroup
	for channel := range byte(4) {
		senders.Go(func() {
			for i := range 500 {
				_ = o.Send(midi.NoteOn|channel, byte(i%128), 1)
				_ = o.Send(midi.NoteOff|channel, byte(i%128), 0)
			}
		})
	}
	senders.Wait()
	if o.Sounding() != 0 {
		t.Errorf("%d notes in the ledger", o.Sounding())
	}
	if a := testing.AllocsPerRun(100, func() { _ = o.Send(midi.NoteOn, 60, 1); _ = o.Send(midi.NoteOff, 60, 0) }); a != 0 {
		t.Errorf("Send allocates %v times", a)
	}
}

func TestMemoryPorts(t *testing.T) {
	var clock time.Duration
	now := func() time.Duration { clock += time.Millisecond; return clock }
	r := NewRecorder(now)
	cable := NewCable(now, func(e jam.Event) { _ = r.Send(e.Status, e.Data1, e.Data2) })
	_ = cable.Send(0xC2, 5, 99)
	_ = cable.Packet([]byte{0xF8, 0x90, 60, 1})
	if d := cable.Dropped(); d.Realtime != 1 {
		t.Errorf("dropped %+v", d)
	}
	_ = cable.Close()
	if err := cable.Send(midi.NoteOn, 1, 1); !errors.Is(err, ErrClosed) {
		t.Errorf("a pulled cable says %v", err)
	}
	want := []jam.Event{{At: 2 * time.Millisecond, Status: 0xC2, Data1: 5}, {At: 4 * time.Millisecond, Status: 0x90, Data1: 60, Data2: 1}}
	got := r.Events()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

// drawMessage draws a channel message.
func drawMessage(t *rapid.T) [3]byte {
	m := [3]byte{rapid.ByteRange(0x80, 0xEF).Draw(t, "status"), rapid.ByteMax(0x7F).Draw(t, "data1")}
	if midi.DataBytes(m[0]) == 2 {
		m[2] = rapid.ByteMax(0x7F).Draw(t, "data2")
	}
	return m
}
