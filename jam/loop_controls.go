package jam

import (
	"errors"
	"fmt"
)

// takeControls handles the requests that do not wait for the next frame: a panic, and a tap, which becomes a request for a tempo.
// All other controls stay in their places until the next frame is closed.
func (l *Loop) takeControls() {
	asks := l.controls.asks.Load()
	if asks == l.asksSeen {
		return
	}
	l.asksSeen = asks
	if c, ok := l.controls.take(ParamPanic); ok {
		l.panic(c.Control)
	}
	if c, ok := l.controls.take(ParamOne); ok {
		l.report(fmt.Errorf("%v at frame %d: %w", c.Control, l.engine.Frame(), ErrNotFollowed))
	}
	c, ok := l.controls.take(ParamTap)
	if !ok {
		return
	}
	if l.config.Transport != nil {
		l.report(fmt.Errorf("%v at frame %d: %w", c.Control, l.engine.Frame(), ErrExternalTempo))
		return
	}
	if bpm, ok := l.taps.tap(c.At); ok {
		l.controls.Ask(Control{At: c.At, Param: ParamTempo, Value: bpm})
	}
}

// Why a control of the time is refused.
var (
	ErrExternalTempo = errors.New("the external clock sets the tempo")
	ErrNotFollowed   = errors.New("jamd counts the bars itself, because it does not follow your playing")
	ErrPlayersTempo  = errors.New("your playing sets the tempo")
)

// panic ends everything at once: jamd's own notes, and what the synth may still hold on the channels of the chords.
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
	l.tell(&Entry{Kind: EntryAction, Action: LoopAction{Frame: l.listensFor(), At: c.At, Kind: ActionPanic}})
	if l.engine.phase >= phaseHeard { // the decision on the next frame is withdrawn
		l.tellAction(ActionEndChord, 0)
		l.engine.Hold()
	}
	l.report(err)
	l.tell(&Entry{Kind: EntryApplied, Applied: Applied{l.listensFor(), c}})
}

// applyControls applies what was requested, before Hear of the first frame that it affects. A control that the settings refuse is
// tried again after the others, because the order matters for settings that depend on each other, such as the two ends of a
// register.
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
	l.asked = [paramCount]askedControl{} // so that they keep no policy alive
}

// apply applies one control. If it returns an error, nothing has changed.
func (l *Loop) apply(c Control) error {
	before := l.engine.settings.Tempo
	switch {
	case c.Param == ParamPolicy && c.Policy == nil:
		return errors.New("no policy came with the control")
	case c.Param == ParamPolicy:
		l.policies.replace(c) // it is reported as applied when the policy becomes active
		return nil
	case c.Param == ParamTempo && l.config.Transport != nil:
		return ErrExternalTempo
	case c.Param == ParamTempo && l.player.on:
		return ErrPlayersTempo
	}
	if err := l.engine.Apply(c); err != nil {
		return err
	}
	if c.Param == ParamTempo {
		l.forgetTempo(l.engine.nextBeat())
	}
	if bpm := l.engine.settings.Tempo; bpm != before && l.phase == loopPlaying { // before the start, began reports the tempo
		beat := l.engine.nextBeat()
		l.tellSegment(Segment{beat, l.engine.Grid().Line(beat), bpm})
	}
	l.tell(&Entry{Kind: EntryApplied, Applied: Applied{l.listensFor(), c}})
	return nil
}

// tellSegment tells the readers about a new segment of the grid.
func (l *Loop) tellSegment(s Segment) {
	l.newest = s
	l.tell(&Entry{Kind: EntryMoved, Moved: Moved{l.engine.Frame(), s}})
}

// releaseAsked releases a policy that was requested too late.
func (l *Loop) releaseAsked() {
	if c, ok := l.controls.take(ParamPolicy); ok && c.Policy != nil && l.config.Release != nil {
		l.config.Release(c.Policy)
	}
}
