package jam

// A plan holds the messages to send at the next line, and the state of the engine after that line.
type plan struct {
	token    ChordToken
	sounds   soundingChord
	began    bool
	joined   bool
	wanted   float64
	ringing  ringingNotes           // the notes that ring after the line
	messages [2 * MaxVoices]message // note offs and note ons: at most, all notes end and as many begin
	n        int
}

type message struct{ status, data1, data2 byte }

// A soundingChord is a chord that sounds, whether or not the policy's vocabulary has it. The zero value is no chord.
type soundingChord struct {
	on     bool
	chord  Chord
	symbol string
	layout Layout
	begun  int64 // its first frame
}

func (s *soundingChord) symbolOr(none string) string {
	if s.on {
		return s.symbol
	}
	return none
}

// ringingNotes are the notes that sound: those of the chord, its bass and the metronome.
type ringingNotes struct {
	notes [MaxVoices]ringingNote
	n     int
}

type ringingNote struct {
	part            part
	pitch, velocity uint8
	struck          bool // at this line
}

// A part says whether a note belongs to the chord, the bass or the metronome.
type part uint8

const (
	upperPart part = iota
	bassPart
	clickPart
)

func (c *ringingNotes) has(p part, pitch uint8) *ringingNote {
	for i := range c.n {
		if n := &c.notes[i]; n.part == p && n.pitch == pitch {
			return n
		}
	}
	return nil
}

// chordNotes returns the notes for the report, without the metronome's.
func (c *ringingNotes) chordNotes() (out ChordNotes) {
	for _, n := range c.notes[:c.n] {
		if n.part != clickPart {
			out.Notes[out.Len] = ChordNote{Pitch: n.pitch, Velocity: n.velocity, Bass: n.part == bassPart, Struck: n.struck}
			out.Len++
		}
	}
	return out
}

// prepare makes the plan of the next frame: the chord, which of its notes sound, and the messages to send. A chord that another
// policy began and that this vocabulary has no name for continues until a new one begins. If paused is true, the metronome is
// silent.
func (e *Engine) prepare(token ChordToken, paused bool) {
	p := &e.plan
	p.token, p.sounds, p.began, p.wanted, p.ringing.n = token, e.sounds, false, e.wanted, 0
	p.joined = e.joined || e.vocabulary.IsBegin(token)
	unnamed := e.sounds.on && e.chord == NoChord
	index, named := e.vocabulary.Index(token)
	now := moment{meter: e.settings.Meter, frame: e.since(e.frame), begun: e.since(e.sounds.begun)}
	switch {
	case e.vocabulary.IsBegin(token):
		chord := e.coloured(e.vocabulary.Chord(index))
		p.began, now.begun = true, now.frame
		p.sounds = soundingChord{true, chord, chord.String(), e.voicer.Voice(e.last, chord), e.frame}
		// A chord that begins must be heard to begin.
		now.again = e.sounds.on && (e.sounds.chord == chord || p.sounds.layout.Voicing() == e.sounds.layout.Voicing())
	case !named && (!unnamed || e.settings.Mute):
		p.sounds = soundingChord{}
	}
	if p.sounds.on {
		p.play(e, now)
	}
	if e.settings.Metronome && !paused {
		p.click(e, now)
	}
	p.lead(e)
}

// coloured returns a chord with the notes of the colour that is set, in the key that is set or else heard. Without a key it
// stays as it is.
func (e *Engine) coloured(chord Chord) Chord {
	if e.settings.Colour == Plain {
		return chord
	}
	key, known := e.key.Key()
	if e.settings.Key != anyKey {
		key, known = KeyAt(int(e.settings.Key)-1), true
	}
	if !known {
		return chord
	}
	return e.settings.Colour.add(chord, key, e.key.lately(colourHears))
}

// play adds the chord's notes as the style plays them.
func (p *plan) play(e *Engine, now moment) {
	layout, style, velocity := &p.sounds.layout, e.settings.Style, e.level()
	if layout.Bass && e.settings.Bass {
		pitch := layout.Root
		fifth, act := style.bass(now)
		if fifth {
			pitch = layout.Fifth
		}
		p.add(e, act, ringingNote{part: bassPart, pitch: pitch, velocity: velocity})
	}
	first, end, act, weak := style.upper(now, int(layout.Upper.Len))
	if weak {
		velocity = max(velocity*3/4, 1)
	}
	for _, pitch := range layout.Upper.Slice()[first:end] {
		p.add(e, act, ringingNote{part: upperPart, pitch: pitch, velocity: velocity})
	}
}

// click adds the metronome's click, which lasts one frame.
func (p *plan) click(e *Engine, now moment) {
	pitch, velocity := clickOf(now.meter.Accent(now.frame), e.settings.ClickVolume)
	if velocity > 0 {
		p.add(e, strike, ringingNote{part: clickPart, pitch: pitch, velocity: velocity})
	}
}

// clickNote returns the metronome's note for the report.
func (c *ringingNotes) clickNote() (out ChordNote) {
	for _, n := range c.notes[:c.n] {
		if n.part == clickPart {
			out = ChordNote{Pitch: n.pitch, Velocity: n.velocity, Struck: true}
		}
	}
	return out
}

// add adds a note to the plan as its action says.
func (p *plan) add(e *Engine, act action, n ringingNote) {
	rings := e.ringing.has(n.part, n.pitch)
	switch {
	case act == hold && rings == nil:
		return
	case act == strike || rings == nil:
		n.struck = true
	default:
		n.velocity = rings.velocity
	}
	p.ringing.notes[p.ringing.n] = n
	p.ringing.n++
}

// lead writes the messages that change the sounding notes into those of the plan: first the note offs, then the note ons.
func (p *plan) lead(e *Engine) {
	p.n = 0
	for _, n := range e.ringing.notes[:e.ringing.n] {
		if next := p.ringing.has(n.part, n.pitch); next == nil || next.struck {
			p.send(message{noteOff | e.channel(n.part), n.pitch, 0})
		}
	}
	for _, n := range p.ringing.notes[:p.ringing.n] {
		if n.struck {
			p.send(message{noteOn | e.channel(n.part), n.pitch, n.velocity})
		}
	}
}

func (p *plan) send(m message) {
	p.messages[p.n] = m
	p.n++
}

// channel returns the channel of a part, from 0.
func (e *Engine) channel(p part) byte {
	switch p {
	case bassPart:
		return e.settings.BassChannel - 1
	case clickPart:
		return clickChannel - 1
	}
	return e.settings.ChordChannel - 1
}

// usualForce is the player's velocity at which chords have the velocity of the settings.
const usualForce = 80

// level returns the velocity of the chords.
func (e *Engine) level() uint8 {
	if !e.settings.FollowVelocity {
		return e.settings.Velocity
	}
	return uint8(min(max(float64(e.settings.Velocity)*e.force/usualForce+0.5, 1), 127))
}
