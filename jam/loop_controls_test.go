package jam_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

func TestControlsHoldFromTheNextFrame(t *testing.T) {
	j := liveJam{
		config: jam.LoopConfig{Settings: settings(nil), Frames: 40, Name: "first"},
		begins: time.Second, events: note(0, 3*time.Second, 60),
		steers: []jam.Control{
			{At: 1300 * time.Millisecond, Param: jam.ParamTemperature, Value: 0.5}, // between lines 2 and 3
			{At: 1700 * time.Millisecond, Param: jam.ParamTempo, Value: 240},       // in the second beat
			{At: 1800 * time.Millisecond, Param: jam.ParamTempo, Value: 5},
			{At: 1900 * time.Millisecond, Param: jam.ParamPolicy},
		},
	}
	j.run(t)
	want := []jam.Applied{{Frame: 3, Control: j.steers[0]}, {Frame: 6, Control: j.steers[1]}}
	if !slices.Equal(j.applied, want) {
		t.Errorf("applied %v, want %v", j.applied, want)
	}
	if len(j.errs) != 2 || !strings.Contains(j.errs[0].Error(), "tempo=5 at frame 7: tempo 5") ||
		!strings.Contains(j.errs[1].Error(), "no policy") {
		t.Errorf("errors %v", j.errs)
	}
	if want := []jam.Moved{{Segment: jam.Segment{At: time.Second, BPM: 120}}, {Since: 6, Segment: jam.Segment{Frame: 8, At: 2 * time.Second, BPM: 240}}}; !slices.Equal(j.segments, want) {
		t.Errorf("segments %v, want %v", j.segments, want)
	}
	for _, r := range j.reports {
		line, tempo := time.Second+time.Duration(r.Frame)*125*time.Millisecond, 120.0
		if r.Frame >= 8 {
			line, tempo = 2*time.Second+time.Duration(r.Frame-8)*62500*time.Microsecond, 240
		}
		if r.Line != line || r.Tempo != tempo || r.Late != 0 || r.Missed || r.Policy != "first" {
			t.Errorf("%+v", r)
		}
	}
	if !slices.Equal(j.released, []jam.Policy{j.policy}) {
		t.Errorf("released %v", j.released)
	}
}

// A panic does not wait for the next frame, wherever in a frame it comes.
func TestPanicActsAtOnce(t *testing.T) {
	for _, at := range []time.Duration{3030 * time.Millisecond, 3110 * time.Millisecond, 3122 * time.Millisecond} { // early in a frame, woken for the next line, and deciding
		j := liveJam{
			policy: jamtest.NewPolicy(1),
			config: jam.LoopConfig{Settings: settings(nil), Frames: 40},
			begins: time.Second, events: note(0, 3*time.Second, 60),
			steers: []jam.Control{{At: at, Param: jam.ParamPanic}},
		}
		j.policy.Delay = func(int64) time.Duration { return 18 * time.Millisecond }
		j.run(t)
		var sent []byte
		for _, m := range j.out.Sent() {
			if m.At == at {
				sent = append(sent, m.Status&0xF0)
			}
		}
		if len(sent) < 9 || sent[0] != 0x80 || sent[len(sent)-1] != 0xB0 {
			t.Errorf("at %v: sent %X", at, sent)
		}
		if len(j.applied) != 1 || j.summary.Misses != 0 {
			t.Errorf("at %v: applied %v, %+v", at, j.applied, j.summary)
		}
		if r := j.reports[17]; r.Voicing.Len != 0 || r.Began {
			t.Errorf("at %v: after the panic %+v", at, r)
		}
	}
}

