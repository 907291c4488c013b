package jam_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A liveJam is a whole jam on the virtual clock of testing/synctest.
type liveJam struct {
	config jam.LoopConfig
	policy *jamtest.Policy
	events []jam.Event   // At counts from when the player begins
	begins time.Duration // the player
	cancel time.Duration // 0: never
	stop   []stop        // of the machine
	inbox  int           // room, 0: plenty
	steers []jam.Control // sent at their times

	// The results.
	summary  jam.Summary
	reports  []jam.FrameReport
	heard    []jam.Input
	actions  []jam.LoopAction
	errs     []error
	applied  []jam.Applied
	segments []jam.Moved
	released []jam.Policy
	out      *jamtest.Output
	pulses   *jamtest.Output // MIDI clock, where config.ClockOut is set
	ended    time.Duration
	take     jam.Take
}

// A steadyLead is a guard that always orders the same.
type steadyLead time.Duration

func (l steadyLead) Orders(time.Duration) jam.Orders { return jam.Orders{Lead: time.Duration(l)} }
func (steadyLead) Saw(*jam.FrameReport)              {}
func (steadyLead) PolicyChanged()                    {}

// A stop is a time in which the machine does not run: the loop's goroutine gets no time.
type stop struct{ at, lasts time.Duration }

// stoppingClock is a system clock on a machine that stops.
type stoppingClock struct {
	*jam.SystemClock
	stops []stop
}

func (c *stoppingClock) Wait(until time.Duration) {
	c.SystemClock.Wait(until)
	for len(c.stops) > 0 && c.Now() >= c.stops[0].at {
		time.Sleep(c.stops[0].lasts)
		c.stops = c.stops[1:]
	}
}

// run plays the jam. It only asserts that every note on has its note off.
func (j *liveJam) run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := jam.NewSystemClock()
		j.out = jamtest.NewOutput(clock)
		if j.policy == nil {
			j.policy = jamtest.NewPolicy(7)
		}
		room := j.inbox
		if room == 0 {
			room = 1 << 14
		}
		inbox := jam.NewQueue[jam.Event](room)
		c := &j.config
		c.Policy, c.Inbox, c.Output, c.Clock = j.policy, inbox, j.out, &stoppingClock{clock, j.stop}
		entries, unread := jam.NewReader(1<<14), jam.NewReader(1)
		c.Readers = []*jam.Reader{entries, unread}
		controls := jam.NewControls()
		c.Controls = controls
		var mu sync.Mutex
		c.Release = func(p jam.Policy) {
			mu.Lock()
			defer mu.Unlock()
			j.released = append(j.released, p)
		}
		if c.ClockOut != nil {
			j.pulses = jamtest.NewOutput(clock)
			c.ClockOut = j.pulses
		}
		for _, steer := range j.steers {
			time.AfterFunc(steer.At, func() {
				if p := controls.Ask(steer); p != nil {
					c.Release(p)
				}
			})
		}
		loop, err := jam.NewLoop(*c)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if j.cancel > 0 {
			time.AfterFunc(j.cancel, cancel)
		}
		go func() {
			for _, e := range j.events {
				e.At += j.begins
				select {
				case <-ctx.Done():
					return
				case <-time.After(e.At - clock.Now()):
					inbox.TrySend(e)
				}
			}
		}()
		if j.summary, err = loop.Run(ctx); err != nil {
			t.Fatal(err)
		}
		j.ended = clock.Now()
		builder := jam.NewTakeBuilder("", []jam.TempoChange{{BPM: c.Settings.Tempo}}, c.Settings.Meter)
		entries.Close()
		told := 0
		for e := range entries.C() {
			told++
			switch e.Kind {
			case jam.EntryReport:
				j.reports = append(j.reports, e.Report)
				builder.Add(e.Report)
			case jam.EntryInput:
				j.heard = append(j.heard, e.Input)
			case jam.EntryAction:
				j.actions = append(j.actions, e.Action)
			case jam.EntryApplied:
				j.applied = append(j.applied, e.Applied)
			case jam.EntryMoved:
				j.segments = append(j.segments, e.Moved)
			case jam.EntryError:
				j.errs = append(j.errs, e.Err)
			}
		}
		j.take = builder.Take(j.summary.Melody)
		lost := unread.Dropped(jam.EntryReport, jam.EntryInput, jam.EntryAction, jam.EntryApplied, jam.EntryMoved, jam.EntryError)
		if told > 0 && lost != uint64(told-1) {
			t.Errorf("of %d entries a reader who never read lost %d", told, lost)
		}
		if j.out.Sounding() != 0 || j.out.Err() != nil {
			t.Errorf("%d notes are left sounding, %v", j.out.Sounding(), j.out.Err())
		}
		if _, err := loop.Run(ctx); err == nil {
			t.Error("a loop ran twice")
		}
	})
}

