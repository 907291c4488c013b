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
	start    time.Duration // of frame 0
	segments []segment     // ascending by frame, the first at frame 0
}

// A segment is a stretch of frames at one tempo.
type segment struct {
	frame int64
	at    float64 // nanoseconds from the grid's start
	step  float64 // nanoseconds a frame
}

// NewGrid makes a grid at one tempo whose frame 0 begins at start.
func NewGrid(start time.Duration, bpm float64) (*Grid, error) {
	if err := CheckTempo(bpm); err != nil {
		return nil, err
	}
	return &Grid{start: start, segments: []segment{{step: stepOf(bpm)}}}, nil
}

func stepOf(bpm float64) float64 { return float64(time.Minute) / bpm / FramesPerBeat }

// SetStart moves the whole grid so that frame 0 begins at t.
func (g *Grid) SetStart(t time.Duration) { g.start = t }

// SetTempo gives frames from frame on a new tempo; tempi set for later frames are forgotten.
// Lines up to and including that of frame stay where they are. A frame before 0 is taken as 0.
func (g *Grid) SetTempo(frame int64, bpm float64) error {
	if err := CheckTempo(bpm); err != nil {
		return err
	}
	frame = max(frame, 0)
	at := g.offset(float64(frame))
	n := sort.Search(len(g.segments), func(i int) bool { return g.segments[i].frame >= frame })
	g.segments = append(g.segments[:n], segment{frame: frame, at: at, step: stepOf(bpm)})
	return nil
}

// Line is the time at which a frame begins. Frames before 0 lie before the start, at the first tempo.
func (g *Grid) Line(frame int64) time.Duration { return g.At(float64(frame)) }

// At is the time of a position in frames, such as 2.5 for the middle of frame 2.
func (g *Grid) At(position float64) time.Duration { return g.start + nanoseconds(g.offset(position)) }

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

// Current is the frame in which t lies: the last one whose line is not after t.
func (g *Grid) Current(t time.Duration) int64 {
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
	return t, s.frame + int64(math.Floor((x-s.at)/s.step+0.5))
}

// offset is the time of a position, in nanoseconds from the start.
func (g *Grid) offset(position float64) float64 {
	n := sort.Search(len(g.segments), func(i int) bool { return float64(g.segments[i].frame) > position })
	s := g.segments[max(n-1, 0)]
	return s.at + (position-float64(s.frame))*s.step
}

func nanoseconds(x float64) time.Duration { return time.Duration(math.Round(x)) }
