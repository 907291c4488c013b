package jam

import (
	"errors"
	"fmt"
)

// maxWaiting is how many controls a frame applies; more stay in their queue.
const maxWaiting = 64

// Waiting is the controls that were taken out of their queue, for the next frame that is listened for.
type waiting struct {
	list [maxWaiting]Control
	n    int
}

// takeControls takes the controls that have arrived. A panic is done at once, and undoes none of those before it.
func (l *Loop) takeControls() {
	if l.config.Controls == nil {
		return
	}
	w := &l.controls
	for n := len(l.config.Controls.C()); n > 0 && w.n < maxWaiting; n-- {
		c, open := <-l.config.Controls.C()
		switch {
		case !open:
			return
		case c.Param == ParamPanic:
			l.panic(c)
		default:
			w.list[w.n] = c
			w.n++
		}
	}
}

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
	tell(l.config.Events, Heard{l.listensFor(), Event{At: c.At, Data1: AllLetGo}})
	if l.engine.heard { // what was decided for the frame to be played is withdrawn
		l.mark(ChordLetGo, 0)
		l.engine.Keep()
	}
	l.report(err)
	tell(l.config.Applied, Applied{l.listensFor(), c})
}

// applyControls does what was asked for, before Hear of the frame from which on it holds.
func (l *Loop) applyControls() {
	l.takeControls()
	w := &l.controls
	for i := range w.list[:w.n] {
		l.apply(w.list[i])
		w.list[i] = Control{}
	}
	w.n = 0
}

func (l *Loop) apply(c Control) {
	frame, before := l.engine.Frame(), l.engine.settings.Tempo
	var err error
	switch {
	case c.Param == ParamPolicy && c.Policy == nil:
		err = errors.New("no policy came with it")
	case c.Param == ParamPolicy:
		l.cast.bring(c) // and is applied when it takes over
		return
	case (c.Param == ParamTempo || c.Param == ParamTap) && l.config.Transport != nil:
		err = errors.New("the clock that is followed sets it")
	case c.Param == ParamTap:
		bpm, ok := l.taps.Tap(c.At)
		if !ok {
			return
		}
		c = Control{At: c.At, Param: ParamTempo, Value: bpm}
		err = l.engine.Apply(c)
	default:
		err = l.engine.Apply(c)
	}
	if err != nil {
		l.report(fmt.Errorf("%v at frame %d: %w", c, frame, err))
		return
	}
	if bpm := l.engine.settings.Tempo; bpm != before {
		beat := l.engine.nextBeat()
		l.stretch(Segment{beat, l.engine.Grid().Line(beat), bpm})
	}
	tell(l.config.Applied, Applied{frame, c})
}

// stretch tells of a new stretch of the grid.
func (l *Loop) stretch(s Segment) {
	l.coming = s
	tell(l.config.Segments, Moved{l.engine.Frame(), s})
}

// refuseControls hands back the policies of controls that came too late.
func (l *Loop) refuseControls() {
	if l.config.Controls == nil {
		return
	}
	for n := len(l.config.Controls.C()); n > 0; n-- {
		c, open := <-l.config.Controls.C()
		if !open {
			break
		}
		l.refuse(c)
	}
	for _, c := range l.controls.list[:l.controls.n] {
		l.refuse(c)
	}
}

func (l *Loop) refuse(c Control) {
	if c.Policy != nil && l.config.Release != nil {
		l.config.Release(c.Policy)
	}
}
