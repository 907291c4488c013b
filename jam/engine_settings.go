package jam

// Apply makes a control take effect. Call it before Hear of the first frame that the control affects; a panic may be applied at
// any time between two frames. The same controls before the same frames, with the same events and the same answers of the policy,
// give the same music. After an error nothing has changed; for a panic, it is the output's error. The engine has no policy and no
// tapped beat, so controls of these do nothing. Without an error Apply allocates nothing.
func (e *Engine) Apply(c Control) error {
	if c.Param == ParamPanic {
		for channel := range byte(16) { // as if the player had sent it: the melody's note ends at the time of the panic
			e.quantiser.push(Event{At: c.At, Status: control | channel, Data1: notesOff})
		}
		return e.EndChord()
	}
	if err := e.settings.Set(c); err != nil {
		return err
	}
	if c.Param == ParamTempo {
		next := e.nextBeat()
		return e.grid.Move(Segment{next, e.grid.Line(next), e.settings.Tempo})
	}
	e.applySettings()
	return nil
}

// applySettings updates everything that depends on the settings.
func (e *Engine) applySettings() {
	s := &e.settings
	e.sampler.temperature, e.sampler.topP = s.Temperature, s.TopP
	e.sampler.barred = e.vocabulary.barred(e.sampler.barred, s.Complexity, s.Key)
	e.voicer = NewVoicer(*s)
	e.keys.by = s.Transpose
	e.busy = s.Busy.drawn(s.Seed)
	if s.Mute {
		e.joined = false // after muting, a chord begins as after listening
	}
	e.latch()
}

// Busy returns the level for the policy's next Step, after Hear: that of the settings, or the one drawn for AnyBusy. It is
// never AnyBusy.
func (e *Engine) Busy() Busy { return e.busy }

// Swap continues with the vocabulary of another policy from the next frame on. Call it before Hear. A chord that this vocabulary
// has no name for continues to sound until the next one begins; for the new policy there is no chord.
func (e *Engine) Swap(v *Vocabulary) {
	e.chord, e.sounded = v.Translate(e.chord, e.vocabulary), v.Translate(e.sounded, e.vocabulary)
	e.vocabulary = v
	e.sampler.grammar = v.grammar()
	e.applySettings()
}

// ChangeMeter changes the meter at the next frame, whatever c.Frame is. The frame begins a bar, or lies c.Into frames after a
// bar line. Call it before Hear. It returns the error of c.Check, and then changes nothing.
func (e *Engine) ChangeMeter(c MeterChange) error {
	if err := c.Check(); err != nil {
		return err
	}
	e.settings.Meter, e.barLine = c.Meter, e.frame-c.Into
	e.applySettings()
	return nil
}

// since returns how many frames a frame is after the bar line. The result is negative for a frame before a change of meter.
func (e *Engine) since(frame int64) int64 { return frame - e.barLine }

// nextBeat returns the first beat that is not before the next frame.
func (e *Engine) nextBeat() int64 {
	beat := e.settings.Meter.Beat()
	next := e.barLine + (e.since(e.frame)+beat-1)/beat*beat
	for e.Late(next) > 0 { // in 7/8 and the like, a beat may lie within a pair that swings
		next += beat
	}
	return next
}