// remembers checks that the policy was told what sounded and what was played, frame by frame.
func (j *liveJam) remembers(t interface{ Errorf(string, ...any) }) {
	v, heard := j.policy.Vocabulary(), j.policy.Heard()
	chord, frame := v.Start(), int64(0)
	check := func(melody jam.MelodyToken, unknown bool) {
		if h := heard[frame]; h.Chord != chord || !unknown && h.Melody != melody || h.Place != j.config.Settings.Meter.Place(frame) {
			t.Errorf("before frame %d the policy heard %+v, but %d and %d sounded", frame, h, chord, melody)
		}
		frame++
	}
	for _, r := range j.reports {
		for frame < r.Frame {
			check(0, true)
			chord = v.Continue(chord) // through frames that were lost
		}
		check(r.Melody, false)
		chord = r.Sounded
	}
	if int64(len(heard)) != frame {
		t.Errorf("the policy heard %d frames, %d were played", len(heard), frame)
	}
}

func note(at, duration time.Duration, pitch byte) []jam.Event {
	return []jam.Event{{At: at, Status: 0x90, Data1: pitch, Data2: 90}, {At: at + duration, Status: 0x80, Data1: pitch}}
}

// With notes at any times and any settings, live and offline give the same.
func TestLiveIsAsAccompanied(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := anySettings(rt)
		// The jam begins with a note on the first line.
		events := append([]jam.Event{{At: 0, Status: 0x90, Data1: 60, Data2: 90}}, anyEvents(rt, "events", 0, 6*time.Second)...)
		offline := jamtest.NewPolicy(3)
		want, err := jam.Accompany(context.Background(), offline, s, jam.Tune{Events: events})
		if err != nil {
			rt.Fatal(err)
		}
		step := time.Duration(float64(15*time.Second) / s.Tempo)
		// A guard that asks for more than half a frame does not get it.
		lead := time.Duration(rapid.Int64Range(int64(3*time.Millisecond), int64(step)).Draw(rt, "lead"))
		j := liveJam{
			policy: jamtest.NewPolicy(3), events: events,
			begins: time.Duration(rapid.Int64Range(0, int64(10*time.Second)).Draw(rt, "begins")),
			config: jam.LoopConfig{Settings: s, Frames: want.Take.Frames, Guard: steadyLead(lead)},
		}
		most := step / 3 // what a lead of half a frame leaves time for
		if s.Swing != jam.Straight {
			most /= 2 // the shortest frame of a swung pair is half as long
		}
		j.policy.Delay = func(n int64) time.Duration { return time.Duration(n*7919%100) * (min(lead, most) - 1) / 100 }
		j.run(t)
		got := j.take
		if !reflect.DeepEqual(got.Chords, want.Take.Chords) || !slices.Equal(got.Melody, want.Take.Melody) ||
			got.Frames != want.Take.Frames {
			rt.Fatalf("live:\n%+v\naccompanied:\n%+v", got, want.Take)
		}
		if !slices.Equal(j.policy.Heard(), offline.Heard()) {
			rt.Fatalf("live the policy heard\n%v\naccompanied\n%v", j.policy.Heard(), offline.Heard())
		}
		if j.summary != want.Summary {
			rt.Fatalf("live %+v, accompanied %+v", j.summary, want.Summary)
		}
		j.remembers(rt)
	})
}

