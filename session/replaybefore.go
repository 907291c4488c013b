package session

import (
	"fmt"
	"time"

	"jamd/jam"
)

// place moves the grid to where it was when a frame was decided.
func (p *replay) place(t int64) error {
	for len(p.moved) > 0 && p.moved[0].Since <= t {
		if err := p.engine.Grid().Move(p.moved[0].Segment); err != nil {
			return err
		}
		p.moved, p.placed = p.moved[1:], true
	}
	return nil
}

// changeMeter begins the bars in another meter, or with a moved bar line, that begin before the decision on a frame.
func (p *replay) changeMeter(t int64) error {
	for len(p.meters) > 0 && p.meters[0].Frame <= t {
		if err := p.engine.ChangeMeter(p.meters[0]); err != nil {
			return err
		}
		p.meters = p.meters[1:]
	}
	return nil
}

// apply applies the controls that took effect before the decision on a frame, and changes to the policy that became active with
// it.
func (p *replay) apply(t int64) error {
	if err := p.place(t); err != nil { // first, because the segment of a new tempo begins on one of its lines
		return err
	}
	if err := p.changeMeter(t); err != nil {
		return err
	}
	for len(p.applied) > 0 && p.applied[0].Frame <= t {
		if err := p.set(p.applied[0].Control); err != nil {
			return err
		}
		p.applied = p.applied[1:]
	}
	if v := p.policies.change(t); v != nil {
		p.engine.Swap(v)
	}
	return nil
}

// set applies a control at the next frame.
func (p *replay) set(c jam.Control) error {
	if err := p.engine.Apply(c); err != nil {
		return fmt.Errorf("%v at frame %d: %w", c, p.engine.Frame(), err)
	}
	return nil
}

// repeat repeats what the loop did before the decision on a frame, and passes over the frames that the song jumped over. An event
// without a frame counts as heard by then if it had arrived when the loop woke.
func (p *replay) repeat(logged *jam.FrameReport) error {
	p.begin(logged)
	later := p.before[:0]
	defer func() { p.before = later }()
	woke := logged.Line - logged.Lead
	for _, e := range p.before {
		t := p.engine.Frame()
		due := func(frame int64, at time.Duration) bool {
			return frame <= t && (frame != jam.UnknownFrame || t > 0 && at <= woke)
		}
		switch e := e.(type) {
		case jam.Input:
			if due(e.Frame, e.At) {
				p.engine.Push(e.Event)
				continue
			}
		case jam.LoopAction:
			if due(e.Frame, e.At) {
				if err := p.act(e); err != nil {
					return err
				}
				continue
			}
		case jam.Applied:
			if e.Frame <= t {
				if err := p.set(e.Control); err != nil {
					return err
				}
				continue
			}
		}
		later = append(later, e)
	}
	return nil
}

// act repeats an action of the loop.
func (p *replay) act(a jam.LoopAction) error {
	switch a.Kind {
	case jam.ActionResync:
		p.engine.Resync()
	case jam.ActionEndChord:
		return p.engine.EndChord()
	case jam.ActionPanic:
		return p.engine.Apply(jam.Control{At: a.At, Param: jam.ParamPanic})
	case jam.ActionRestart:
		p.engine.Restart(p.engine.Frame() + a.Frames)
	case jam.ActionListen:
		p.engine.ListenOn(a.Frames)
	case jam.ActionJump:
		for range a.Frames {
			if _, err := p.ask(); err != nil {
				return err
			}
			p.engine.Pass()
		}
	}
	return nil
}

// begin sets the start of the grid. If the log has no segment that does so, the line of the first report decides.
func (p *replay) begin(logged *jam.FrameReport) {
	if p.placed || len(p.moved) > 0 {
		return
	}
	p.placed = true
	grid := p.engine.Grid()
	grid.SetStart(logged.Line - (grid.Line(logged.Frame) - grid.Line(0)))
}
