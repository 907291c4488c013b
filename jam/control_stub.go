package jam

// Stands in for params, and for what the engine does with controls.
const (
	ParamTempo Param = iota
	ParamTemperature
	ParamOffset
	ParamPolicy
	ParamTap
	ParamPanic
)

// Settings are those in force.
func (e *Engine) Settings() Settings { return e.settings }

// Apply does what a control says.
func (e *Engine) Apply(c Control) error {
	s := e.settings
	switch c.Param {
	case ParamPanic:
		e.Resync()
		return e.LetGo()
	case ParamTempo:
		s.Tempo = c.Value
	case ParamTemperature:
		s.Temperature = c.Value
	case ParamOffset:
		s.Offset = c.Value
	}
	if err := s.Check(); err != nil {
		return err
	}
	e.settings = s
	e.sampler.temperature = s.Temperature
	if c.Param == ParamTempo {
		return e.grid.SetTempo((e.frame+FramesPerBeat-1)/FramesPerBeat*FramesPerBeat, s.Tempo)
	}
	return nil
}

// Swap goes on with the tokens of another policy's vocabulary.
func (e *Engine) Swap(v *Vocabulary) {
	e.chord = v.Translate(e.chord, e.vocabulary)
	e.vocabulary = v
	e.sampler.grammar = v.grammar()
}

// Translate is the token of v that says what t says in the terms of another vocabulary: NoChord where v does not know the
// chord.
func (v *Vocabulary) Translate(t ChordToken, from *Vocabulary) ChordToken {
	if t == from.Start() {
		return v.Start()
	}
	index, ok := from.Index(t)
	if !ok {
		return NoChord
	}
	for i, c := range v.chords {
		if c != from.chords[index] {
			continue
		}
		if from.IsBegin(t) {
			return v.Begin(i)
		}
		return v.Hold(i)
	}
	return NoChord
}

// Follow moves the lines from that of seg.Frame on.
func (g *Grid) Follow(seg Segment) {
	n := len(g.segments)
	for n > 0 && g.segments[n-1].frame >= seg.Frame {
		n--
	}
	if n == 0 {
		g.start = seg.At
	}
	g.segments = append(g.segments[:n], segment{frame: seg.Frame, at: float64(seg.At - g.start), step: stepOf(seg.BPM)})
	if n > 64 {
		g.segments = append(g.segments[:0], g.segments[n-64:]...)
	}
}

func (c Control) name() string {
	return [...]string{"tempo", "temperature", "offset", "policy", "tap", "panic"}[c.Param]
}
