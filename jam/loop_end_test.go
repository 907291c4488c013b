package jam_test

import (
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A length in time holds whatever the tempo was. It is rounded to the nearest line.
func TestLengthInTime(t *testing.T) {
	halved := []jam.Control{{At: 4900 * time.Millisecond, Param: jam.ParamTempo, Value: 60}} // before frame 32, which is a beat
	for _, c := range []struct {
		length time.Duration
		frames int64 // 0: no limit
		steers []jam.Control
		want   int64
	}{
		{12 * time.Second, 0, nil, 96},
		{12 * time.Second, 0, halved, 32 + 32},
		{12*time.Second + 130*time.Millisecond, 0, halved, 32 + 33},
		{12 * time.Second, 40, halved, 40},
		{time.Millisecond, 0, nil, 1},
		{188 * time.Millisecond, 0, nil, 2},
		{0, 7, nil, 7},
	} {
		j := liveJam{
			config: jam.LoopConfig{Settings: settings(nil), Length: c.length, Frames: c.frames},
			begins: time.Second, events: note(0, time.Second, 60), steers: c.steers,
		}
		j.run(t)
		if j.summary.Frames != c.want {
			t.Errorf("a jam of %v or %d frames, %d controls: %d frames, want %d", c.length, c.frames, len(c.steers), j.summary.Frames, c.want)
		}
	}
}

// The end does not wait for what is queued for a slow policy, only for the frame that the policy is at. That takes two steps if
// its memory starts afresh.
func TestEndDropsWhatIsQueuedForThePolicy(t *testing.T) {
	const step = 300 * time.Millisecond
	slow, fresh := jamtest.NewPolicy(1), jamtest.NewPolicy(2)
	slow.Delay = func(int64) time.Duration { return step }
	fresh.Delay = slow.Delay
	j := liveJam{
		policy: slow, config: jam.LoopConfig{Settings: settings(nil)},
		begins: time.Second, events: note(0, time.Second, 60), cancel: time.Minute,
		steers: []jam.Control{{At: 40 * time.Second, Param: jam.ParamPolicy, Policy: fresh}},
	}
	j.run(t)
	if late := j.ended - j.cancel; late > 2*step {
		t.Errorf("the jam ends %v after it was told to, a step takes %v", late, step)
	}
	if len(j.released) != 2 {
		t.Errorf("%d policies are released", len(j.released))
	}
}
