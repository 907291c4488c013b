package latency

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
)

func TestMonitorCounts(t *testing.T) {
	m := NewMonitor(Drops{})
	if got := m.Snapshot(); got != (Snapshot{Rung: "full"}) {
		t.Errorf("of nothing: %+v", got)
	}
	m.Add(jam.FrameReport{Step: time.Millisecond, Send: time.Second})
	m.Add(jam.FrameReport{Step: 2 * time.Millisecond, Began: true, Late: 50 * time.Microsecond, Rung: jam.RungFaster})
	m.Add(jam.FrameReport{Missed: true, Step: time.Second, Voice: time.Second, Skipped: 40, Late: time.Second, Rung: jam.RungHold})
	m.Add(jam.FrameReport{
		Step: time.Hour, Began: true, Late: -time.Second, Rung: jam.RungHold,
		Arrival: time.Microsecond, Voice: 2 * time.Microsecond, Send: 3 * time.Microsecond, Lead: 4 * time.Microsecond, Age: 5 * time.Microsecond,
	})
	got := m.Snapshot()
	j := got.Jam
	if j.Frames != 4 || j.Missed != 1 || j.Skipped != 40 || j.Step.Count != 3 || j.Late.Count != 2 || got.Rung != "hold" ||
		j.Rungs != (Rungs{Full: 1, Faster: 1, Hold: 2}) {
		t.Errorf("%+v", got)
	}
	for _, s := range []struct {
		name      string
		spread    Spread
		count     int64
		got, want time.Duration
	}{
		{"step", j.Step, 3, j.Step.P50, 2 * time.Millisecond},
		{"step", j.Step, 3, j.Step.Max, time.Minute},
		{"late", j.Late, 2, j.Late.P50, 0},
		{"late", j.Late, 2, j.Late.Max, 50 * time.Microsecond},
		{"arrival", j.Arrival, 1, j.Arrival.P50, time.Microsecond},
		{"voice", j.Voice, 1, j.Voice.P999, 2 * time.Microsecond},
		{"send", j.Send, 1, j.Send.Max, 3 * time.Microsecond},
		{"lead", j.Lead, 1, j.Lead.P99, 4 * time.Microsecond},
		{"age", j.Age, 1, j.Age.P99, 5 * time.Microsecond},
	} {
		if s.spread.Count != s.count {
			t.Errorf("%s: %d times, want %d", s.name, s.spread.Count, s.count)
		}
		about(t, s.name, s.got, s.want, 1000)
	}
}

// about compares a time within a relative error.
func about(t *testing.T, what string, got, want, parts time.Duration) {
	t.Helper()
	if diff := max(got-want, want-got); diff > want/parts+1 {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestMonitorQuantiles(t *testing.T) {
	m := NewMonitor(Drops{})
	for i := 1000; i > 0; i-- { // 1 to 1000 µs
		m.Add(jam.FrameReport{Began: true, Step: time.Duration(i) * time.Microsecond, Late: time.Duration(i)})
	}
	s := m.Snapshot()
	for parts, f := range map[time.Duration]Figures{1000: s.Jam, 100: s.Minute} {
		about(t, "step p50", f.Step.P50, 500*time.Microsecond, parts)
		about(t, "step p99", f.Step.P99, 990*time.Microsecond, parts)
		about(t, "step p99.9", f.Step.P999, 999*time.Microsecond, parts)
		about(t, "step max", f.Step.Max, 1000*time.Microsecond, parts)
		about(t, "late p50", f.Late.P50, 500, parts)
		about(t, "late p99", f.Late.P99, 990, parts)
	}
}

// The windows hold what came within them, to the length of a slot, whatever came before.
func TestMonitorWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := NewMonitor(Drops{})
		gaps := rapid.SliceOfN(rapid.Int64Range(0, int64(20*time.Second)), 1, 60).Draw(t, "gaps")
		if rapid.Bool().Draw(t, "suspended") {
			gaps = append(gaps, int64(10*time.Hour), int64(time.Second))
		}
		var at time.Duration
		var lines []time.Duration
		for _, gap := range gaps {
			at += time.Duration(gap)
			lines = append(lines, at)
			m.Add(jam.FrameReport{Line: at, Step: time.Millisecond, Skipped: 1})
		}
		s := m.Snapshot()
		if s.Jam.Frames != int64(len(lines)) {
			t.Fatalf("%d frames, want %d", s.Jam.Frames, len(lines))
		}
		if f := m.TenSeconds(); f != s.TenSeconds {
			t.Fatalf("%+v and %+v", f, s.TenSeconds)
		}
		for length, f := range map[time.Duration]Figures{10 * time.Second: s.TenSeconds, time.Minute: s.Minute} {
			least, most := int64(0), int64(0)
			for _, line := range lines {
				if at-line <= length-slot {
					least++
				}
				if at-line < length {
					most++
				}
			}
			if f.Frames < least || f.Frames > most || f.Step.Count != f.Frames || f.Skipped != f.Frames {
				t.Fatalf("last %v: %d frames, %d steps, want %d to %d", length, f.Frames, f.Step.Count, least, most)
			}
		}
	})
}

