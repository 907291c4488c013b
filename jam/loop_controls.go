package jam

import (
	"errors"
	"fmt"
)

// takeControls does what was asked for between two frames: a panic, and a tap, whose tempo is then asked for. All else waits
// in its place for the next frame that is listened for.
func (l *Loop) takeControls() {
	if c, ok := l.controls.take(ParamPanic); ok {
		l.panic(c.Control)
	}
	c, ok := l.controls.take(ParamTap)
	if !ok {
		return
	}
	if l.config.Transport != nil {
		l.report(fmt.Errorf("%v at frame %d: %w", c.Control, l.engine.Frame(), errFollowed))
		return
	}
	if bpm, ok := l.taps.Tap(c.At); ok {
		l.controls.Ask(Control{At: c.At, Param: ParamTempo, Value: bpm})
	}
}

var errFollowed = errors.New("the clock that is followed sets it")

// panic lets everything go now, jamd's own notes and what else the synth may hold on the channels of the chords.
func (l *Loop) panic(c Control) {
	err := l.engine.Apply(c)
	s := &l.engine.settings
	for _, channel := range [...]uint8{s.ChordChannel, s.BassChannel} {
		if channel == 0 {
			continue
		}
		for _, controller := range [...]byte{sustain, notesOff, soundOff} {
			err = errors.Join(err, l.output.Send(control|(channel-1), controller, 0))
		}
	}
	l.tell(LoopAction{Frame: l.listensFor(), At: c.At, Kind: AllLetGo}.Entry())
	if l.engine.phase >= phaseHeard { // what was decided for the frame to be played is withdrawn
		l.tellAction(ChordLetGo, 0)
		l.engine.Hold()
	}
	l.report(err)
	l.tell(Applied{l.listensFor(), c}.Entry())
}

// applyControls does what was asked for, before Hear of the frame from which on it holds. What the settings refuse is tried
// again after the others: which of them comes first matters, as with the two ends of a register.
func (l *Loop) applyControls() {
	l.takeControls()
	n := l.controls.takeAll(&l.asked)
	if n == 0 {
		return
	}
	var refused [paramCount]error
	for left := -1; n > 0 && n != left; {
		left, n = n, 0
		for i := range left {
			c := l.asked[i]
			if refused[n] = l.apply(c.Control); refused[n] != nil {
				l.asked[n] = c
				n++
			}
		}
	}
	for i := range n {
		l.report(fmt.Errorf("%v at frame %d: %w", l.asked[i].Control, l.engine.Frame(), refused[i]))
	}
	l.asked = [paramCount]askedControl{} // and hold no policy
}

// apply does what a control says. An error changes nothing.
func (l *Loop) apply(c Control) error {
	frame, before := l.engine.Frame(), l.engine.settings.Tempo
	switch {
	case c.Param == ParamPolicy && c.Policy == nil:
		return errors.New("no policy came with it")
	case c.Param == ParamPolicy:
		l.policies.replace(c) // and is applied when it takes over
		return nil
	case c.Param == ParamTempo && l.config.Transport != nil:
		return errFollowed
	}
	if err := l.engine.Apply(c); err != nil {
		return err
	}
	if c.Param == ParamTempo {
		l.forgetTempo(l.engine.nextBeat())
	}
	if bpm := l.engine.settings.Tempo; bpm != before && l.phase == loopPlaying { // or else the start of the grid is not known yet, and tells it
		beat := l.engine.nextBeat()
		l.stretch(Segment{beat, l.engine.Grid().Line(beat), bpm})
	}
	l.tell(Applied{frame, c}.Entry())
	return nil
}

// stretch tells of a new stretch of the grid.
func (l *Loop) stretch(s Segment) {
	l.coming = s
	l.tell(Moved{l.engine.Frame(), s}.Entry())
}

// releaseAsked hands back a policy that was asked for too late.
func (l *Loop) releaseAsked() {
	if c, ok := l.controls.take(ParamPolicy); ok && c.Policy != nil && l.config.Release != nil {
		l.config.Release(c.Policy)
	}
}