func TestChordsAreSentAtTheLine(t *testing.T) {
	j := liveJam{
		config: jam.LoopConfig{Settings: settings(nil), Frames: 64},
		begins: time.Second, events: note(0, 3*time.Second, 60),
	}
	j.policy = jamtest.NewPolicy(2)
	j.policy.Delay = func(int64) time.Duration { return 2 * time.Millisecond }
	j.run(t)
	if len(j.reports) != 64 || j.summary.Misses != 0 || j.summary.Chords == 0 {
		t.Fatalf("%d reports, %+v", len(j.reports), j.summary)
	}
	grid, _ := jam.NewGrid(time.Second, 120)
	for i, r := range j.reports {
		if r.Frame != int64(i) || r.Line != grid.Line(r.Frame) || r.Late != 0 || r.Step != 2*time.Millisecond {
			t.Errorf("report %d: %+v", i, r)
		}
		if i > 0 && r.Lead != jam.DefaultLead {
			t.Errorf("frame %d: woken %v before the line", i, r.Lead)
		}
	}
	for _, m := range j.out.Sent() {
		if frame := grid.Nearest(m.At); grid.Line(frame) != m.At || frame%4 != 0 {
			t.Errorf("message %X %d is sent at %v, on no beat", m.Status, m.Data1, m.At)
		}
	}
	if j.ended != grid.Line(64) || !slices.Equal(j.heard, []jam.Input{
		{Frame: 1, Event: jam.Event{At: time.Second, Status: 0x90, Data1: 60, Data2: 90}},
		{Frame: 25, Event: jam.Event{At: 4 * time.Second, Status: 0x80, Data1: 60}},
	}) {
		t.Errorf("ended at %v, heard %v", j.ended, j.heard)
	}
}

// Inference sometimes takes up to half a second. The chord is held and the miss counted exactly when the answer was not there
// at the line, and every answer in time is what the policy says to what really sounded.
func TestLateInference(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const frames = 120
		delays := make([]time.Duration, frames)
		for i := 0; i < 80; i++ { // then it has time to catch up
			if rapid.IntRange(0, 5).Draw(rt, "late") == 0 {
				delays[i] = time.Duration(rapid.Int64Range(0, 500_000_000).Draw(rt, "delay"))
			}
		}
		s := settings(func(s *jam.Settings) {
			s.Temperature, s.Listen = 0, rapid.IntRange(0, 2).Draw(rt, "listen")
			s.ChordGrid = rapid.SampledFrom([]jam.ChordGrid{jam.GridFrame, jam.GridBeat}).Draw(rt, "chord grid")
		})
		j := liveJam{
			policy: jamtest.NewPolicy(9), begins: time.Second,
			events: append(note(0, 2*time.Second, 60), note(3*time.Second, 4*time.Second, 64)...),
			config: jam.LoopConfig{Settings: s, Frames: frames},
		}
		j.policy.Delay = func(n int64) time.Duration { return delays[n] }
		j.run(t)
		j.remembers(rt)
		grid, _ := jam.NewGrid(time.Second, s.Tempo)
		// Step 0 is done beforehand; its delay comes before the player's first note.
		busy := delays[0]
		misses, joined := int64(0), s.Listen == 0
		judge := jamtest.NewPolicy(9)
		for i, r := range j.reports {
			h := j.policy.Heard()[i]
			logits, _ := judge.Step(h.Chord, h.Melody, h.Place)
			if i > 0 {
				busy = max(busy, grid.Line(r.Frame)-jam.DefaultLead) + delays[i]
			}
			late := busy > grid.Line(r.Frame)
			if late {
				misses++
			}
			before := judge.Vocabulary().Start()
			if i > 0 {
				before = j.reports[i-1].Sounded
			}
			want := judge.Vocabulary().Continue(before)
			if !late && s.ChordGrid.Has(jam.Quarters(4), r.Frame) && r.Frame >= int64(4*s.Listen) {
				want = likeliest(judge.Vocabulary(), logits, before, !joined)
				joined = joined || want != jam.NoChord
			}
			if r.Missed != late || r.Sounded != want || r.Frame != int64(i) {
				rt.Fatalf("frame %d (late: %v): missed %v, sounded %d, want %d", i, late, r.Missed, r.Sounded, want)
			}
		}
		if j.summary.Misses != misses || j.summary.Skipped != 0 || len(j.reports) != frames {
			rt.Fatalf("%+v, want %d misses", j.summary, misses)
		}
	})
}

