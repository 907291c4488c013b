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
	quantiser  *quantiser
	sampler    *Sampler[ChordToken]
	voicer     Voicer
	output     Output
	gridStep   int64 // frames from one line of the chord grid to the next
	listen     int64 // the frame from which on the policy is heard
	origin     int64 // the frame at which the music began
	barLine    int64 // the frame from which bars are counted

	frame    int64 // to be played next
	phase    phase // how far it is
	melody   MelodyToken
	velocity uint8   // of the note that began with melody
	force    float64 // how hard the player plays: the mean velocity of the last notes
	draw     float64

	sounded ChordToken // in the frame before, as Hear tells it; NoChord if the vocabulary has no name for it
	chord   ChordToken // the same, but NoChord after LetGo: what goes on
	joined  bool       // listening is over: a chord has been struck, or there was no listening
	sounds  soundingChord
	last    Layout // that sounded last: where the next one moves from
	ringing ringingNotes

	wanted     float64 // probability that the policy wanted a change since the last line of the chord grid
	chosen     ChordToken
	prob       float32
	considered Choices
	plan       plan // of the frame to be played

	summary Summary
}

// A phase is how far an engine is with the frame to be played.
type phase uint8

const (
	phaseOpen    phase = iota // the melody of the frame before is open: Hear is next
	phaseHeard                // Hear was called, and nothing is decided
	phaseDecided              // the policy's choice is laid out
	phaseHeld                 // it is laid out that what sounds goes on, by order
)

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
		quantiser: newQuantiser(grid, s.MelodyChannels),
		sampler:   NewSampler(v, s.Temperature, s.TopP, s.Seed),
		listen:    int64(s.Listen) * s.Meter.Beat(),
		force:     usualForce, sounded: v.Start(), chord: v.Start(), melody: MelodyStart, joined: s.Listen == 0,
	}
	e.applySettings()
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
