package jam

import "time"

// Push takes an event from the player. Split and Transpose say which keys are the melody and how they sound. Releasing a key ends
// the note that it began, whatever was changed in between.
func (e *Engine) Push(event Event) {
	if event.Data1 < e.settings.Split && event.Status&0xF0 == noteOn && event.Data2 > 0 {
		return
	}
	if event, ok := e.keys.sounding(event); ok {
		e.quantiser.push(event)
	}
}

// begins reports whether an event begins a note of the melody, for the given split and transposition.
func (e *Engine) begins(event Event, split uint8, transpose int8) bool {
	pitch := int(event.Data1) + int(transpose)
	return e.settings.MelodyChannels.Strikes(event, split) && pitch >= 0 && pitch <= 127
}

// Resync ends the melody's note. Call it when events were lost, because they may include the note's release.
func (e *Engine) Resync() { e.quantiser.resync() }

// Hear closes the melody of the frame before the next one. It returns the arguments for the policy's Step: the tokens of that
// frame (the start tokens before frame 0) and the place of the next frame.
func (e *Engine) Hear() (ChordToken, MelodyToken, BarPlace) {
	if e.frame > e.origin {
		e.melody, e.velocity = e.quantiser.close(e.frame - 1)
	}
	e.key.Hear(e.melody)
	if e.velocity > 0 {
		e.force += (float64(e.velocity) - e.force) / 4
	}
	e.draw = e.sampler.Draw()
	e.phase = phaseHeard
	return e.sounded, e.melody, e.settings.Meter.Place(e.since(e.frame))
}

// Decide chooses the chord of the next frame, after Hear. If nothing can be chosen from the logits, it returns an error and
// decides nothing.
func (e *Engine) Decide(logits []float32) error {
	allowed, wanted := e.allowed(), e.wanted
	if allowed == OnlyHold {
		goes, err := e.sampler.goesOn(logits, e.chord)
		if err != nil {
			return err
		}
		if e.joined { // a change that the policy wants between two lines of the chord grid is made likelier at the next line
			wanted = 1 - (1-wanted)*goes
		}
	}
	token, prob, err := e.sampler.Choose(logits, e.chord, allowed, wanted, e.draw)
	if err != nil {
		return err
	}
	if allowed != OnlyHold {
		wanted = 0
	}
	if e.settings.Mute {
		token = NoChord
	}
	e.considered = e.vocabulary.considered(e.sampler, e.chord)
	e.chosen, e.prob, e.phase = token, prob, phaseDecided
	e.prepare(token, false)
	e.following = e.nextChords()
	e.plan.wanted = wanted // so that a decision that is never played changes nothing
	return nil
}

// allowed says which tokens may be chosen for the next frame. Listening ends with a chord, on a line of the chord grid.
func (e *Engine) allowed() Allowed {
	switch onGrid := e.settings.ChordGrid.has(e.settings.Meter, e.since(e.frame)); {
	case !onGrid || e.frame < e.listen || e.settings.Hold || e.settings.Mute:
		return OnlyHold
	case !e.joined:
		return OnlyBegin
	}
	return AnyLegal
}