func likeliest(v *jam.Vocabulary, logits []float32, before jam.ChordToken, begin bool) jam.ChordToken {
	best, most := jam.NoChord, math.Inf(-1)
	for i, x := range logits {
		if token := jam.ChordToken(i); v.Legal(before, token) && (!begin || v.IsBegin(token)) && float64(x) > most {
			best, most = token, float64(x)
		}
	}
	return best
}

// A policy that is further behind than its window forgets, and is told the newest window afresh.
func TestPolicyFarBehind(t *testing.T) {
	s := settings(func(s *jam.Settings) { s.Tempo = 400 })
	step := 37500 * time.Microsecond
	j := liveJam{
		policy: jamtest.NewPolicy(8), begins: time.Second, events: note(0, time.Minute, 60),
		config: jam.LoopConfig{Settings: s, Frames: 600, Guard: steadyLead(10 * time.Millisecond)},
	}
	j.policy.Delay = func(n int64) time.Duration {
		if n == 100 {
			return 400*step + step/2
		}
		return 0
	}
	j.run(t)
	v, heard := j.policy.Vocabulary(), j.policy.Heard()
	if j.policy.Resets() != 2 || j.summary.Misses != 401 || j.summary.Skipped != 0 || j.summary.Frames != 600 {
		t.Fatalf("%d resets, %+v", j.policy.Resets(), j.summary)
	}
	// The line of frame 500 passed while it was stuck, with 256 requests waiting, for frames 245 to 500.
	if len(heard) != 1+256+99 || heard[0] != (jamtest.Asked{Chord: v.Start(), Melody: jam.MelodyStart, Place: 1 + 244%16}) {
		t.Fatalf("heard %d frames, first %v", len(heard), heard[0])
	}
	sounded, ok := v.Index(j.reports[244].Sounded)
	if !ok || v.IsBegin(j.reports[244].Sounded) ||
		heard[1] != (jamtest.Asked{Chord: v.Begin(sounded), Melody: jam.MelodyOnset(60), Place: 1 + 245%16}) {
		t.Errorf("its new memory begins with %v", heard[1])
	}
	for i, h := range heard[2:] {
		if r := j.reports[245+i]; h.Chord != r.Sounded || h.Melody != j.reports[246+i].Melody {
			t.Fatalf("frame %d: heard %v, sounded %+v", 245+i, h, r)
		}
	}
	for _, r := range j.reports[501:] {
		if r.Missed {
			t.Errorf("frame %d is missed", r.Frame)
		}
	}
}

func TestStoppedMachine(t *testing.T) {
	for name, c := range map[string]struct {
		stop stop
		// The frame that is reported next, and whether the chord was released before it.
		next  int64
		letGo bool
	}{
		// 125 ms a frame from 1 s on: frame 20 is at 3.5 s.
		"five seconds, before waking":   {stop{3400 * time.Millisecond, 5 * time.Second}, 59, true},
		"five seconds, until the line":  {stop{3490 * time.Millisecond, 5 * time.Second}, 60, true},
		"half a second, before waking":  {stop{3400 * time.Millisecond, 500 * time.Millisecond}, 23, false},
		"half a second, until the line": {stop{3490 * time.Millisecond, 500 * time.Millisecond}, 24, false},
		"within a frame":                {stop{3490 * time.Millisecond, 50 * time.Millisecond}, 20, false},
	} {
		j := liveJam{
			policy: jamtest.NewPolicy(1), begins: time.Second, stop: []stop{c.stop}, events: note(0, time.Minute, 60),
			config: jam.LoopConfig{Settings: settings(nil), Frames: 100},
		}
		j.run(t)
		j.remembers(t)
		grid, _ := jam.NewGrid(time.Second, 120)
		i := slices.IndexFunc(j.reports, func(r jam.FrameReport) bool { return r.Frame >= 20 })
		r := j.reports[i]
		if r.Frame != c.next || r.Skipped != c.next-20 || j.summary.Skipped != c.next-20 || j.summary.Frames != 100-r.Skipped {
			t.Errorf("%s: next is frame %d with %d skipped, %+v", name, r.Frame, r.Skipped, j.summary)
		}
		if r.Line != grid.Line(r.Frame) || r.Late < 0 || r.Late >= 125*time.Millisecond {
			t.Errorf("%s: %+v", name, r)
		}
		if j.reports[i-1].Voicing.Len == 0 {
			t.Fatalf("%s: nothing sounds before the stop", name)
		}
		if let := r.Voicing.Len == 0 && r.Sounded == jam.NoChord; let != c.letGo {
			t.Errorf("%s: let go: %v, %+v", name, let, r)
		}
		if _, sounds := r.Melody.Pitch(); sounds == c.letGo {
			t.Errorf("%s: the melody sounds: %v", name, sounds)
		}
		for _, r := range j.reports[i+1:] {
			if r.Late != 0 || r.Missed || r.Skipped != 0 {
				t.Errorf("%s: later %+v", name, r)
			}
		}
		// Nothing is made up for: between the end of the stop and the next line only releases are sent.
		for _, m := range j.out.Sent() {
			if grid.Line(grid.Nearest(m.At)) != m.At && m.Status&0xF0 == 0x90 && name != "within a frame" {
				t.Errorf("%s: a note is struck at %v, off the grid", name, m.At)
			}
		}
	}
}

