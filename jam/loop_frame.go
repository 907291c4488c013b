package jam

import (
	"context"
	"time"
)

// frame plays the next frame. It returns false if ctx ended before that.
func (l *Loop) frame(ctx context.Context) bool {
	if l.engine.phase == phaseOpen {
		frame := l.engine.Frame()
		l.order(frame)
		if l.player.times != nil {
			l.waitWithPlayer(ctx, frame)
		} else {
			l.wait(ctx, l.due(frame)-l.orders.Lead)
		}
		if ctx.Err() != nil {
			return false
		}
		if !l.syncWithTransport(ctx) {
			return ctx.Err() == nil // the line has moved
		}
		frame = l.listen(frame)
		l.decide(ctx, l.due(frame)+l.transport.grace)
		l.transport.grace = 0
	}
	frame := l.engine.Frame()
	if l.wait(ctx, l.due(frame)); ctx.Err() != nil {
		return false
	}
	if l.current() > frame { // the machine was stopped while the loop waited, and no chord may begin so late
		l.engine.Skip()
		l.skipped++
		return true
	}
	l.sound(frame)
	return true
}

// order asks the guard for the orders of the next frame.
func (l *Loop) order(frame int64) {
	step := l.length(frame)
	l.orders = l.config.Guard.Orders(step)
	most := step*7/16 - max(l.offset(frame), 0) // by then, all events nearer to the line before have arrived
	l.orders.Lead = max(min(l.orders.Lead, most), time.Millisecond)
}

// offset is how much earlier than its line a frame is sent, for a synth that sounds late.
func (l *Loop) offset(frame int64) time.Duration {
	wanted := time.Duration(l.engine.settings.Offset * float64(time.Millisecond))
	return min(wanted, l.length(frame)*7/16-time.Millisecond)
}

// length returns the time available for a frame: the length of the frame before, or the frame's own length if that is shorter or
// the grid was moved so that the frame before has no length.
func (l *Loop) length(frame int64) time.Duration {
	e := l.engine
	line := e.Line(frame)
	before, own := line-e.Line(frame-1), e.Line(frame+1)-line
	if before <= 0 {
		return own
	}
	return min(before, own)
}

// due returns the time at which a frame is sent.
func (l *Loop) due(frame int64) time.Duration { return l.engine.Line(frame) - l.offset(frame) }

// current returns the last frame that was due.
func (l *Loop) current() int64 {
	return l.engine.current(l.clock.Now() + l.offset(l.engine.Frame()))
}

// listen closes the melody before a frame and asks the policy for that frame. It returns the frame to play, which is a later one
// if the machine was stopped in between.
func (l *Loop) listen(frame int64) int64 {
	current, now := max(l.current(), frame), l.clock.Now()
	tooLong := current > frame && now-l.due(frame) > longLoss
	l.tellTempo(current + 1)
	l.drain()
	for ; frame < current; frame++ {
		l.ask()
		l.engine.Skip()
		l.skipped++
	}
	l.applyControls()
	l.change(frame)
	l.known = l.arrivals
	l.arrivals.next()
	l.ask()
	if tooLong {
		l.endChord()
	}
	l.woke = l.due(frame) - now
	return frame
}

// change makes another policy active from the frame on, if one is wanted and has caught up.
func (l *Loop) change(frame int64) {
	brought := l.policies.next
	p, err := l.policies.activate(frame, l.orders.Rung)
	l.report(err)
	if p == nil {
		return
	}
	l.engine.Swap(p.vocabulary)
	if p == brought {
		l.config.Guard.PolicyChanged()
		if l.orders.Rung == RungFaster {
			l.orders.Rung = RungFull
		}
		l.tell(&Entry{Kind: EntryApplied, Applied: Applied{frame, l.policies.control}})
	}
}

// ask gives the policy the tokens of the last frame.
func (l *Loop) ask() {
	frame := l.engine.Frame()
	l.changeMeter()
	l.followBars()
	chord, melody, place := l.engine.Hear()
	l.behind = l.policies.ask(request{frame, chord, melody, place, l.engine.Busy()})
}

// decide waits for the policy's answer, at most until the given time, and lets the engine decide by it.
func (l *Loop) decide(ctx context.Context, until time.Duration) {
	frame := l.engine.Frame()
	worker := l.policies.active.worker
	for {
		if a, ok := worker.answer(); ok {
			err, mine := a.err, a.frame == frame // otherwise it answers an earlier frame, too late
			if err == nil && mine {
				l.step, l.since = a.step, a.since
				err = l.voiced(a.logits)
			}
			worker.done(a)
			l.report(err)
			if mine {
				l.failed = err != nil
				return
			}
			continue
		}
		if l.clock.Now() >= until || ctx.Err() != nil {
			return
		}
		l.pause(until)
	}
}

// voiced decides by the policy's logits. If the guard orders it, or the jam is paused, the chord is held instead.
func (l *Loop) voiced(logits []float32) (err error) {
	began := l.clock.Now()
	if l.orders.Rung == RungHold || l.engine.phase >= phaseDecided {
		l.engine.Hold()
	} else {
		err = l.engine.Decide(logits)
	}
	l.voice = l.clock.Now() - began
	return err
}

// sound plays the frame at its line and tells the readers.
func (l *Loop) sound(frame int64) {
	due := l.due(frame)
	l.output.n = 0
	r, err := l.engine.Play()
	r.Late, r.Send = l.clock.Now()-due, l.output.took()
	r.Lead, r.Step, r.Voice, r.Skipped = l.woke, l.step, l.voice, l.skipped
	r.Arrival, r.Age = l.known.longest, l.known.age(r.Line)
	r.Failed, r.Behind = r.Missed && l.failed, l.behind
	r.Tempo, r.Rung, r.Policy = l.engine.Grid().tempo(frame), l.orders.Rung, l.policies.active.name
	r.Faster, r.Since = l.policies.active == l.policies.faster, l.since
	if l.player.on {
		r.Follow = l.player.state(r.Line)
	}
	l.woke, l.step, l.since, l.voice, l.failed, l.skipped, l.behind = 0, 0, 0, 0, false, 0, 0
	l.report(err)
	l.last = r // a field, so that passing a pointer to it allocates nothing
	l.config.Guard.Saw(&l.last)
	l.tell(&Entry{Kind: EntryReport, Report: r})
}
