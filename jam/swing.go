package jam

import (
	"math"
	"time"
)

// A Swing says which notes swing: the second of each pair comes late.
type Swing uint8

// The swings.
const (
	Straight        Swing = iota
	SwingEighths          // pairs of eighths; a pair is a quarter note long
	SwingSixteenths       // pairs of sixteenths
)

var swings = words{"off", "eighths", "sixteenths"}

// String returns off, eighths or sixteenths.
func (s Swing) String() string { return swings.word(int(s)) }

// MarshalText returns String.
func (s Swing) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what String returns.
func (s *Swing) UnmarshalText(text []byte) error {
	i, err := swings.find("swing", string(text))
	*s = Swing(i)
	return err
}

// A warp is the map between even and swung time: frame numbers and policy know only even time. Pairs lie within groups of
// beats, so a group that is not a whole number of pairs long stays even: three eighths in 7/8, and the dotted beats of 6/8 if
// eighths swing.
type warp struct {
	swing   Swing
	percent float64 // where in a pair its second note comes: 50 is even, 66.7 a triplet
}

// late returns how much later than its even line a frame begins, in frames: 0 up to 1. since counts from a bar line.
func (w warp) late(m Meter, since int64) float64 {
	var pair int64
	switch w.swing {
	case SwingEighths:
		pair = FramesPerBeat
	case SwingSixteenths:
		pair = FramesPerBeat / 2
	default:
		return 0
	}
	after := m.after(since)
	from, to := m.Group(after)
	if (to-from)%pair != 0 {
		return 0
	}
	at, half := float64((after-from)%pair), float64(pair)/2
	second := float64(pair) * w.percent / 100
	if at <= half {
		return at * (second/half - 1)
	}
	return second + (at-half)*(float64(pair)-second)/half - at
}

// begins reports whether a frame begins a pair, however long, or a group.
func (w warp) begins(m Meter, since int64) bool {
	after := m.after(since)
	from, _ := m.Group(after)
	return (after-from)%FramesPerBeat == 0
}

// Late returns how much later than its even line a frame sounds, in frames.
func (e *Engine) Late(frame int64) float64 { return e.warp.late(e.settings.Meter, e.since(frame)) }

// Line returns when a frame sounds: at its line of the grid or, swung, later.
func (e *Engine) Line(frame int64) time.Duration {
	late := e.Late(frame)
	if late == 0 {
		return e.grid.Line(frame)
	}
	return e.grid.At(float64(frame) + late)
}

// Nearest returns the frame that a note at t counts for. It is the one that sounds nearest to t; but the second eighth of a pair
// begins at the latest a quarter of a frame before its even line, so that a player who does not swing it is still heard on it.
func (e *Engine) Nearest(t time.Duration) int64 {
	f := e.grid.Nearest(t)
	if e.warp.swing == Straight {
		return f
	}
	for t >= e.from(f+1) {
		f++
	}
	for t < e.from(f) {
		f--
	}
	return f
}

// from returns the time from which notes count for a frame.
func (e *Engine) from(frame int64) time.Duration {
	line, before := e.Line(frame), e.Line(frame-1)
	middle := before + (line-before+1)/2
	if e.warp.swing == SwingEighths && e.Late(frame) > 0 && e.Late(frame-1) > 0 && e.Late(frame+1) > 0 {
		return min(middle, e.grid.At(float64(frame)-0.25))
	}
	return middle
}

// current returns the last frame that has sounded at t.
func (e *Engine) current(t time.Duration) int64 {
	f := e.grid.current(t)
	for e.Line(f) > t {
		f--
	}
	return f
}

// latch takes the swing of the settings at a frame that begins a pair, so that no pair changes midway.
func (e *Engine) latch() {
	w := warp{e.settings.Swing, e.settings.SwingPercent}
	if w.percent = math.Min(math.Max(w.percent, 50), 75); w.begins(e.settings.Meter, e.since(e.frame)) {
		e.warp = w
	}
}