// A burst is too large for the inbox: the loss is counted, no note hangs, and later events are heard.
func TestFlood(t *testing.T) {
	j := liveJam{
		config: jam.LoopConfig{Settings: settings(nil), Frames: 64}, begins: time.Second, inbox: 255,
		// The loop gets no time during the burst.
		stop:   []stop{{2040 * time.Millisecond, time.Millisecond}},
		events: note(0, 100*time.Millisecond, 60),
	}
	for i := range 10_000 {
		j.events = append(j.events, jam.Event{At: 1050 * time.Millisecond, Status: 0x90 - byte(i%2)*0x10, Data1: byte(i / 2 % 128), Data2: 90})
	}
	j.events = append(j.events, note(4*time.Second, time.Second, 72)...)
	j.run(t)
	if j.summary.Lost != 10_000-255 || len(j.heard) != 2+255+2 {
		t.Errorf("lost %d, heard %d", j.summary.Lost, len(j.heard))
	}
	for _, r := range j.reports {
		switch pitch, sounds := r.Melody.Pitch(); {
		case r.Frame > 18 && r.Frame <= 32 && sounds:
			t.Errorf("frame %d: %d is stuck", r.Frame-1, pitch)
		case r.Frame > 32 && r.Frame <= 40 && (!sounds || pitch != 72):
			t.Errorf("frame %d: %d sounds %v, not 72", r.Frame-1, pitch, sounds)
		}
	}
	j.remembers(t)
}

// However and whenever a jam ends, all notes are released at once.
func TestCancelAnywhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		j := liveJam{
			policy: jamtest.NewPolicy(rapid.Uint64().Draw(rt, "policy")), events: anyEvents(rt, "events", 0, 5*time.Second),
			begins: time.Second, cancel: time.Duration(rapid.Int64Range(1, 8e9).Draw(rt, "cancel")),
			config: jam.LoopConfig{Settings: anySettings(rt)},
		}
		if rapid.Bool().Draw(rt, "at once") {
			j.config.Start, j.config.CountIn, j.config.Click = jam.StartAtOnce, rapid.IntRange(0, 8).Draw(rt, "count-in"), true
		}
		if rapid.Bool().Draw(rt, "stops") {
			at, lasts := rapid.Int64Range(0, 7e9).Draw(rt, "at"), rapid.Int64Range(0, 2e9).Draw(rt, "lasts")
			j.stop = []stop{{time.Duration(at), time.Duration(lasts)}}
		}
		j.policy.Delay = func(n int64) time.Duration { return time.Duration(n*7919%300) * time.Millisecond }
		j.run(t) // which looks at the notes
		if j.ended < j.cancel {
			rt.Fatalf("ended at %v, before %v", j.ended, j.cancel)
		}
		for _, m := range j.out.Sent() {
			if late := m.At - j.cancel; late > 0 && m.Status&0xF0 == 0x90 {
				rt.Fatalf("a note is struck %v after the end", late)
			}
			if late := m.At - j.cancel; late > 0 && len(j.stop) == 0 {
				rt.Fatalf("a note is let go %v after the end", late)
			}
		}
	})
}