// A new policy first hears the window. The policy before it plays until then, and no frame is lost.
func TestPolicyChange(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const frames = 420
		symbols := slices.Clone(jamtest.Symbols[3:])
		slices.Reverse(symbols)
		other := jamtest.NewPolicyOf(77, append(symbols, "Eb", "Ebm")...)
		asked := rapid.Int64Range(0, frames-60).Draw(rt, "asked in frame")
		step := time.Duration(rapid.Int64Range(0, 3e6).Draw(rt, "step"))
		other.Delay = func(int64) time.Duration { return step }
		j := liveJam{
			policy: jamtest.NewPolicy(5), begins: time.Second,
			events: append(note(0, 2*time.Second, 60), note(3*time.Second, 40*time.Second, 64)...),
			config: jam.LoopConfig{Settings: settings(func(s *jam.Settings) { s.ChordGrid = jam.GridFrame }), Frames: frames, Name: "old"},
			steers: []jam.Control{{
				At: time.Second + time.Duration(asked)*125*time.Millisecond + 50*time.Millisecond, Param: jam.ParamPolicy, Text: "new", Policy: other,
			}},
		}
		j.run(t)
		if j.summary.Misses != 0 || len(j.errs) != 0 || len(j.applied) != 1 || j.applied[0].Text != "new" {
			rt.Fatalf("%+v, applied %v, errors %v", j.summary, j.applied, j.errs)
		}
		from := j.applied[0].Frame
		if from <= asked || time.Duration(from-asked) > 10+256*step/(125*time.Millisecond) {
			rt.Fatalf("asked in frame %d, there in frame %d", asked, from)
		}
		if !slices.Equal(j.released, []jam.Policy{j.policy, other}) {
			rt.Fatalf("released %v", j.released)
		}
		// What sounded in each frame, in the new policy's tokens, for a policy that is told from the first frame that the
		// window still had.
		first := max(0, asked+2-256)
		var want []jamtest.Asked
		old, v := j.policy.Vocabulary(), other.Vocabulary()
		before, in := old.Start(), old
		for _, r := range j.reports {
			place := j.config.Settings.Meter.Place
			h := jamtest.Asked{Chord: v.Translate(before, in), Melody: r.Melody, Place: place(r.Frame)}
			switch {
			case r.Frame == first && first > 0:
				want = append(want, jamtest.Asked{Chord: v.Start(), Melody: jam.MelodyStart, Place: place(r.Frame - 1)})
				if i, ok := v.Index(h.Chord); ok {
					h.Chord = v.Begin(i)
				}
				if pitch, ok := h.Melody.Pitch(); ok {
					h.Melody = jam.MelodyOnset(pitch)
				}
				fallthrough
			case r.Frame >= first:
				want = append(want, h)
			}
			before = r.Sounded
			if r.Frame >= from {
				in = v
			}
			if name := map[bool]string{false: "old", true: "new"}[r.Frame >= from]; r.Policy != name {
				rt.Fatalf("frame %d: %s", r.Frame, r.Policy)
			}
		}
		if got := other.Heard(); !slices.Equal(got, want) {
			rt.Fatalf("the new policy heard\n%v\nwant\n%v", got, want)
		}
	})
}

// A policy that fails while it catches up never takes over, and a second choice replaces a first one.
func TestPolicyThatFailsNeverComesIn(t *testing.T) {
	broken, late, good := jamtest.NewPolicy(1), jamtest.NewPolicy(2), jamtest.NewPolicy(3)
	broken.Fail = func(int64) error { return errors.New("the network fell over") }
	at := func(ms int64, p jam.Policy) jam.Control {
		return jam.Control{At: time.Duration(ms) * time.Millisecond, Param: jam.ParamPolicy, Policy: p}
	}
	j := liveJam{
		policy: jamtest.NewPolicy(5), begins: time.Second, events: note(0, 2*time.Second, 60),
		config: jam.LoopConfig{Settings: settings(nil), Frames: 40},
		steers: []jam.Control{at(1200, broken), at(3000, good), at(5990, late)},
	}
	j.run(t)
	if len(j.applied) != 1 || j.applied[0].Policy != good || j.summary.Misses != 0 || len(j.errs) == 0 {
		t.Fatalf("applied %v, %+v, errors %v", j.applied, j.summary, j.errs)
	}
	for _, p := range []jam.Policy{j.policy, broken, good, late} {
		if n := len(slices.DeleteFunc(slices.Clone(j.released), func(r jam.Policy) bool { return r != p })); n != 1 {
			t.Errorf("a policy is released %d times", n)
		}
	}
}

// A ladder orders one rung a frame.
type ladder struct {
	frame int64
	rung  func(frame int64) jam.Rung
	saw   []jam.FrameReport

	changed int // policies
}

func (l *ladder) Orders(time.Duration) jam.Orders {
	l.frame = max(l.frame, 1)
	return jam.Orders{Lead: jam.DefaultLead, Rung: l.rung(l.frame)}
}

func (l *ladder) PolicyChanged() { l.changed++ }

func (l *ladder) Saw(r *jam.FrameReport) {
	l.frame = r.Frame + 1
	l.saw = append(l.saw, *r)
}

