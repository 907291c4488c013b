package latency

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
)

func TestMonitorCounts(t *testing.T) {
	m := NewMonitor()
	if got := m.Summary(); got != (Summary{}) {
		t.Errorf("of nothing: %+v", got)
	}
	m.Add(jam.FrameReport{Step: time.Millisecond})
	m.Add(jam.FrameReport{Step: 2 * time.Millisecond, Began: true, Late: 50 * time.Microsecond})
	m.Add(jam.FrameReport{Missed: true, Skipped: 40, Late: time.Second})
	m.Add(jam.FrameReport{Step: time.Hour, Began: true, Late: -time.Second})
	got := m.Summary()
	if got.Frames != 4 || got.Missed != 1 || got.Skipped != 40 || got.Step.Count != 3 || got.Late.Count != 2 {
		t.Errorf("%+v", got)
	}
	near(t, "step p50", got.Step.P50, 2*time.Millisecond)
	near(t, "step max", got.Step.Max, time.Minute)
	near(t, "late p50", got.Late.P50, 0)
	near(t, "late max", got.Late.Max, 50*time.Microsecond)
}

func near(t *testing.T, what string, got, want time.Duration) {
	t.Helper()
	if diff := max(got-want, want-got); diff > want/1000+1 {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestMonitorQuantiles(t *testing.T) {
	m := NewMonitor()
	for i := 1000; i > 0; i-- { // 1 to 1000 µs
		m.Add(jam.FrameReport{Began: true, Step: time.Duration(i) * time.Microsecond, Late: time.Duration(i)})
	}
	s := m.Summary()
	near(t, "step p50", s.Step.P50, 500*time.Microsecond)
	near(t, "step p99", s.Step.P99, 990*time.Microsecond)
	near(t, "step max", s.Step.Max, 1000*time.Microsecond)
	near(t, "late p50", s.Late.P50, 500)
	near(t, "late p99", s.Late.P99, 990)
}

func TestMonitorFromManyGoroutines(t *testing.T) {
	m := NewMonitor()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				m.Add(jam.FrameReport{Step: time.Millisecond})
				m.Summary()
			}
		})
	}
	all.Wait()
	if got := m.Summary(); got.Frames != 400 || got.Step.Count != 400 {
		t.Errorf("%+v", got)
	}
}

func TestMonitorAllocatesNothing(t *testing.T) {
	m, r := NewMonitor(), jam.FrameReport{Began: true, Step: 123_456, Late: 789}
	if n := testing.AllocsPerRun(100, func() { m.Add(r) }); n != 0 {
		t.Errorf("%v allocations per frame", n)
	}
}

func TestLead(t *testing.T) {
	ms := func(values ...float64) (d []time.Duration) {
		for _, v := range values {
			d = append(d, time.Duration(v*float64(time.Millisecond)))
		}
		return d
	}
	repeat := func(n int, d time.Duration, more ...time.Duration) (all []time.Duration) {
		for range n {
			all = append(all, d)
		}
		return append(all, more...)
	}
	const at120 = 125 * time.Millisecond
	tests := []struct {
		name  string
		steps []time.Duration
		step  time.Duration
		want  time.Duration
	}{
		{"nothing measured", nil, at120, margin},
		{"one step", ms(3), at120, 3*time.Millisecond + margin},
		{"the cold steps do not count", ms(400, 30, 1, 2), at120, 2*time.Millisecond + margin},
		{"in any order", ms(1, 1, 1, 1, 3, 9, 2, 1), at120, 9*time.Millisecond + margin},
		{"99 of 100", repeat(199, time.Millisecond, time.Second), at120, time.Millisecond + margin},
		{"2 of 100", repeat(198, time.Millisecond, 7*time.Millisecond, time.Second), at120, 7*time.Millisecond + margin},
		{"a slow policy", ms(80, 80), at120, at120/2 - delivery},
		{"a fast tempo", ms(1, 1), 30 * time.Millisecond, 14 * time.Millisecond},
		{"the least", nil, 6 * time.Millisecond, 2 * time.Millisecond},
		{"no time at all", ms(1, 1), time.Millisecond, 0},
	}
	for _, tt := range tests {
		if got := Lead(tt.steps, tt.step); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestLeadStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOf(rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "took"))
		})).Draw(t, "steps")
		step := time.Duration(rapid.Int64Range(int64(6*time.Millisecond), int64(time.Second)).Draw(t, "step"))
		before := append([]time.Duration(nil), steps...)
		lead := Lead(steps, step)
		if lead < 2*time.Millisecond || lead >= step/2 {
			t.Fatalf("lead %v for a step of %v", lead, step)
		}
		for i := range steps {
			if steps[i] != before[i] {
				t.Fatal("the measured times were changed")
			}
		}
	})
}
