package jam_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A jam that waits for its first note takes any number of controls. The last value of each param holds, policies that were
// replaced are released, and a panic is done at once.
func TestControlsBeforeTheFirstNote(t *testing.T) {
	for _, listen := range []int{0, 8} {
		first, second := jamtest.NewPolicy(11), jamtest.NewPolicy(12)
		j := liveJam{
			config: jam.LoopConfig{Settings: settings(func(s *jam.Settings) { s.Listen = listen }), Frames: 40},
			begins: 5 * time.Second, events: note(0, time.Second, 60),
			steers: []jam.Control{
				{At: time.Second, Param: jam.ParamPolicy, Policy: first}, {At: 4 * time.Second, Param: jam.ParamPolicy, Policy: second},
				{At: 4500 * time.Millisecond, Param: jam.ParamPanic},
			},
		}
		for i := range 3000 {
			at := time.Second + time.Duration(i)*time.Millisecond
			j.steers = append(j.steers, jam.Control{At: at, Param: jam.ParamTemperature, Value: float64(i) / 1500},
				jam.Control{At: at, Param: jam.ParamVelocity, Value: float64(1 + i%127)})
		}
		j.run(t)
		if len(j.errs) != 0 || j.summary.Frames != 40 {
			t.Fatalf("listening for %d beats: errors %v, %+v", listen, j.errs, j.summary)
		}
		last := map[jam.Param]jam.Applied{}
		for _, a := range j.applied {
			last[a.Param] = a
		}
		if last[jam.ParamTemperature].Value != 2999/1500.0 || last[jam.ParamVelocity].Value != 1+2999%127 || last[jam.ParamPolicy].Policy != second {
			t.Errorf("listening for %d beats: in force %v", listen, last)
		}
		if panicked, ok := last[jam.ParamPanic]; !ok || panicked.At != 4500*time.Millisecond {
			t.Errorf("listening for %d beats: panic %v", listen, panicked)
		}
		for _, m := range j.out.Sent() {
			if m.Status&0xF0 == 0xB0 && m.At != 4500*time.Millisecond {
				t.Errorf("listening for %d beats: the panic is at %v", listen, m.At)
			}
		}
		for _, p := range []jam.Policy{j.policy, first, second} {
			if n := len(slices.DeleteFunc(slices.Clone(j.released), func(r jam.Policy) bool { return r != p })); n != 1 {
				t.Errorf("listening for %d beats: a policy is released %d times", listen, n)
			}
		}
	}
}

// If several controls come within one frame, each of them valid in its turn, all of them hold in the end.
func TestControlsOfOneFrameHoldTogether(t *testing.T) {
	params := []jam.Param{jam.ParamLow, jam.ParamHigh, jam.ParamBass, jam.ParamBassLow, jam.ParamBassHigh, jam.ParamMetronome}
	rapid.Check(t, func(rt *rapid.T) {
		s := settings(nil)
		want := s
		var steers []jam.Control
		for i := range rapid.IntRange(1, 60).Draw(rt, "controls") {
			p := rapid.SampledFrom(params).Draw(rt, "param")
			at, info := 1010*time.Millisecond+time.Duration(i), p.Info()
			c := jam.Control{At: at, Param: p, Value: float64(rapid.IntRange(int(info.Min), int(info.Max)).Draw(rt, "value"))}
			if want.Set(c) == nil {
				steers = append(steers, c)
			}
		}
		j := liveJam{config: jam.LoopConfig{Settings: s, Frames: 8}, begins: time.Second, events: note(0, time.Second, 60), steers: steers}
		j.run(t)
		got := s
		for _, a := range j.applied { // as a replay does: each in its turn
			if err := got.Set(a.Control); err != nil {
				rt.Fatalf("%v is told, and refused: %v", a, err)
			}
		}
		if len(j.errs) != 0 || got != want {
			rt.Fatalf("errors %v, in force\n%+v, want\n%+v", j.errs, got, want)
		}
	})
}

// Any goroutine may ask. Every policy is released exactly once.
func TestControlsReleaseEveryPolicyOnce(t *testing.T) {
	controls := jam.NewControls()
	var mu sync.Mutex
	released := map[jam.Policy]int{}
	release := func(p jam.Policy) {
		mu.Lock()
		defer mu.Unlock()
		if p != nil {
			released[p]++
		}
	}
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for range 100 {
				release(controls.Ask(jam.Control{Param: jam.ParamPolicy, Policy: jamtest.NewPolicy(1)}))
			}
		})
	}
	asking.Go(func() { release(controls.Close()) })
	asking.Wait()
	release(controls.Close())
	if len(released) != 400 {
		t.Errorf("%d policies are released, of 400", len(released))
	}
	for _, n := range released {
		if n != 1 {
			t.Fatalf("a policy is released %d times", n)
		}
	}
	release(controls.Ask(jam.Control{Param: 255}))
}

// Only a note of the melody starts the clock: not a key below the split, on another channel, or transposed out of range.
func TestFirstNoteIsOneOfTheMelody(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*jam.Settings)
		steers []jam.Control
		before []jam.Event
	}{
		"below the split":           {func(s *jam.Settings) { s.Split = 55 }, nil, note(0, time.Second, 54)},
		"below a split set just so": {nil, []jam.Control{{At: time.Second / 2, Param: jam.ParamSplit, Value: 55}}, note(0, time.Second, 54)},
		"the same, not listening":   {func(s *jam.Settings) { s.Listen = 0 }, []jam.Control{{At: time.Second / 2, Param: jam.ParamSplit, Value: 55}}, note(0, time.Second, 54)},
		"on another channel":        {func(s *jam.Settings) { s.MelodyChannels = 2 }, nil, note(0, time.Second, 60)},
		"moved out of all pitches":  {func(s *jam.Settings) { s.Transpose = 12 }, nil, note(0, time.Second, 120)},
	} {
		j := liveJam{config: jam.LoopConfig{Settings: settings(c.change), Frames: 8}, begins: time.Second, steers: c.steers, events: c.before}
		for _, e := range note(2*time.Second, time.Second, 60) {
			e.Status |= 1 // on a channel that all listen to
			j.events = append(j.events, e)
		}
		j.run(t)
		if len(j.reports) == 0 || j.reports[0].Line != 3*time.Second {
			t.Errorf("%s: the jam begins with %+v", name, j.reports[:min(1, len(j.reports))])
		}
	}
}
