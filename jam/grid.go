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

const decades = time.Duration(1 << 60) // far from the ends of Duration, so that sums do not overflow

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
	start    time.Duration // the time that segments count from: the line of frame 0, if the grid was never moved
	segments []segment     // ascending by frame and time, at least one; the first also holds before its frame
}

// exactSegments is how many segments a grid that is moved again and again remembers. At one segment a frame these are the last
// sixteen beats, which is longer than any event waits to be quantised.
const exactSegments = 64

const leastStep = 2 // nanoseconds between frames that are passed over: lines are whole nanoseconds, and no two are equal

// A segment is a stretch of frames at one tempo.
type segment struct {
	frame int64
	at    float64 // nanoseconds from the grid's start
	step  float64 // nanoseconds per frame
	bpm   float64 // of frames that are passed over: the tempo before them
}

func newSegment(frame int64, at, bpm float64) segment {
	return segment{frame: frame, at: at, step: FrameLength(bpm), bpm: bpm}
}

// NewGrid makes a grid at one tempo whose frame 0 begins at start.
func NewGrid(start time.Duration, bpm float64) (*Grid, error) {
	if err := CheckTempo(bpm); err != nil {
		return nil, err
	}
	return &Grid{start: start, segments: append(make([]segment, 0, exactSegments+1), newSegment(0, 0, bpm))}, nil
}

// FrameLength returns the length of a frame at a tempo, in nanoseconds.
func FrameLength(bpm float64) float64 { return float64(time.Minute) / bpm / FramesPerBeat }

// SetStart moves the whole grid so that frame 0 begins at t.
func (g *Grid) SetStart(t time.Duration) { g.start = t }

// setTempo gives the frames from frame on a new tempo, and forgets tempi that were set for later frames. Lines up to and
// including that of frame stay where they are. A frame before 0 counts as 0.
func (g *Grid) setTempo(frame int64, bpm float64) error {
	if err := CheckTempo(bpm); err != nil {
		return err
	}
	frame = max(frame, 0)
	at := g.offset(float64(frame))
	g.segments = append(g.segments[:g.before(frame)], newSegment(frame, at, bpm))
	return nil
}

// Move moves the lines from s.Frame on: the line of s.Frame is at s.At, and the tempo is s.BPM. What was set for later frames is
// forgotten. The line of frame 0 is the grid's start. Lines before s.Frame stay, except those that would be later than s.At,
// because an external clock leapt ahead: these are squeezed in before s.At. So if s.At is not before the last line that was
// played, every line that was played stays. Only the last 64 segments are exact, so that a grid can be moved for days; a tune's
// tempo map is stored as a whole. Move allocates nothing.
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
	if extra := len(g.segments) + 1 - exactSegments; extra > 0 {
		g.segments = g.segments[:copy(g.segments, g.segments[extra:])]
	}
	g.segments = append(g.segments, newSegment(s.Frame, at, s.BPM))
	return nil
}

// has reports whether the grid already has a segment, except for differences that nobody hears.
func (g *Grid) has(s Segment) bool {
	off := g.Line(s.Frame) - s.At
	return max(off, -off) < leastMove && math.Abs(g.tempo(s.Frame)-s.BPM) < leastTempo
}

// squeeze moves the lines before frame to before the time at. If no line of the grid is before that time, no segment is left.
func (g *Grid) squeeze(frame int64, at float64) {
	if len(g.segments) == 0 || g.offset(float64(frame-1))+leastStep <= at {
		return
	}
	_, last := g.estimate(g.start + nanoseconds(at))
	for last = min(last, frame-1); last >= g.segments[0].frame; last-- {
		from := g.offset(float64(last))
		if step := (at - from) / float64(frame-last); step >= leastStep {
			passed := segment{frame: last, at: from, step: step, bpm: g.tempo(last)}
			g.segments = append(g.segments[:g.before(last)], passed)
			return
		}
	}
	g.segments = g.segments[:0]
}

// before returns the number of segments that begin before a frame.
func (g *Grid) before(frame int64) int {
	return sort.Search(len(g.segments), func(i int) bool { return g.segments[i].frame >= frame })
}

// Line returns the time at which a frame begins. Frames before 0 are before the start, at the first tempo.
func (g *Grid) Line(frame int64) time.Duration { return g.At(float64(frame)) }

// At returns the time of a position in frames, such as 2.5 for the middle of frame 2.
func (g *Grid) At(position float64) time.Duration { return g.start + nanoseconds(g.offset(position)) }

// tempo returns the tempo from a frame's line on, in quarter notes a minute.
func (g *Grid) tempo(frame int64) float64 { return g.segments[max(g.before(frame+1)-1, 0)].bpm }

// Step returns the length of a frame.
func (g *Grid) Step(frame int64) time.Duration { return g.Line(frame+1) - g.Line(frame) }

// Nearest returns the frame whose line is nearest to t. Halfway between two lines it is the later one.
func (g *Grid) Nearest(t time.Duration) int64 {
	t, f := g.estimate(t)
	// The estimate may be off by one because float64 rounds. Lines are whole nanoseconds, so they decide.
	for t-g.Line(f) >= g.Line(f+1)-t {
		f++
	}
	for g.Line(f)-t > t-g.Line(f-1) {
		f--
	}
	return f
}

// current returns the frame that is under way at t: the last one whose line is not after t.
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

// estimate returns the frame nearest to t, or one next to it. A time decades away is limited to that.
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

// offset returns the time of a position, in nanoseconds from the start.
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
