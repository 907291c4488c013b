package live

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
	"jamd/midiio"
)

// master sends a clock of 24 pulses a beat, with a Start before the first, until ctx ends. A pulse that a busy machine sends late has
// the time at which it was due, so that the tempo is exact.
func master(ctx context.Context, to *midiio.ClockReceiver, now func() time.Duration, bpm float64) {
	period := time.Duration(float64(time.Minute) / bpm / 24)
	due := now()
	to.Receive(due, jam.ClockStart, 0, 0)
	for ; ctx.Err() == nil; due += period {
		time.Sleep(due - now())
		to.Receive(due, jam.ClockPulse, 0, 0)
	}
}

// A jam with an external clock begins with its Start and follows its tempo.
func TestClockExternal(t *testing.T) {
	j := &Jam{Prepared: &Prepared{Clock: jam.NewLiveClock()}, options: Options{Clock: Clock{Source: ClockExternal}}}
	recorder := midiio.NewRecorder(j.Clock.Now)
	entries := jam.NewReader(256)
	j.Config = jam.LoopConfig{
		Settings: jam.DefaultSettings(), Policy: jamtest.NewPolicy(1), Output: recorder, Clock: j.Clock,
		Inbox: jam.NewQueue[jam.Event](8), Frames: 12, Readers: []*jam.Reader{entries},
	}
	if err := j.openClock(); err != nil {
		t.Fatal(err)
	}
	loop, err := jam.NewLoop(j.Config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	go master(ctx, j.clock, j.Clock.Now, 200)
	summary, err := loop.Run(ctx)
	if err != nil || ctx.Err() != nil || summary.Frames == 0 { // it ends by itself; a busy machine passes over frames, which are in no count
		t.Fatalf("%+v, %v", summary, err)
	}
	var last jam.Moved
	for len(entries.C()) > 0 {
		if e := <-entries.C(); e.Kind == jam.EntryMoved {
			last = e.Moved
		}
	}
	if math.Abs(last.BPM-200) > 1 {
		t.Errorf("at %v BPM, not at the master's 200", last.BPM)
	}
}

// With --clock send, the port of the chords gets a clock, from Start to Stop.
func TestClockSend(t *testing.T) {
	clock := jam.NewLiveClock()
	recorder := midiio.NewRecorder(clock.Now)
	j := &Jam{
		Prepared: &Prepared{Clock: clock}, output: &output{Out: midiio.NewOut(recorder)}, options: Options{Clock: Clock{Source: clockSend}},
	}
	j.Config = jam.LoopConfig{
		Settings: jam.DefaultSettings(), Policy: jamtest.NewPolicy(1), Output: j.output, Clock: clock,
		Inbox: jam.NewQueue[jam.Event](8), Frames: 4, Start: jam.StartAtOnce,
	}
	if err := j.openClock(); err != nil {
		t.Fatal(err)
	}
	loop, err := jam.NewLoop(j.Config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loop.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var clocks []byte
	for _, e := range recorder.Events() {
		if e.Status >= 0xF8 {
			clocks = append(clocks, e.Status)
		}
	}
	if n := len(clocks); n < 20 || clocks[n-1] != jam.ClockStop || !slices.Contains(clocks, byte(jam.ClockStart)) {
		t.Errorf("% x", clocks)
	}
}
