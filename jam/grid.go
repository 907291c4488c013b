package jam

import (
	"fmt"
	"math"
	"sort"
	"time"
)

// The tempi that jamd plays, in quarter notes a minute.
const (
	MinTempo = 20
	MaxTempo = 400
)

const decades = time.Duration(1 << 60) // far enough from the ends of Duration to reckon with

// CheckTempo returns an error for a tempo outside MinTempo to MaxTempo.
func CheckTempo(bpm float64) error {
	if !(bpm >= MinTempo && bpm <= MaxTempo) { // NaN is outside too
		return fmt.Errorf("tempo %v BPM: must be %d to %d BPM", bpm, MinTempo, MaxTempo)
	}
	return nil
}

// A Grid says when each frame begins. Every line is computed from the start of its tempo segment, never from the line
// before it, so that frame 10,000,000 is as exact as frame 1.
type Grid struct {
	start    time.Duration // that segments count from: of frame 0, in a grid that follows nobody
	segments []segment     // ascending by frame and time, at least one; the first holds before its frame too
}

// followed is how many segments a grid that follows a clock keeps: at one a frame the last sixteen beats, which is more
// than any event waits to be quantised.
const followed = 64

const leastStep = 2 // nanoseconds, of frames that are passed over: lines are whole nanoseconds, and each has its own

// A segment is a stretch of frames at one tempo.
type segment struct {
	frame int64
	at    float64 // nanoseconds from the grid's start
	step  float64 // nanoseconds a frame
	bpm   float64 // of frames that are passed over, that before
}

func newSegment(frame int64, at, bpm float64) segment {
	return segment{frame: frame, at: at, step: stepOf(bpm), bpm: bpm}
}

// NewGrid makes a grid at one tempo whose frame 0 begins at start.
func NewGrid(start time.Duration, bpm float64) (*Grid, error) {
	if err := CheckTempo(bpm); err != nil {
		return nil, err
	}
	return &Grid{start: start, segments: append(make([]segment, 0, followed+1), newSegment(0, 0, bpm))}, nil
}

func stepOf(bpm float64) float64 { return float64(time.Minute) / bpm / FramesPerBeat }

// SetStart moves the whole grid so that frame 0 begins at t.
func (g *Grid) SetStart(t time.Duration) { g.start = t }

// setTempo gives frames from frame on a new tempo; tempi set for later frames are forgotten.
// Lines up to and including that of frame stay where they are. A frame before 0 is taken as 0.
func (g *Grid) setTempo(frame int64, bpm float64) error {
	if err := CheckTempo(bpm); err != nil {
		return err
	}
	frame = max(frame, 0)
	at := g.offset(float64(frame))
	g.segments = append(g.segments[:g.before(frame)], newSegment(frame, at, bpm))
	return nil
}

// Move moves the lines from s.Frame on, so that its line is at s.At and the tempo is s.BPM; what was set for later frames
// is forgotten. That of frame 0 is the grid's start. Lines before both stay. Those of earlier frames that would be later than s.At, because the clock that is
// followed has leapt ahead, are squeezed in before it. So whoever gives no time before the last line that was played keeps
// all that was played. Lines before the last 64 stretches are no longer exact, which is what lets a grid follow a clock
// for days; a tempo map of a tune, for tunes, is whole. It allocates nothing.
func (g *Grid) Move(s Segment) error {
	if err := CheckTempo(s.BPM); err != nil {
		return err
	}
	if s.Frame == 0 {
		g.start = s.At
	}
	at := float64(s.At - g.start)
	g.segments = g.segments[:g.before(s.Frame)]
	g.squeeze(s.Frame, at)
	if extra := len(g.segments) + 1 - followed; extra > 0 {
		g.segments = g.segments[:copy(g.segments, g.segments[extra:])]
	}
	g.segments = append(g.segments, newSegment(s.Frame, at, s.BPM))
	return nil
}

// squeeze puts the lines before that of frame before a time. Where none of the grid's is, it is left without a segment.
func (g *Grid) squeeze(frame int64, at float64) {
	if len(g.segments) == 0 || g.offset(float64(frame-1))+leastStep <= at {
		return
	}
	_, last := g.estimate(g.start + nanoseconds(at))
	for last = min(last, frame-1); last >= g.segments[0].frame; last-- {
		from := g.offset(float64(last))
		if step := (at - from) / float64(frame-last); step >= leastStep {
			passed := segment{frame: last, at: from, step: step, bpm: g.Tempo(last)}
			g.segments = append(g.segments[:g.before(last)], passed)
			return
		}
	}
	g.segments = g.segments[:0]
}

// before is the number of segments that begin before a frame.
func (g *Grid) before(frame int64) int {
	return sort.Search(len(g.segments), func(i int) bool { return g.segments[i].frame >= frame })
}

// Line is the time at which a frame begins. Frames before 0 lie before the start, at the first tempo.
func (g *Grid) Line(frame int64) time.Duration { return g.At(float64(frame)) }

// At is the time of a position in frames, such as 2.5 for the middle of frame 2.
func (g *Grid) At(position float64) time.Duration { return g.start + nanoseconds(g.offset(position)) }

// Tempo is that from a frame's line on, in quarter notes a minute.
func (g *Grid) Tempo(frame int64) float64 { return g.segments[max(g.before(frame+1)-1, 0)].bpm }

// Step is the length of a frame.
func (g *Grid) Step(frame int64) time.Duration { return g.Line(frame+1) - g.Line(frame) }

// Nearest is the frame whose line is nearest to t; halfway between two lines it is the later one.
func (g *Grid) Nearest(t time.Duration) int64 {
	t, f := g.estimate(t)
	// The estimate may be off by one where float64 rounds; lines are whole nanoseconds, and they decide.
	for t-g.Line(f) >= g.Line(f+1)-t {
		f++
	}
	for g.Line(f)-t > t-g.Line(f-1) {
		f--
	}
	return f
}

// current is the frame in which t lies: the last one whose line is not after t.
func (g *Grid) current(t time.Duration) int64 {
	t, f := g.estimate(t)
	for g.Line(f+1) <= t {
		f++
	}
	for g.Line(f) > t {
		f--
	}
	return f
}

// estimate is the frame nearest to t, or one beside it. Times decades away are taken as decades away.
func (g *Grid) estimate(t time.Duration) (time.Duration, int64) {
	t = min(max(t, -decades), decades)
	x := float64(t - g.start)
	n := sort.Search(len(g.segments), func(i int) bool { return g.segments[i].at > x })
	s := g.segments[max(n-1, 0)]
	f := s.frame + int64(math.Floor((x-s.at)/s.step+0.5))
	if n < len(g.segments) {
		f = min(f, g.segments[n].frame) // the frame before a move may be longer than its tempo says
	}
	return t, f
}

// offset is the time of a position, in nanoseconds from the start.
func (g *Grid) offset(position float64) float64 {
	n := sort.Search(len(g.segments), func(i int) bool { return float64(g.segments[i].frame) > position })
	s := g.segments[max(n-1, 0)]
	at := s.at + (position-float64(s.frame))*s.step
	if n < len(g.segments) {
		at = min(at, g.segments[n].at) // the frame before a move may be shorter than its tempo says
	}
	return at
}

func nanoseconds(x float64) time.Duration { return time.Duration(math.Round(x)) }
