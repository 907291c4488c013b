package jam

// Apply does what a control says, before Hear of the frame from which on it holds. The same controls before the same frames,
// with the same events and answers of the policy, give the same music. An error leaves all as it was; of a panic it is
// the output's. A panic may be applied at any time between two frames. The policy and the tapped beat are not the
// engine's: of them it does nothing. It allocates nothing where all is well.
func (e *Engine) Apply(c Control) error {
	if c.Param == ParamPanic {
		for channel := range byte(16) { // the melody's note ends when it was asked for, as by a message of the player's
			e.quantiser.Push(Event{At: c.At, Status: control | channel, Data1: notesOff})
		}
		return e.LetGo()
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

// applySettings sets all that depends on the settings.
func (e *Engine) applySettings() {
	s := &e.settings
	e.gridStep = s.ChordGrid.frames(s.Meter)
	e.sampler.temperature, e.sampler.topP = s.Temperature, s.TopP
	e.sampler.barred = e.vocabulary.barred(e.sampler.barred, s.Complexity, s.Key)
	e.voicer = NewVoicer(*s)
	e.keys.by = s.Transpose
	if s.Mute {
		e.joined = false // when it is over a chord begins, as after listening
	}
}

// Swap goes on with the tokens of another policy's vocabulary, from the frame before which it is called, before Hear. A
// chord that it has no name for sounds on until the next one begins; to the new policy that is no chord.
func (e *Engine) Swap(v *Vocabulary) {
	e.chord, e.sounded = v.Translate(e.chord, e.vocabulary), v.Translate(e.sounded, e.vocabulary)
	e.vocabulary = v
	e.sampler.grammar = v.grammar()
	e.applySettings()
}

// ChangeMeter begins a bar of another meter with the frame to be played. It is called before Hear. The error is of m.Check.
func (e *Engine) ChangeMeter(m Meter) error {
	if err := m.Check(); err != nil {
		return err
	}
	e.settings.Meter, e.barLine = m, e.frame
	e.applySettings()
	return nil
}

// since is how many frames a frame lies after a bar line; below 0 for one before the meter changed.
func (e *Engine) since(frame int64) int64 { return frame - e.barLine }

// nextBeat is the first beat not before the frame to be played.
func (e *Engine) nextBeat() int64 {
	beat := e.settings.Meter.Beat()
	return e.barLine + (e.since(e.frame)+beat-1)/beat*beat
}
