package live

import (
	"math"
	"testing"
	"time"

	"jamd/archive/archivetest"
	"jamd/jam"
	"jamd/latency"
)

// What a session says of its time is what the monitor of the jam said.
func TestTimingAsTheMonitor(t *testing.T) {
	r := archivetest.Long(t, t.TempDir(), 3000)
	f, _, err := r.Figures(nil)
	if err != nil {
		t.Fatal(err)
	}
	monitor := latency.NewMonitor(latency.Drops{})
	for line, err := range r.Lines() {
		if err != nil {
			t.Fatal(err)
		}
		if report, ok := line.Entry.(jam.FrameReport); ok {
			monitor.Add(report)
		}
	}
	whole := monitor.Snapshot().Jam
	if int64(len(f.Timing.Misses)) != whole.Missed || whole.Missed == 0 {
		t.Errorf("%d misses, the monitor has %d", len(f.Timing.Misses), whole.Missed)
	}
	spreads := []latency.Spread{whole.Arrival, whole.Lead, whole.Step, whole.Voice, whole.Send, whole.Late, whole.Age}
	if len(f.Timing.Stages) != jam.Stages {
		t.Fatalf("%d stages", len(f.Timing.Stages))
	}
	for i := range f.Timing.Stages {
		stage, want, name := f.Timing.Stages[i], spreads[i], jam.Stage(i).String()
		near := func(a, b time.Duration, share float64) bool { return math.Abs(float64(a-b)) <= share*float64(b)+1 }
		// The monitor keeps three digits, and takes the frame beside where a quantile lies between two.
		if stage.Name != name || int64(stage.Count) != want.Count || !near(stage.P50, want.P50, 0.002) || !near(stage.P99, want.P99, 0.1) ||
			!near(stage.Max, want.Max, 0.002) {
			t.Errorf("%s: %+v, the monitor has %+v", name, stage, want)
		}
	}
}