func TestMissCauses(t *testing.T) {
	const usual = 5 * time.Millisecond
	tests := []struct {
		report jam.FrameReport
		want   Cause
	}{
		{jam.FrameReport{Step: usual, Lead: time.Microsecond, Behind: 3}, NoCause},
		{jam.FrameReport{Missed: true, Failed: true, Behind: 2}, PolicyError},
		{jam.FrameReport{Missed: true, Behind: 1, Lead: time.Millisecond}, Backlog},
		{jam.FrameReport{Missed: true, Lead: usual - 1}, LateWake},
		{jam.FrameReport{Missed: true, Lead: -time.Second}, LateWake},
		{jam.FrameReport{Missed: true, Lead: 2 * usual}, SlowStep},
	}
	m := NewMonitor(Drops{})
	for range 10 {
		m.Add(jam.FrameReport{Step: usual, Lead: 3 * usual})
	}
	slow := jam.FrameReport{Missed: true, Lead: usual - 1}
	if got := missCause(&slow, usual, usual-1); got != SlowStep {
		t.Errorf("a policy whose usual step takes longer than any lead: %v", got)
	}
	for _, tt := range tests {
		if got := missCause(&tt.report, usual, 2*usual); got != tt.want {
			t.Errorf("%+v: %v, want %v", tt.report, got, tt.want)
		}
		if got := m.Add(tt.report); got != tt.want && tt.report.Missed {
			t.Errorf("the monitor says of %+v: %v, want %v", tt.report, got, tt.want)
		}
	}
	if got, want := m.Snapshot().Jam.Causes, (Causes{LateWake: 2, SlowStep: 1, PolicyError: 1, Backlog: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestMonitorTellsWhatWasDropped(t *testing.T) {
	full := jam.NewReader(1)
	for range 4 {
		full.TrySend(jam.FrameReport{}.Entry())
	}
	events := jam.NewQueue[jam.Event](0)
	events.TrySend(jam.Event{})
	m := NewMonitor(Drops{Reports: func() uint64 { return full.Dropped(jam.EntryReport) }, Events: events.Dropped})
	if s := m.Snapshot(); s.DroppedReports != 3 || s.DroppedEvents != 1 {
		t.Errorf("%d reports and %d events", s.DroppedReports, s.DroppedEvents)
	}
}

func TestSnapshotAsJSON(t *testing.T) {
	m := NewMonitor(Drops{})
	m.Add(jam.FrameReport{Step: time.Millisecond})
	text, err := json.Marshal(m.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	var back Snapshot
	if err := json.Unmarshal(text, &back); err != nil || back != m.Snapshot() {
		t.Errorf("%s reads as %+v (%v)", text, back, err)
	}
	for _, key := range []string{`"rung":"full"`, `"last_10s":`, `"last_minute":`, `"jam":`, `"missed_by":`, `"p999_ns":`, `"age":`} {
		if !strings.Contains(string(text), key) {
			t.Errorf("no %s in %s", key, text)
		}
	}
}

func TestMonitorFromManyGoroutines(t *testing.T) {
	m := NewMonitor(Drops{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				m.Add(jam.FrameReport{Step: time.Millisecond})
			}
			m.Snapshot()
		})
	}
	all.Wait()
	if got := m.Snapshot(); got.Jam.Frames != 400 || got.Minute.Step.Count != 400 {
		t.Errorf("%+v", got)
	}
}

func TestMonitorAllocatesNothing(t *testing.T) {
	m := NewMonitor(Drops{})
	r := jam.FrameReport{Began: true, Step: 123_456, Late: 789, Age: 5}
	if n := testing.AllocsPerRun(100, func() {
		r.Line += time.Second
		r.Missed = !r.Missed
		m.Add(r)
	}); n != 0 {
		t.Errorf("%v allocations per frame", n)
	}
}
