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
		return e.grid.Follow(Segment{next, e.grid.Line(next), e.settings.Tempo})
	}
	e.follow()
	return nil
}

// follow makes all that depends on the settings anew.
func (e *Engine) follow() {
	s := &e.settings
	e.gridStep = s.ChordGrid.Frames(s.Meter)
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
	e.chord = v.Translate(e.chord, e.vocabulary)
	e.vocabulary = v
	e.sampler.grammar = v.grammar()
	e.follow()
}
