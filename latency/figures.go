package latency

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"jamd/jam"
)

// Figures describe the frames in a part of a jam.
type Figures struct {
	Frames  int64  `json:"frames"`
	Missed  int64  `json:"missed"`  // frames whose chord was not decided by their line
	Skipped int64  `json:"skipped"` // frames that were not played at all
	Causes  Causes `json:"missed_by"`
	Rungs   Rungs  `json:"rungs"`
	Arrival Spread `json:"arrival"` // from an event's time stamp until the loop took the event; only frames with an event
	Lead    Spread `json:"lead"`    // how long before the line the loop woke
	Step    Spread `json:"step"`    // one policy step; only frames that were not missed
	Voice   Spread `json:"voice"`   // choosing and voicing the chord; only frames that were not missed
	Send    Spread `json:"send"`    // from the first message to the last; only frames in which a chord began
	Late    Spread `json:"late"`    // from the line until the last message was sent; only frames in which a chord began
	Age     Spread `json:"age"`     // at the line: age of the newest note that the chord could take into account; only frames with a new note
}

// Causes count the missed frames by cause.
type Causes struct {
	LateWake    int64 `json:"late_wake"`
	SlowStep    int64 `json:"slow_step"`
	PolicyError int64 `json:"policy_error"`
	Backlog     int64 `json:"backlog"`
}

// Rungs count the frames by the rung that the guard ordered.
type Rungs struct {
	Full   int64 `json:"full"`
	Faster int64 `json:"faster"`
	Hold   int64 `json:"hold"`
}

// A Spread describes how long one stage took: at most P50 in half of all cases, at most P99 in 99 of 100, and so on.
type Spread struct {
	Count int64         `json:"count"`
	P50   time.Duration `json:"p50_ns"`
	P99   time.Duration `json:"p99_ns"`
	P999  time.Duration `json:"p999_ns"`
	Max   time.Duration `json:"max_ns"`
}

// Times from 1 ns to a minute have two significant digits (three for a whole jam). Longer times count as a minute, shorter ones
// as 0.
const (
	longest = int64(time.Minute)
	fine    = 3
	coarse  = 2
)

// A Histogram holds times with a bounded relative error. A Spread is read from it.
type Histogram struct{ hdr *hdrhistogram.Histogram }

// NewHistogram makes an empty histogram of times up to a minute, to three significant digits.
func NewHistogram() Histogram { return Histogram{hdrhistogram.New(1, longest, fine)} }

// Add adds a time. It allocates nothing.
func (h Histogram) Add(d time.Duration) {
	_ = h.hdr.RecordValue(min(max(int64(d), 0), longest)) // the value is within the range, so this cannot fail
}

// Spread returns the histogram's percentiles.
func (h Histogram) Spread() Spread {
	return Spread{
		Count: h.hdr.TotalCount(),
		P50:   time.Duration(h.hdr.ValueAtQuantile(50)),
		P99:   time.Duration(h.hdr.ValueAtQuantile(99)),
		P999:  time.Duration(h.hdr.ValueAtQuantile(99.9)),
		Max:   time.Duration(h.hdr.Max()),
	}
}

// A stretch gathers the frames of a part of a jam, or of the whole jam.
type stretch struct {
	counts Figures // without the spreads
	stages [jam.Stages]Histogram
}

func newStretch(digits int) *stretch {
	s := &stretch{}
	for i := range s.stages {
		s.stages[i] = Histogram{hdrhistogram.New(1, longest, digits)}
	}
	return s
}

// spreads returns pointers to the figures of the stages, in the order of the histograms.
func (f *Figures) spreads() [jam.Stages]*Spread {
	return [jam.Stages]*Spread{&f.Arrival, &f.Lead, &f.Step, &f.Voice, &f.Send, &f.Late, &f.Age}
}

// add adds a frame and the cause of its miss, if it was missed.
func (s *stretch) add(r *jam.FrameReport, cause Cause) {
	c := &s.counts
	c.Frames++
	c.Skipped += r.Skipped
	if r.Missed {
		c.Missed++
	}
	switch cause {
	case LateWake:
		c.Causes.LateWake++
	case SlowStep:
		c.Causes.SlowStep++
	case PolicyError:
		c.Causes.PolicyError++
	case Backlog:
		c.Causes.Backlog++
	}
	switch r.Rung {
	case jam.RungFull:
		c.Rungs.Full++
	case jam.RungFaster:
		c.Rungs.Faster++
	case jam.RungHold:
		c.Rungs.Hold++
	}
	for stage, t := range r.StageTimes() {
		if t.Taken {
			s.stages[stage].Add(t.Took)
		}
	}
}

// join adds the frames of another stretch.
func (s *stretch) join(o *stretch) {
	c, d := &s.counts, &o.counts
	c.Frames += d.Frames
	c.Missed += d.Missed
	c.Skipped += d.Skipped
	c.Causes.LateWake += d.Causes.LateWake
	c.Causes.SlowStep += d.Causes.SlowStep
	c.Causes.PolicyError += d.Causes.PolicyError
	c.Causes.Backlog += d.Causes.Backlog
	c.Rungs.Full += d.Rungs.Full
	c.Rungs.Faster += d.Rungs.Faster
	c.Rungs.Hold += d.Rungs.Hold
	for i := range s.stages {
		if o.stages[i].hdr.TotalCount() > 0 {
			s.stages[i].hdr.Merge(o.stages[i].hdr)
		}
	}
}

func (s *stretch) clear() {
	s.counts = Figures{}
	for i := range s.stages {
		if s.stages[i].hdr.TotalCount() > 0 {
			s.stages[i].hdr.Reset()
		}
	}
}

func (s *stretch) figures() Figures {
	f := s.counts
	for i, spread := range f.spreads() {
		*spread = s.stages[i].Spread()
	}
	return f
}