func TestCountIn(t *testing.T) {
	j := liveJam{config: jam.LoopConfig{
		Settings: settings(func(s *jam.Settings) { s.Meter = jam.Quarters(3) }),
		Frames:   8, Start: jam.StartAtOnce, CountIn: 4, Click: true,
	}}
	j.run(t)
	want := []jam.Event{ // at 120 BPM; the bar of three begins at the second beat
		{At: 0, Status: 0x99, Data1: 77, Data2: 100}, {At: 125 * time.Millisecond, Status: 0x89, Data1: 77},
		{At: 500 * time.Millisecond, Status: 0x99, Data1: 76, Data2: 100}, {At: 625 * time.Millisecond, Status: 0x89, Data1: 76},
		{At: 1000 * time.Millisecond, Status: 0x99, Data1: 77, Data2: 100}, {At: 1125 * time.Millisecond, Status: 0x89, Data1: 77},
		{At: 1500 * time.Millisecond, Status: 0x99, Data1: 77, Data2: 100}, {At: 1625 * time.Millisecond, Status: 0x89, Data1: 77},
	}
	if got := j.out.Sent(); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
		t.Errorf("sent %v", got)
	}
	if len(j.reports) != 8 || j.reports[0].Line != 2*time.Second || j.summary.Misses != 0 {
		t.Errorf("%d reports, %+v", len(j.reports), j.summary)
	}
	j = liveJam{config: jam.LoopConfig{Settings: settings(nil), Frames: 8, Start: jam.StartAtOnce, CountIn: 2}}
	j.run(t)
	for _, m := range j.out.Sent() {
		if m.Status&0x0F == 9 {
			t.Errorf("a click that nobody asked for: %v", m)
		}
	}
}

func TestPolicyErrors(t *testing.T) {
	j := liveJam{
		policy: jamtest.NewPolicy(1), begins: time.Second, events: note(0, time.Second, 60),
		config: jam.LoopConfig{Settings: settings(nil), Frames: 32},
	}
	j.policy.Fail = func(n int64) error {
		if n%10 == 0 {
			return errors.New("the network fell over")
		}
		return nil
	}
	j.run(t)
	if j.summary.Errors != 4 || j.summary.Misses != 4 || j.summary.Frames != 32 || len(j.errs) != 4 {
		t.Fatalf("%+v, errors %v", j.summary, j.errs)
	}
	if got, want := j.errs[2].Error(), "policy at frame 20: the network fell over"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, r := range j.reports {
		if r.Missed != (r.Frame%10 == 0) {
			t.Errorf("frame %d: missed %v", r.Frame, r.Missed)
		}
	}
	j.remembers(t)
}

// A policy that hangs does not keep notes sounding: they end with the context, although Run waits for the policy.
func TestHangingPolicy(t *testing.T) {
	j := liveJam{
		policy: jamtest.NewPolicy(1), begins: time.Second, events: note(0, time.Second, 60), cancel: 5 * time.Second,
		config: jam.LoopConfig{Settings: settings(nil)},
	}
	j.policy.Delay = func(n int64) time.Duration {
		if n == 20 {
			return time.Hour
		}
		return 0
	}
	j.run(t)
	sent := j.out.Sent()
	if last := sent[len(sent)-1]; last.At != 5*time.Second || last.Status&0xF0 != 0x80 || j.ended < time.Hour {
		t.Errorf("last message %v, ended at %v", last, j.ended)
	}
}

func TestNewLoopRefuses(t *testing.T) {
	good := jam.LoopConfig{
		Settings: settings(nil), Policy: jamtest.NewPolicy(1), Output: quiet{},
		Inbox: jam.NewQueue[jam.Event](1), Clock: jam.NewSystemClock(),
	}
	if _, err := jam.NewLoop(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*jam.LoopConfig){
		"a clock":           func(c *jam.LoopConfig) { c.Clock = nil },
		"a policy":          func(c *jam.LoopConfig) { c.Policy = nil },
		"count-in 65 beats": func(c *jam.LoopConfig) { c.CountIn = 65 },
		"length -1":         func(c *jam.LoopConfig) { c.Frames = -1 },
		"tempo 0":           func(c *jam.LoopConfig) { c.Settings.Tempo = 0 },
		"meter 0/0":         func(c *jam.LoopConfig) { c.Settings.Meter = jam.Meter{} },
	} {
		c := good
		change(&c)
		if _, err := jam.NewLoop(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want %q in it", err, name)
		}
	}
}

