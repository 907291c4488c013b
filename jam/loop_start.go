package jam

import "context"

// begin sets the start of the grid. It returns false if ctx ended before frame 0.
func (l *Loop) begin(ctx context.Context) bool {
	grid := l.engine.Grid() // its start is 0 until now
	switch {
	case l.config.Transport != nil:
		l.phase = loopPlaying
		return l.beginWithTransport(ctx)
	case l.findsBeat():
		l.phase = loopPlaying
		return l.beginWithPlayer(ctx)
	case l.config.Start == StartAtOnce:
		l.phase = loopPlaying
		first := -int64(l.config.CountIn) * l.config.Settings.Meter.Beat()
		grid.SetStart(l.clock.Now() + max(l.offset(first), 0) - grid.Line(first))
		l.pulses.begin(first)
		l.began(0)
		return l.countIn(ctx)
	}
	for ctx.Err() == nil {
		struck, open := l.firstNote()
		if struck {
			l.phase = loopPlaying
			l.pulses.begin(0)
			l.began(0)
			return true
		}
		if !open {
			return false
		}
		l.clock.Wait(forever)
	}
	return false
}

// firstNote takes the events that have arrived, up to the first note of the melody, which begins frame 0. open is false if the
// inbox is closed.
func (l *Loop) firstNote() (struck, open bool) {
	l.takeControls()
	for {
		select {
		case e, open := <-l.config.Inbox.C():
			if !open {
				return false, false
			}
			if l.engine.listen > 0 {
				// Frame 0 is already decided, and is silent whatever the settings. What is played now counts for frame 1, so
				// requested controls hold for it, as in a replay.
				l.applyControls()
			}
			split, transpose := l.melodyAsked()
			if struck = l.engine.begins(e, split, transpose); struck {
				l.engine.Grid().SetStart(e.At)
			}
			l.hear(e)
			if struck {
				return true, true
			}
		default:
			return false, true
		}
	}
}

// melodyAsked returns the split and transposition that are requested, or else set. They say which keys are the melody.
func (l *Loop) melodyAsked() (split uint8, transpose int8) {
	s := &l.engine.settings
	return uint8(l.controls.value(ParamSplit, float64(s.Split))), int8(l.controls.value(ParamTranspose, float64(s.Transpose)))
}

// began reports the time of frame 0, and the first segment of the grid, which begins with the given frame.
func (l *Loop) began(frame int64) {
	grid := l.engine.Grid()
	l.startFrame, l.startLine = frame, grid.Line(frame)
	l.tellSegment(Segment{frame, l.startLine, grid.tempo(frame)})
	select {
	case l.config.Began <- grid.Line(0):
	default:
	}
}

// The clicks of the count-in: General MIDI's high and low wood block.
const (
	clickChannel  = 10
	clickDownbeat = 76
	clickBeat     = 77
)

// clickOf returns the click of a frame with an accent, at the volume of a click that is not weak. Off the beat, velocity is 0.
func clickOf(a Accent, volume uint8) (pitch, velocity uint8) {
	switch a {
	case Downbeat:
		return clickDownbeat, volume
	case FullBeat:
		return clickBeat, volume
	case WeakBeat:
		return clickBeat, max(volume/2, 1)
	}
	return clickBeat, 0
}

// countIn clicks the beats before frame 0. It returns false if ctx ended.
func (l *Loop) countIn(ctx context.Context) bool {
	meter := l.engine.settings.Meter
	for beat := -l.config.CountIn; beat < 0; beat++ {
		line := int64(beat) * meter.Beat()
		if l.wait(ctx, l.due(line)); ctx.Err() != nil {
			return false
		}
		click, velocity := clickOf(meter.Accent(l.engine.since(line)), l.config.Settings.ClickVolume)
		if l.config.Click {
			l.report(l.config.Output.Send(noteOn|(clickChannel-1), click, velocity))
		}
		l.wait(ctx, l.due(line+1))
		if l.config.Click {
			l.report(l.config.Output.Send(noteOff|(clickChannel-1), click, 0))
		}
	}
	return ctx.Err() == nil
}
