// Package latency measures how long the parts of a frame take, and says how early the loop must wake for them.
package latency

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"jamd/jam"
)

// Times from 1 ns to a minute are told apart to three significant digits; longer ones count as a minute.
const (
	longest = int64(time.Minute)
	digits  = 3
)

// A Monitor gathers the times of a jam. It may be used from several goroutines.
type Monitor struct {
	mu         sync.Mutex
	step, late *hdrhistogram.Histogram
	counts     counts
}

type counts struct{ frames, missed, skipped int64 }

// A Stage tells how long one stage took: in half of all cases at most P50, in 99 of 100 at most P99.
type Stage struct {
	Count int64         `json:"count"`
	P50   time.Duration `json:"p50_ns"`
	P99   time.Duration `json:"p99_ns"`
	Max   time.Duration `json:"max_ns"`
}

// A Summary is what a Monitor has seen so far.
type Summary struct {
	Frames  int64 `json:"frames"`
	Missed  int64 `json:"missed"`  // frames whose decision was not there at the line
	Skipped int64 `json:"skipped"` // frames that were not played at all
	Step    Stage `json:"step"`    // one policy step
	Late    Stage `json:"late"`    // from a frame's line to the last message sent, of frames in which a chord began
}

// NewMonitor makes a Monitor that has seen nothing.
func NewMonitor() *Monitor {
	return &Monitor{step: hdrhistogram.New(1, longest, digits), late: hdrhistogram.New(1, longest, digits)}
}

// Add takes the report of one frame. A step that was not there at its line took longer than anyone waited:
// it is counted as missed, and is not in Step.
func (m *Monitor) Add(r jam.FrameReport) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.frames++
	m.counts.skipped += r.Skipped
	if r.Missed {
		m.counts.missed++
	} else {
		record(m.step, r.Step)
	}
	if r.Began {
		record(m.late, r.Late)
	}
}

// Summary tells what was seen so far.
func (m *Monitor) Summary() Summary {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Summary{
		Frames: m.counts.frames, Missed: m.counts.missed, Skipped: m.counts.skipped,
		Step: stage(m.step), Late: stage(m.late),
	}
}

func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(int64(d), 0), longest)) // within its range, so it cannot fail
}

func stage(h *hdrhistogram.Histogram) Stage {
	return Stage{
		Count: h.TotalCount(),
		P50:   time.Duration(h.ValueAtQuantile(50)),
		P99:   time.Duration(h.ValueAtQuantile(99)),
		Max:   time.Duration(h.Max()),
	}
}