// Down to the faster policy, down to holding, and up again: each policy that takes over remembers what sounded.
func TestLadder(t *testing.T) {
	faster := jamtest.NewPolicy(9)
	guard := &ladder{rung: func(frame int64) jam.Rung {
		switch {
		case frame >= 20 && frame < 40, frame >= 60 && frame < 70:
			return jam.RungFaster
		case frame >= 40 && frame < 60:
			return jam.RungHold
		}
		return jam.RungFull
	}}
	j := liveJam{
		policy: jamtest.NewPolicy(5), begins: time.Second, events: note(0, 8*time.Second, 60),
		config: jam.LoopConfig{Settings: settings(func(s *jam.Settings) { s.ChordGrid, s.Listen = jam.GridFrame, 0 }),
			Frames: 100, Guard: guard, Faster: faster},
	}
	j.policy.Delay = func(int64) time.Duration { return 2 * time.Millisecond }
	j.run(t)
	j.remembers(t) // the policy is told of the frames in which the faster one played
	if len(guard.saw) != 100 || !slices.Equal(guard.saw, j.reports) || j.summary.Misses != 0 {
		t.Fatalf("the guard saw %d frames, %+v", len(guard.saw), j.summary)
	}
	began := map[jam.Rung]int{}
	for _, r := range j.reports {
		if r.Rung != guard.rung(r.Frame) && r.Frame > 0 {
			t.Errorf("frame %d: rung %d", r.Frame, r.Rung)
		}
		// A policy that takes over plays from the frame after the first one that it answered.
		byFaster := r.Frame >= 21 && r.Frame < 71
		if r.Frame > 0 && (r.Step == 0) != byFaster {
			t.Errorf("frame %d: a step of %v", r.Frame, r.Step)
		}
		if r.Faster != byFaster || r.Since != 0 {
			t.Errorf("frame %d: faster %v, remembering since %d", r.Frame, r.Faster, r.Since)
		}
		if r.Began {
			began[r.Rung]++
		}
	}
	if began[jam.RungHold] != 0 || began[jam.RungFaster] < 5 || began[jam.RungFull] < 10 {
		t.Errorf("chords begun: %v", began)
	}
	heard := j.policy.Heard()
	if got := faster.Heard(); !slices.Equal(got, heard[:len(got)]) || len(got) != 71 {
		t.Errorf("the faster policy heard %d frames: %v\n%v", len(got), got, heard)
	}
}

// Everything is sent earlier for a synth that sounds late, and later for one that sounds early.
func TestOffset(t *testing.T) {
	for _, ms := range []float64{20, -30, 100} {
		j := liveJam{
			policy: jamtest.NewPolicy(2), begins: time.Second, events: note(0, 3*time.Second, 60),
			config: jam.LoopConfig{Settings: settings(func(s *jam.Settings) { s.Offset = ms }), Frames: 64},
		}
		j.run(t)
		offset := min(time.Duration(ms*float64(time.Millisecond)), 125*time.Millisecond*7/16-time.Millisecond)
		grid, _ := jam.NewGrid(time.Second, 120)
		for _, r := range j.reports[1:] { // the first note was struck when frame 0 was due already
			if r.Late != 0 || r.Missed || r.Lead < time.Millisecond || r.Lead+offset >= 125*time.Millisecond/2 {
				t.Errorf("%v ms: %+v", ms, r)
			}
		}
		struck := 0
		for _, m := range j.out.Sent() {
			if line := m.At + offset; m.Status&0xF0 == 0x90 && m.At > time.Second {
				if struck++; grid.Line(grid.Nearest(line)) != line {
					t.Errorf("%v ms: struck at %v", ms, m.At)
				}
			}
		}
		if struck == 0 {
			t.Errorf("%v ms: nothing was struck", ms)
		}
	}
}

func TestReportTellsHowOldTheNewestNoteIs(t *testing.T) {
	j := liveJam{
		config: jam.LoopConfig{Settings: settings(nil), Frames: 24}, begins: time.Second,
		events: slices.Concat(note(0, 10*time.Millisecond, 60),
			note(510*time.Millisecond, 10*time.Millisecond, 62),  // counts for frame 4, known in frame 5
			note(1100*time.Millisecond, 10*time.Millisecond, 64), // counts for frame 9, known in frame 10
		),
		stop: []stop{{1505 * time.Millisecond, 15 * time.Millisecond}},
	}
	j.run(t)
	for _, r := range j.reports {
		want := map[int64]time.Duration{1: 125 * time.Millisecond, 5: 115 * time.Millisecond, 10: 150 * time.Millisecond}[r.Frame]
		if r.Age != want {
			t.Errorf("frame %d: age %v, want %v", r.Frame, r.Age, want)
		}
		late := map[int64]time.Duration{5: 15 * time.Millisecond}[r.Frame]
		if r.Arrival < late || r.Arrival > late {
			t.Errorf("frame %d: arrival %v, want %v", r.Frame, r.Arrival, late)
		}
	}
}

// A tempo that was tapped before the first note holds from the first beat.
func TestTappedBeforeTheFirstNote(t *testing.T) {
	j := liveJam{
		config: jam.LoopConfig{Settings: settings(func(s *jam.Settings) { s.Listen = 1 }), Frames: 12},
		begins: 2 * time.Second, events: note(0, time.Second, 60),
		steers: []jam.Control{{At: 200 * time.Millisecond, Param: jam.ParamTap}, {At: 600 * time.Millisecond, Param: jam.ParamTap}},
	}
	j.run(t)
	for _, r := range j.reports {
		if line := 2*time.Second + time.Duration(r.Frame)*100*time.Millisecond; r.Line != line || r.Tempo != 150 {
			t.Errorf("frame %d at %v, want %v; %v BPM", r.Frame, r.Line, line, r.Tempo)
		}
	}
}
