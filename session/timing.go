package session

import (
	"math"
	"slices"
	"time"

	"jamd/jam"
)

// A Timing holds how well a jam kept time.
type Timing struct {
	Stages   []Stage          `json:"stages"` // in the order in which a note passes them
	Misses   []Miss           `json:"misses"`
	MissedBy map[string]int64 `json:"missed_by"` // number of misses, by cause
}

// A Stage holds the times of one part of a frame, over the frames that had it. P50 to P999 are percentiles.
type Stage struct {
	Name  string        `json:"name"`
	What  string        `json:"-"`
	Count int           `json:"count"`
	P50   time.Duration `json:"p50_ns"`
	P99   time.Duration `json:"p99_ns"`
	P999  time.Duration `json:"p999_ns"`
	Max   time.Duration `json:"max_ns"`
	Bins  []Bin         `json:"bins"` // without empty ones
}

// A Bin counts the times up to To and above the next lower bin. There are BinsPerDecade bins between two powers of ten.
type Bin struct {
	To    time.Duration `json:"to_ns"`
	Count int           `json:"count"`
}

// BinsPerDecade is the number of bins of a Stage between two powers of ten.
const BinsPerDecade = 5

// A Miss is a frame whose decision was not ready by its line.
type Miss struct {
	Frame int64         `json:"frame"`
	At    time.Duration `json:"at_ns"` // time of its line on the jam's clock
	Cause string        `json:"cause"`
}

// CauseFrom is the Remark.From of remarks whose text is the cause of a miss. causeUnknown is the cause of a miss without such a
// remark.
const (
	CauseFrom    = "latency"
	causeUnknown = "not recorded"
)

// stageMeanings say what the time of each stage is.
var stageMeanings = [jam.Stages]string{
	jam.StageArrival: "from a note's arrival to the loop's taking it",
	jam.StageLead:    "how long before its line the loop woke",
	jam.StageStep:    "one step of the policy",
	jam.StageVoice:   "choosing and laying out the chord",
	jam.StageSend:    "from a chord's first message to its last",
	jam.StageLate:    "from the line to a chord's last message",
	jam.StageAge:     "of the newest note that a chord could know, at the line",
}

// A stopwatch collects the times for a Timing.
type stopwatch struct {
	times  [jam.Stages][]time.Duration
	misses []Miss
	causes map[int64]string // by frame
}

func (s *stopwatch) add(r *jam.FrameReport) {
	for i, t := range r.StageTimes() {
		if t.Taken {
			s.times[i] = append(s.times[i], t.Took)
		}
	}
	if r.Missed {
		s.misses = append(s.misses, Miss{Frame: r.Frame, At: r.Line})
	}
}

// remark takes a remark, which may be the cause of a miss. It may come before or after the frame's report.
func (s *stopwatch) remark(r Remark) {
	if r.From != CauseFrom || r.Frame < 0 {
		return
	}
	if s.causes == nil {
		s.causes = map[int64]string{}
	}
	s.causes[r.Frame] = r.Text
}

func (s *stopwatch) timing() Timing {
	t := Timing{Misses: []Miss{}, MissedBy: map[string]int64{}}
	for i, times := range s.times {
		slices.Sort(times)
		stage := Stage{Name: jam.Stage(i).String(), What: stageMeanings[i], Count: len(times), Bins: []Bin{},
			P50: quantile(times, 0.5), P99: quantile(times, 0.99), P999: quantile(times, 0.999), Max: quantile(times, 1)}
		for _, took := range times {
			if n := len(stage.Bins); n > 0 && took <= stage.Bins[n-1].To {
				stage.Bins[n-1].Count++
				continue
			}
			stage.Bins = append(stage.Bins, Bin{binOf(took), 1})
		}
		t.Stages = append(t.Stages, stage)
	}
	for _, m := range s.misses {
		if m.Cause = s.causes[m.Frame]; m.Cause == "" {
			m.Cause = causeUnknown
		}
		t.Misses = append(t.Misses, m)
		t.MissedBy[m.Cause]++
	}
	return t
}

// binOf returns the upper end of a time's bin. The first bin ends at 1 µs.
func binOf(d time.Duration) time.Duration {
	n := math.Ceil(BinsPerDecade * math.Log10(max(float64(d), float64(time.Microsecond))))
	end := time.Duration(math.Round(math.Pow(10, n/BinsPerDecade)))
	return max(end, d) // rounding may leave the end below the time
}

// quantile returns the smallest of the sorted times that at least a share q of them does not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
