package jam

import (
	"context"
	"time"
)

// A jam that follows its player gets PlayerTimes through a bounded queue. Whoever receives the notes gives them to the tracker,
// on a goroutine of its own, and the loop takes the tracker's findings before each line. The loop waits for nothing but the line.
// If the queue is full, a PlayerTime is dropped, which does no harm because the next one replaces it.

// playerState is the state of a loop that follows its player.
type playerState struct {
	playerGrid
	times  *Queue[PlayerTime] // nil if the jam does not follow its player
	next   PlayerTime         // the next PlayerTime, if it is too late to move the next line
	waits  bool               // there is a next
	on     bool               // the grid is placed on the player's beats
	caught bool               // the policy has been given what was played before that
	first  time.Duration      // time of the first note of the melody
	heard  bool               // there was a first note
}

// take returns the next PlayerTime that was found no later than until.
func (p *playerState) take(until time.Duration) (t PlayerTime, ok bool) {
	if !p.waits {
		select {
		case p.next, p.waits = <-p.times.C():
		default:
		}
	}
	if !p.waits || p.next.After > until {
		return t, false
	}
	p.waits = false
	return p.next, true
}

// beginWithPlayer waits until the player's beat is found, and begins the jam there: frame 0 is on the last beat before the first
// note, and the policy is given what was played since.
func (l *Loop) beginWithPlayer(ctx context.Context) bool {
	p := &l.player
	for ctx.Err() == nil {
		l.drain()
		for t, ok := p.take(forever); ok; t, ok = p.take(forever) {
			if p.heard && t.State != FindingBeat {
				l.beginOnBeats(t)
				return true
			}
		}
		l.pause(forever)
	}
	return false
}

// beginOnBeats begins the jam on the player's beats, and goes on to the first frame that a note can still move.
func (l *Loop) beginOnBeats(t PlayerTime) {
	p, grid := &l.player, l.engine.Grid()
	l.report(grid.Move(p.start(t, p.first)))
	l.began(0)
	p.on = true
	var to int64
	for p.cut(grid.Line(to)) < t.After {
		to++
	}
	l.tellAction(ActionJump, to)
	for l.engine.Frame() < to {
		l.ask()
		l.tell(&Entry{Kind: EntryPassed, Passed: l.engine.passOver()})
	}
	p.caught = true
	l.report(l.pulses.join(to))
}

// adopt places the player's beats on a grid that is already running, after a count-in.
func (l *Loop) adopt(t PlayerTime) {
	p, grid, e := &l.player, l.engine.Grid(), l.engine
	beat := t.Meter.Beat()
	if t.Meter != e.settings.Meter {
		return
	}
	near := e.since(grid.Nearest(t.Line)) + beat/2
	near -= (near%beat + beat) % beat
	p.now, p.shift, p.on, p.caught = t, e.barLine+near-t.Beat*beat, true, true
}

// waitWithPlayer waits until a frame must be decided, or ctx ends, and then places the frame's line by the player's time.
func (l *Loop) waitWithPlayer(ctx context.Context, frame int64) {
	p, grid := &l.player, l.engine.Grid()
	before := grid.Line(frame - 1)
	for ctx.Err() == nil {
		line := grid.Line(frame)
		until := line - nanoseconds(heardBefore*float64(grid.Step(frame)))
		if p.on {
			line = p.line(frame, before)
			until = p.cut(line)
		}
		if t, ok := p.take(until); ok {
			switch {
			case p.on:
				p.update(t)
			case t.State != FindingBeat:
				l.adopt(t)
			}
			continue
		}
		if due := line + l.engine.Line(frame) - grid.Line(frame) - l.offset(frame) - l.orders.Lead; l.clock.Now() < due {
			l.pause(due)
			continue
		}
		if s := (Segment{frame, line, p.now.tempo()}); p.on && !grid.has(s) {
			l.report(grid.Move(s))
			l.tellSegment(s)
		}
		return
	}
}

// followBars begins bars where the player does, and makes the policy listen until the beat is certain.
func (l *Loop) followBars() {
	if !l.player.on {
		return
	}
	if c, ok := l.player.bar(l.engine); ok {
		l.tell(&Entry{Kind: EntryMeter, Meter: c})
	}
	if !l.player.caught {
		return
	}
	if longer, ok := l.player.listen(l.engine); ok {
		l.tellAction(ActionListen, longer)
	}
}
