package jam

// An Engine makes the music of one jam, frame by frame. It is passive: it has one owner, knows no time but its grid's,
// starts nothing and waits for nothing. For each frame t, in order from 0:
//
//	Push   every event that has arrived
//	Hear   close the melody of frame t-1; what it returns goes to the policy's Step
//	Decide choose the chord of frame t from the policy's logits, and lay it out (left out where there are none in time)
//	Play   at the line of frame t: sound what was decided, or let what sounds go on
//
// The chord history that Hear returns is what really sounded: while listening, no chord.
// No frame allocates.
type Engine struct {
	settings   Settings
	vocabulary *Vocabulary
	grid       *Grid
	keys       transposer
	quantiser  *Quantiser
	sampler    *Sampler[ChordToken]
	voicer     Voicer
	output     Output
	gridStep   int64 // frames from one line of the chord grid to the next
	listen     int64 // the frame from which on the policy is heard
	origin     int64 // the frame at which the music began
	barLine    int64 // the frame from which bars are counted
	resting    bool  // the song stands

	frame    int64 // to be played next
	heard    bool  // Hear was called for it
	melody   MelodyToken
	velocity uint8   // of the note that began with melody
	force    float64 // how hard the player plays: the mean velocity of the last notes
	draw     float64

	chord   ChordToken // of the frame before: what sounded, NoChord where the vocabulary has no name for it
	joined  bool       // listening is over: a chord has been struck, or there was no listening
	sounds  soundingChord
	last    Layout // that sounded last: where the next one moves from
	ringing chorus

	wanted     float64 // probability that the policy wanted a change since the last line of the chord grid
	decided    bool
	kept       bool // by Keep
	silent     bool // LetGo was called before Hear: the chord that Hear tells still sounded in the frame before
	chosen     ChordToken
	prob       float32
	considered Choices
	plan       plan // of the frame to be played

	summary Summary
}

// A Summary counts what happened in a jam.
type Summary struct {
	Frames  int64       `json:"frames"`  // played
	Chords  int64       `json:"chords"`  // begun
	Misses  int64       `json:"misses"`  // frames whose decision was not there at the line
	Skipped int64       `json:"skipped"` // frames lost to a stopped machine
	Lost    uint64      `json:"lost"`    // events of the player that the inbox had no room for
	Errors  int64       `json:"errors"`  // of the policy and the output
	Melody  MelodyToken `json:"-"`       // of the last frame, which no report could hold
}

// NewEngine makes an engine whose grid begins at 0. It returns the error of s.Check.
func NewEngine(v *Vocabulary, s Settings, out Output) (*Engine, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	grid, err := NewGrid(0, s.Tempo)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		settings: s, vocabulary: v, grid: grid, output: out,
		quantiser: NewQuantiser(grid, s.MelodyChannels),
		sampler:   NewSampler(v, s.Temperature, s.TopP, s.Seed),
		listen:    int64(s.Listen) * s.Meter.Beat(),
		force:     usualForce, chord: v.Start(), melody: MelodyStart, joined: s.Listen == 0,
	}
	e.follow()
	return e, nil
}

// Grid is the engine's own; its owner may move it and change its tempo.
func (e *Engine) Grid() *Grid { return e.grid }

// Frame is the frame to be played next.
func (e *Engine) Frame() int64 { return e.frame }

// Summary is what happened so far.
func (e *Engine) Summary() Summary { return e.summary }

// Settings are those in force.
func (e *Engine) Settings() Settings { return e.settings }

// Push takes an event of the player's. What the melody is, Split and Transpose say; a key is let go as it was struck.
func (e *Engine) Push(event Event) {
	if event.Data1 < e.settings.Split && event.Status&0xF0 == noteOn && event.Data2 > 0 {
		return
	}
	if event, ok := e.keys.sounding(event); ok {
		e.quantiser.Push(event)
	}
}

// begins reports whether a note of the melody begins with an event, where keys are split and transposed so.
func (e *Engine) begins(event Event, split uint8, transpose int8) bool {
	pitch := int(event.Data1) + int(transpose)
	return event.Status&0xF0 == noteOn && event.Data2 > 0 && e.settings.MelodyChannels.Has(event.Status) &&
		event.Data1 >= split && pitch >= 0 && pitch <= 127
}

// Resync ends the melody's note: for when events were lost and its release may have been among them.
func (e *Engine) Resync() { e.quantiser.LetGo() }

