package jam

import (
	"context"
	"math"
	"time"
)

// A Transport is the clock of another program or machine, which a jam follows. Its song is counted in frames too.
type Transport interface {
	// Position says where the song is at a time that is about now: a frame of the song, such as the last or the next, when
	// its line is, and the tempo. running is false where the song stands, ok where its position is not known: before the
	// clock ever ran, or when it was lost for too long. The loop calls
	// it on its own thread, several times a frame. It may take a mutex that is held for the time of one pulse; it waits for
	// nothing else, and allocates nothing.
	Position(now time.Duration) (song Segment, running, ok bool)
}

const (
	// Corrections of the grid smaller than these are not made: nobody hears them, and each is a stretch of its own.
	leastMove  = 250 * time.Microsecond
	leastTempo = 0.05 // BPM
	// standingLook is how often a jam looks whether its clock runs again, where nothing wakes it.
	standingLook = 10 * time.Millisecond
	// justPassed is how long ago a line may be that is still played where the song has just begun to run.
	justPassed = 15 * time.Millisecond
)

// transportState is how a jam follows a transport. The frames of a jam never go back, whatever the song does: each has one
// report, and the bars of both begin together. Frame t of the song is frame t + shift of the jam.
type transportState struct {
	on    bool
	shift int64
	grace time.Duration // that a decision may come after its line: none, but where the song has just begun
}

// stopWithTransport lets all go at once where the clock that is followed has stopped.
func (l *Loop) stopWithTransport() {
	if !l.transport.on {
		return
	}
	if _, running := l.position(); !running {
		l.transport.on = false
		l.letGo()
		if l.engine.phase >= phaseHeard {
			l.engine.pause()
		}
	}
}

func (l *Loop) position() (song Segment, running bool) {
	song, running, ok := l.config.Transport.Position(l.clock.Now())
	return song, running && ok && song.BPM >= MinTempo && song.BPM <= MaxTempo
}

// beginWith waits for the transport to run, and begins there.
func (l *Loop) beginWith(ctx context.Context) bool {
	song, running := l.stand(ctx)
	if !running {
		return false
	}
	at, line := l.nearest(song, justPassed)
	frame := at % l.bar()
	l.tellAction(SongRestart, frame)
	l.engine.Restart(frame)
	l.transport.shift, l.transport.grace = frame-at, l.engine.Grid().Step(frame)/4
	l.report(l.engine.Grid().Move(Segment{frame, line, song.BPM}))
	l.began(frame)
	return true
}

// stand waits until the transport runs; running is false where the context ended before.
func (l *Loop) stand(ctx context.Context) (song Segment, running bool) {
	for ctx.Err() == nil {
		if song, running = l.position(); running {
			l.transport.on = true
			return song, true
		}
		l.pause(l.clock.Now() + standingLook)
	}
	return song, false
}

// nearest is the first frame of the song whose line is not longer ago than said, and that line.
func (l *Loop) nearest(song Segment, ago time.Duration) (frame int64, line time.Duration) {
	step := stepOf(song.BPM)
	frame = max(0, song.Frame+int64(math.Ceil(float64(l.clock.Now()-ago-song.At)/step)))
	return frame, song.At + nanoseconds(float64(frame-song.Frame)*step)
}

func (l *Loop) bar() int64 { return l.engine.settings.Meter.Bar() }

// followTransport moves the grid to where the transport is; it waits where that stands. It returns false where the frame to be
// played is another now, or its line so much later that it is too early to listen, or the context ended.
func (l *Loop) followTransport(ctx context.Context) bool {
	if l.config.Transport == nil {
		return true
	}
	song, running := l.position()
	stood := !running || !l.transport.on
	if stood {
		l.transport.on = true
		l.stopWithTransport()
		if song, running = l.stand(ctx); !running {
			return false
		}
	}
	frame, grid := l.engine.Frame(), l.engine.Grid()
	here, ago := frame, justPassed
	if !stood {
		here, ago = max(frame, grid.Nearest(l.clock.Now())), nanoseconds(stepOf(song.BPM)/2)
	}
	at, line := l.nearest(song, ago)
	there := at + l.transport.shift
	again := at == 0 && (stood || there+1 < here) // the song is begun anew
	switch {
	case again, stood && there != frame, there < here-1, there > here+1:
		l.jump(at, line, song.BPM, again)
		return false
	case there < frame: // the line before it is nearer
		line += nanoseconds(float64(frame-there) * stepOf(song.BPM))
		there = frame
	}
	l.move(Segment{there, line, song.BPM})
	if stood {
		l.transport.grace = grid.Step(frame) / 4
	}
	return !stood && l.due(frame)-l.orders.Lead-l.clock.Now() < time.Millisecond
}

// jump goes on with the next frame that is as far into its bar as the song is. Frames that are passed over have no sound,
// but the policy counts them. Where the song is begun anew it forgets, and listens again.
func (l *Loop) jump(at int64, line time.Duration, bpm float64, again bool) {
	bar, frame := l.bar(), l.engine.Frame()
	to := frame + ((at+l.transport.shift-frame)%bar+bar)%bar
	l.letGo()
	if again {
		l.tellAction(SongRestart, to-frame)
		l.engine.Restart(to)
	} else {
		l.tellAction(SongJump, to-frame)
	}
	for l.engine.Frame() < to {
		l.ask()
		l.engine.Pass()
	}
	l.transport.shift = to - at
	here := Segment{to, l.free(line), bpm}
	l.report(l.engine.Grid().Move(here))
	l.stretch(here)
	l.transport.grace = l.engine.Grid().Step(to) / 4
}

// free is the line, or a later one, so that what sounded last keeps at least the shortest frame.
func (l *Loop) free(line time.Duration) time.Duration {
	if l.engine.summary.Frames == 0 {
		return line
	}
	return max(line, l.last.Line+nanoseconds(stepOf(MaxTempo)))
}

// move moves the lines from a frame on, where they are not there already.
func (l *Loop) move(s Segment) {
	grid := l.engine.Grid()
	s.At = l.free(s.At)
	if off := grid.Line(s.Frame) - s.At; max(off, -off) < leastMove && math.Abs(l.coming.BPM-s.BPM) < leastTempo {
		return
	}
	l.report(grid.Move(s))
	l.stretch(s)
}
