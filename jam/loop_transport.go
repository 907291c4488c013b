package jam

import (
	"context"
	"math"
	"time"
)

// A Transport is the clock of another program or machine. Its song is counted in frames.
type Transport interface {
	// Position returns where the song is at the time now, or close to it: a frame of the song, such as the last or the next one,
	// the time of its line, and the tempo. running is false if the song is stopped. ok is false if the position is not known:
	// before the clock first ran, or after it was lost for too long. The loop calls Position on its own thread, several times a
	// frame. Position may take a mutex that is held for the time of one pulse; it waits for nothing else and allocates nothing.
	Position(now time.Duration) (song Segment, running, ok bool)
}

const (
	// Smaller corrections of the grid are left out: nobody hears them, and each would add a segment.
	leastMove  = 250 * time.Microsecond
	leastTempo = 0.05 // BPM
	// standingLook is how often a stopped jam checks whether its clock runs again.
	standingLook = 10 * time.Millisecond
	// justPassed is how old a line may be and still be played, when the song has just started.
	justPassed = 15 * time.Millisecond
)

// transportState is the state of a jam on an external clock. The frames of a jam never go back, whatever the song does: each
// frame is reported once, and bars of jam and song begin together. Frame t of the song is frame t + shift of the jam.
type transportState struct {
	on    bool
	shift int64
	grace time.Duration // how long after its line a decision may still come: 0, except when the song has just started
}

// stopWithTransport ends what sounds as soon as the external clock stops.
func (l *Loop) stopWithTransport() {
	if !l.transport.on {
		return
	}
	if _, running := l.position(); !running {
		l.transport.on = false
		l.endChord()
		if l.engine.phase >= phaseHeard {
			l.engine.pause()
		}
	}
}

func (l *Loop) position() (song Segment, running bool) {
	song, running, ok := l.config.Transport.Position(l.clock.Now())
	return song, running && ok && song.BPM >= MinTempo && song.BPM <= MaxTempo
}

// beginWithTransport waits until the transport runs, and begins the jam at its position.
func (l *Loop) beginWithTransport(ctx context.Context) bool {
	song, running := l.awaitTransport(ctx)
	if !running {
		return false
	}
	at, line := l.nearest(song, justPassed)
	frame := at % l.bar()
	l.tellAction(ActionRestart, frame)
	l.engine.Restart(frame)
	l.transport.shift, l.transport.grace = frame-at, l.engine.Grid().Step(frame)/4
	l.report(l.engine.Grid().Move(Segment{frame, line, song.BPM}))
	l.began(frame)
	return true
}

// awaitTransport waits until the transport runs. running is false if ctx ended before that.
func (l *Loop) awaitTransport(ctx context.Context) (song Segment, running bool) {
	for ctx.Err() == nil {
		if song, running = l.position(); running {
			l.transport.on = true
			return song, true
		}
		l.pause(l.clock.Now() + standingLook)
	}
	return song, false
}

// nearest returns the first frame of the song whose line is not longer than ago in the past, and that line.
func (l *Loop) nearest(song Segment, ago time.Duration) (frame int64, line time.Duration) {
	step := FrameLength(song.BPM)
	frame = max(0, song.Frame+int64(math.Ceil(float64(l.clock.Now()-ago-song.At)/step)))
	return frame, song.At + nanoseconds(float64(frame-song.Frame)*step)
}

func (l *Loop) bar() int64 { return l.engine.settings.Meter.Bar() }

// syncWithTransport moves the grid to the transport's position; if the transport is stopped, it waits. It returns false if
// another frame is now next, if the next line has moved so far that it is too early to close the melody, or if ctx ended.
func (l *Loop) syncWithTransport(ctx context.Context) bool {
	if l.config.Transport == nil {
		return true
	}
	song, running := l.position()
	stood := !running || !l.transport.on
	if stood {
		l.transport.on = true
		l.stopWithTransport()
		if song, running = l.awaitTransport(ctx); !running {
			return false
		}
	}
	frame, grid := l.engine.Frame(), l.engine.Grid()
	here, ago := frame, justPassed
	if !stood {
		here, ago = max(frame, grid.Nearest(l.clock.Now())), nanoseconds(FrameLength(song.BPM)/2)
	}
	at, line := l.nearest(song, ago)
	there := at + l.transport.shift
	again := at == 0 && (stood || there+1 < here) // the song starts again from the beginning
	switch {
	case again, stood && there != frame, there < here-1, there > here+1:
		l.jump(at, line, song.BPM, again)
		return false
	case there < frame: // the frame before is nearer
		line += nanoseconds(float64(frame-there) * FrameLength(song.BPM))
		there = frame
	}
	l.move(Segment{there, line, song.BPM})
	if stood {
		l.transport.grace = grid.Step(frame) / 4
	}
	return !stood && l.due(frame)-l.orders.Lead-l.clock.Now() < time.Millisecond
}

// jump continues with the next frame that has the same place in its bar as the song. The frames in between are silent, and the
// policy is given them. If the song starts again from the beginning, the policy forgets the jam and listens again.
func (l *Loop) jump(at int64, line time.Duration, bpm float64, again bool) {
	bar, frame := l.bar(), l.engine.Frame()
	to := frame + ((at+l.transport.shift-frame)%bar+bar)%bar
	l.endChord()
	if again {
		l.tellAction(ActionRestart, to-frame)
		l.engine.Restart(to)
	} else {
		l.tellAction(ActionJump, to-frame)
	}
	for l.engine.Frame() < to {
		l.ask()
		l.engine.Pass()
	}
	l.transport.shift = to - at
	here := Segment{to, l.free(line), bpm}
	l.report(l.engine.Grid().Move(here))
	l.tellSegment(here)
	l.transport.grace = l.engine.Grid().Step(to) / 4
}

// free returns line, or a later time if the frame before would otherwise be shorter than the shortest frame.
func (l *Loop) free(line time.Duration) time.Duration {
	if l.engine.summary.Frames == 0 {
		return line
	}
	return max(line, l.last.Line+nanoseconds(FrameLength(MaxTempo)))
}

// move moves the lines from a frame on, unless they are already there.
func (l *Loop) move(s Segment) {
	grid := l.engine.Grid()
	s.At = l.free(s.At)
	if off := grid.Line(s.Frame) - s.At; max(off, -off) < leastMove && math.Abs(l.newest.BPM-s.BPM) < leastTempo {
		return
	}
	l.report(grid.Move(s))
	l.tellSegment(s)
}
