package jam

import (
	"context"
	"time"
)

// A jam that follows its player gets PlayerTimes through a bounded queue: whoever hears the notes tells the tracker, on a
// goroutine of its own, and the loop takes what it believes before each line. The loop waits for nothing but the line. A time that
// does not fit is dropped; the next one says all that it said.

// playerState is how a loop follows its player.
type playerState struct {
	playerGrid
	times  *Queue[PlayerTime] // nil: the jam keeps its own time, or that of a clock
	next   PlayerTime         // taken from times, and of after the cut of the next line
	waits  bool               // there is a next
	on     bool               // the grid is laid on the player's beats
	caught bool               // the policy has heard what was played before that
	first  time.Duration      // the first note of the melody
	heard  bool               // there was one
}

// take returns the next time that was believed no later than until.
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

// beginWithPlayer waits until the player's beat is found, and begins the jam there: frame 0 is on the bar line before the first
// note, and the policy hears what was played since.
func (l *Loop) beginWithPlayer(ctx context.Context) bool {
	p := &l.player
	for ctx.Err() == nil {
		l.drain()
		for t, ok := p.take(forever); ok; t, ok = p.take(forever) {
			if p.heard && t.State != FindingBeat {
				l.layFrames(t)
				return true
			}
		}
		l.pause(forever)
	}
	return false
}

// layFrames begins the jam on the player's beats, and goes on to the first frame that a note can still move.
func (l *Loop) layFrames(t PlayerTime) {
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
		l.engine.Pass()
	}
	p.caught = true
	l.report(l.pulses.join(to))
}

// adopt lets the player's beats be those of a grid that runs: after a count-in.
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

// waitWithPlayer waits until a frame is to be decided, and lays its line where the player's time has it. It returns false if the
// context ended.
func (l *Loop) waitWithPlayer(ctx context.Context, frame int64) bool {
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
				p.believe(t)
			case t.State != FindingBeat:
				l.adopt(t)
			}
			continue
		}
		if due := line - l.offset(frame) - l.orders.Lead; l.clock.Now() < due {
			l.pause(due)
			continue
		}
		if s := (Segment{frame, line, p.now.tempo()}); p.on && !grid.lies(s) {
			l.report(grid.Move(s))
			l.tellSegment(s)
		}
		return true
	}
	return false
}

// followBars lets bars begin where the player's do, and the policy listen until the beat is sure.
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
	if longer := l.player.listen(l.engine); longer > 0 {
		l.tellAction(ActionListen, longer)
	}
}