// Only its own Wait moves a handClock.
type handClock struct {
	now   time.Duration
	woken bool
	serve func()
}

func (c *handClock) Now() time.Duration { return c.now }

func (c *handClock) Wait(until time.Duration) {
	c.serve()
	if !c.woken {
		c.now = until
	}
	c.woken = false
}

func (c *handClock) Wake() { c.woken = true }

func (c *handClock) Beside() jam.Clock { return c }

func handLoop(t testing.TB, change ...func(*jam.LoopConfig)) (loop *jam.Loop, clock *handClock, inbox *jam.Queue[jam.Event]) {
	p := jamtest.NewPolicy(1)
	p.Remember = false
	clock, inbox = &handClock{}, jam.NewQueue[jam.Event](64)
	config := jam.LoopConfig{
		Settings: settings(func(s *jam.Settings) { s.ChordGrid, s.Bass = jam.GridFrame, true }),
		Policy:   p, Output: quiet{}, Inbox: inbox, Clock: clock, ClockOut: quiet{}, Guard: steadyLead(jam.DefaultLead),
		Controls: jam.NewControls(), Readers: []*jam.Reader{jam.NewReader(8), jam.NewReader(8)},
	}
	for _, c := range change {
		c(&config)
	}
	loop, err := jam.NewLoop(config)
	if err != nil {
		t.Fatal(err)
	}
	clock.serve = loop.Serve
	loop.Begin(context.Background())
	return loop, clock, inbox
}

func TestLoopAllocatesNothing(t *testing.T) {
	loop, clock, inbox := handLoop(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if n := testing.AllocsPerRun(2000, func() {
		inbox.TrySend(jam.Event{At: clock.now, Status: 0x90, Data1: 60, Data2: 80})
		loop.Frame(ctx)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// Following the player allocates nothing either, and waits for nobody.
func TestFollowingAllocatesNothing(t *testing.T) {
	times := jam.NewQueue[jam.PlayerTime](8)
	loop, clock, inbox := handLoop(t, func(c *jam.LoopConfig) { c.Player, c.Start = times, jam.StartAtOnce })
	beat := int64(0)
	if n := testing.AllocsPerRun(2000, func() {
		beat++
		inbox.TrySend(jam.Event{At: clock.now, Status: 0x90, Data1: 60, Data2: 80})
		period := 500*time.Millisecond + time.Duration(beat%7)*time.Millisecond
		times.TrySend(jam.PlayerTime{After: clock.now, State: jam.Following, Beat: beat, Line: clock.now + period/3, Period: period,
			Meter: jam.Quarters(4), InBar: int(beat % 4), BPM: 118, Sure: 1})
		loop.Frame(t.Context())
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func BenchmarkLoopFrame(b *testing.B) {
	loop, clock, inbox := handLoop(b)
	b.ReportAllocs()
	for b.Loop() {
		inbox.TrySend(jam.Event{At: clock.now, Status: 0x90, Data1: 60, Data2: 80})
		loop.Frame(context.Background())
	}
}

func TestSystemClockWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := jam.NewSystemClock()
		clock.Wait(time.Second)
		if clock.Now() != time.Second {
			t.Errorf("woken at %v", clock.Now())
		}
		time.AfterFunc(time.Second, clock.Wake)
		clock.Wait(time.Hour)
		clock.Wait(0)
		if clock.Now() != 2*time.Second {
			t.Errorf("woken at %v", clock.Now())
		}
		clock.Wait(3 * time.Second)
		if clock.Now() != 3*time.Second {
			t.Errorf("woken at %v", clock.Now())
		}
		if n := testing.AllocsPerRun(100, func() { clock.Wait(clock.Now() + time.Millisecond) }); n != 0 {
			t.Errorf("%v allocations a wait", n)
		}
	})
}
