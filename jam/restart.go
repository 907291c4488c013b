package jam

// Keep decides, in place of Decide, that what sounds goes on: no chord where none does.
func (e *Engine) Keep() {
	e.chosen, e.prob, e.decided, e.kept = e.vocabulary.Continue(e.chord), 0, true, true
	e.considered = Choices{}
	e.prepare(e.chosen)
}

// Rest decides, as Keep does, for a frame in which the song stands: the metronome is silent too.
func (e *Engine) Rest() {
	e.resting = true
	e.Keep()
	e.resting = false
}

// Pass passes over a frame, after Hear, that was never to be played. It counts as nothing.
func (e *Engine) Pass() {
	e.chord = e.vocabulary.Continue(e.chord)
	e.next()
}

// Restart begins the music anew at a frame not before the one to be played, as if that were frame 0: Hear returns the
// start tokens, and the listening begins again. A note that sounds begins there. It is called before Hear, after LetGo.
func (e *Engine) Restart(frame int64) {
	listen := e.listen - e.origin
	e.quantiser.Restart()
	e.frame, e.origin, e.listen = frame, frame, frame+listen
	e.chord, e.melody, e.velocity = e.vocabulary.Start(), MelodyStart, 0
	e.joined, e.wanted = listen == 0, 0
	e.heard, e.decided, e.silent = false, false, false
}