// Hear closes the melody of the frame before the one to be played and returns, for the policy's Step, the tokens of that frame
// (the start tokens before frame 0) and the place of the frame to be played.
func (e *Engine) Hear() (ChordToken, MelodyToken, BarPlace) {
	if e.frame > e.origin {
		e.melody, e.velocity = e.quantiser.Close(e.frame - 1)
	}
	if e.velocity > 0 {
		e.force += (float64(e.velocity) - e.force) / 4
	}
	e.draw = e.sampler.Draw()
	e.heard, e.decided, e.kept = true, false, false
	chord := e.chord
	if e.silent {
		e.chord, e.silent = NoChord, false
	}
	return chord, e.melody, e.settings.Meter.Place(e.since(e.frame))
}

// Decide chooses the chord of the frame to be played, after Hear. With logits that nothing can be chosen by it returns an
// error and decides nothing.
func (e *Engine) Decide(logits []float32) error {
	move, wanted := e.move(), e.wanted
	if move == GoOn {
		goes, err := e.sampler.GoesOn(logits, e.chord)
		if err != nil {
			return err
		}
		if e.joined { // A change that the policy wants between two lines of the chord grid is made up for at the next one.
			wanted = 1 - (1-wanted)*goes
		}
	}
	token, prob, err := e.sampler.Choose(logits, e.chord, move, wanted, e.draw)
	if err != nil {
		return err
	}
	if move != GoOn {
		wanted = 0
	}
	if e.settings.Mute {
		token = NoChord
	}
	e.considered = e.vocabulary.considered(e.sampler, e.chord)
	e.chosen, e.prob, e.decided, e.kept = token, prob, true, false
	e.prepare(token)
	e.plan.wanted = wanted // what is decided and never played leaves nothing behind
	return nil
}

// move is what the policy may do in the frame to be played: listening ends on a line of the chord grid, with a chord.
func (e *Engine) move() Move {
	switch onGrid := e.since(e.frame)%e.gridStep == 0; {
	case !onGrid || e.frame < e.listen || e.settings.Hold || e.settings.Mute:
		return GoOn
	case !e.joined:
		return Join
	}
	return Change
}

// Play sounds the chord that was decided; where none was, what sounds goes on, which counts as a miss. The error is the
// first of the output's: the frame is over all the same.
func (e *Engine) Play() (FrameReport, error) {
	missed := !e.decided
	if missed {
		e.chosen, e.prob, e.considered = e.vocabulary.Continue(e.chord), 0, Choices{}
		if e.settings.Mute {
			e.chosen = NoChord
		}
		e.prepare(e.chosen)
		e.summary.Misses++
	}
	p := &e.plan
	err := e.send(p.messages[:p.n])
	e.chord, e.sounds, e.joined, e.wanted, e.ringing = p.token, p.sounds, p.joined, p.wanted, p.ringing
	if p.began {
		e.last = p.sounds.layout
		e.summary.Chords++
	}
	report := FrameReport{
		Frame: e.frame, Line: e.grid.Line(e.frame),
		Melody: e.melody, Velocity: e.velocity,
		Chosen: e.chosen, Sounded: e.chord, Symbol: e.sounds.symbolOr("N.C."),
		Voicing: e.sounds.layout.Voicing(), Notes: e.ringing.chordNotes(), Click: e.ringing.clickNote(),
		Began: p.began, Listening: !e.joined, Missed: missed, Kept: !missed && e.kept, Prob: e.prob, Considered: e.considered,
	}
	e.summary.Frames++
	e.next()
	return report, err
}

// Skip passes over a frame, after Hear, whose line is long gone: what sounded went on sounding.
func (e *Engine) Skip() {
	e.chord = e.vocabulary.Continue(e.chord)
	e.summary.Skipped++
	e.next()
}

// LetGo ends all sounding notes: there is no chord from the frame to be played on, until one begins, and what was decided for
// it is void. Before or after Hear, it is the same: Hear tells what sounded in the frame before, as its report did.
func (e *Engine) LetGo() error {
	p := &e.plan
	p.ringing.n = 0
	p.lead(e)
	e.sounds, e.decided, e.silent, e.ringing.n = soundingChord{}, false, !e.heard, 0
	if e.heard {
		e.chord = NoChord
	}
	return e.send(p.messages[:p.n])
}

// End ends all sounding notes and closes the melody of the last frame, which Summary then holds.
func (e *Engine) End() error {
	switch {
	case e.frame == e.origin:
	case e.heard:
		e.summary.Melody = e.melody
	default:
		e.summary.Melody, _ = e.quantiser.Close(e.frame - 1)
	}
	return e.LetGo()
}

func (e *Engine) next() {
	e.frame++
	e.heard, e.decided = false, false
}

func (e *Engine) send(messages []message) (first error) {
	for _, m := range messages {
		if err := e.output.Send(m.status, m.data1, m.data2); err != nil && first == nil {
			first = err
		}
	}
	return first
}