// Play sounds the chord that was decided. If none was, what sounds continues, and the frame counts as missed. Play returns the
// first error of the output; the frame counts as played even then.
func (e *Engine) Play() (FrameReport, error) {
	missed := e.phase < phaseDecided
	if missed {
		e.chosen, e.prob, e.considered, e.following = e.vocabulary.continued(e.chord), 0, Choices{}, NextChords{}
		if e.settings.Mute {
			e.chosen = NoChord
		}
		e.prepare(e.chosen, false)
		e.summary.Misses++
	}
	p := &e.plan
	err := e.send(p.messages[:p.n])
	e.chord, e.sounded, e.sounds, e.joined, e.wanted, e.ringing = p.token, p.token, p.sounds, p.joined, p.wanted, p.ringing
	if p.began {
		e.last = p.sounds.layout
		e.summary.Chords++
	}
	report := FrameReport{
		Frame: e.frame, Line: e.grid.Line(e.frame), Swung: float32(e.Late(e.frame)),
		Melody: e.melody, Velocity: e.velocity,
		Chosen: e.chosen, Sounded: e.chord, Symbol: e.sounds.symbolOr(noChord),
		Voicing: e.sounds.layout.Voicing(), Notes: e.ringing.chordNotes(), Click: e.ringing.clickNote(),
		Began: p.began, Listening: !e.joined, Missed: missed, Held: e.phase == phaseHeld, Prob: e.prob, Considered: e.considered,
		Coming: e.following,
	}
	e.summary.Frames++
	e.next()
	report.Next = [2]time.Duration{e.Line(e.frame), e.Line(e.frame + 1)}
	return report, err
}

// Skip passes over the next frame because its line is long past, and counts it as skipped. It is called after Hear. The sounding
// chord continues through the frame.
func (e *Engine) Skip() {
	e.summary.Skipped++
	e.Pass()
}

// Hold takes the place of Decide: the sounding chord continues, and if there is none, the frame has no chord.
func (e *Engine) Hold() { e.hold(false) }

// pause is Hold for a frame in which the song is stopped: the metronome is silent too.
func (e *Engine) pause() { e.hold(true) }

func (e *Engine) hold(paused bool) {
	e.chosen, e.prob, e.phase = e.vocabulary.continued(e.chord), 0, phaseHeld
	e.considered, e.following = Choices{}, NextChords{}
	e.prepare(e.chosen, paused)
}

// Pass passes over the next frame because the song jumped past it. Call it after Hear. It counts nothing.
func (e *Engine) Pass() {
	e.chord = e.vocabulary.continued(e.chord)
	e.sounded = e.chord
	e.next()
}

// passOver is Pass for a frame that was over when the player's beat was found. It returns what was heard.
func (e *Engine) passOver() Passed {
	p := Passed{e.frame, e.grid.Line(e.frame), e.melody, e.velocity}
	e.Pass()
	return p
}

// Restart begins the music again at the next frame or a later one, as if that were frame 0: Hear returns the start tokens, and
// the engine listens again. A melody note that sounds begins there. Call Restart before Hear and after EndChord.
func (e *Engine) Restart(frame int64) {
	listen := e.listen - e.origin
	e.quantiser.restart()
	e.frame, e.origin, e.listen = frame, frame, frame+listen
	e.sounded, e.chord, e.melody, e.velocity = e.vocabulary.Start(), e.vocabulary.Start(), MelodyStart, 0
	e.joined, e.wanted = listen == 0, 0
	e.key = KeyFinder{}
	e.latch()
	e.phase = phaseOpen
}

// EndChord ends all sounding notes and discards the decision on the next frame. From that frame on there is no chord until one
// begins. It may be called before or after Hear: Hear still returns what sounded in the frame before.
func (e *Engine) EndChord() error {
	p := &e.plan
	p.ringing.n = 0
	p.lead(e)
	e.sounds, e.chord, e.ringing.n = soundingChord{}, NoChord, 0
	e.phase = min(e.phase, phaseHeard)
	return e.send(p.messages[:p.n])
}

// End ends all sounding notes and closes the melody of the last frame, which Summary then has.
func (e *Engine) End() error {
	switch {
	case e.frame == e.origin:
	case e.phase >= phaseHeard:
		e.summary.Melody = e.melody
	default:
		e.summary.Melody, _ = e.quantiser.close(e.frame - 1)
	}
	return e.EndChord()
}

func (e *Engine) next() {
	e.frame++
	e.latch()
	e.phase = phaseOpen
}

func (e *Engine) send(messages []message) (first error) {
	for _, m := range messages {
		if err := e.output.Send(m.status, m.data1, m.data2); err != nil && first == nil {
			first = err
		}
	}
	return first
}
