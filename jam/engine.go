package jam

// An Engine makes the music of one jam, frame by frame. It is passive: it has one owner, knows no time but its grid's, starts
// nothing and waits for nothing. The owner does this for each frame t, in order from 0:
//
//	Push   every event that has arrived
//	Hear   closes the melody of frame t-1 and returns what the policy's Step takes
//	Decide chooses the chord of frame t from the policy's logits, and lays it out (not called if they are late)
//	Play   at the line of frame t: sounds what was decided; without a decision the chord continues
//
// Hear returns what really sounded, which is no chord while the engine listens. No frame allocates.
type Engine struct {
	settings   Settings
	vocabulary *Vocabulary
	grid       *Grid
	keys       transposer
	quantiser  *quantiser
	sampler    *Sampler[ChordToken]
	voicer     Voicer
	output     Output
	listen     int64 // the first frame in which the policy may be heard
	origin     int64 // the frame at which the music began
	barLine    int64 // the frame from which bars are counted
	warp       warp  // of the pair that the next frame lies in
	busy       Busy  // from the settings, or drawn with their seed

	frame    int64 // the next frame to be played
	phase    phase // of the next frame
	melody   MelodyToken
	velocity uint8   // velocity of the note that began in the melody's frame; 0 if none did
	force    float64 // how hard the player plays: a running mean of velocities
	draw     float64
	key      KeyFinder

	sounded ChordToken // in the last frame, as Hear returns it; NoChord if the vocabulary has no name for it
	chord   ChordToken // the chord that continues: as sounded, but NoChord after EndChord
	joined  bool       // a chord has begun, or there was no listening
	sounds  soundingChord
	last    Layout // layout of the last chord, from which the next one moves
	ringing ringingNotes

	wanted     float64 // probability that the policy has wanted a change since the last line of the chord grid
	chosen     ChordToken
	prob       float32
	considered Choices
	following  NextChords
	plan       plan // for the next frame

	summary Summary
}

// A phase is how far an engine is with the next frame.
type phase uint8

const (
	phaseOpen    phase = iota // the melody of the frame before is open; Hear is next
	phaseHeard                // nothing is decided yet
	phaseDecided              // the policy's choice is voiced
	phaseHeld                 // what sounds continues, as ordered
)

// A Summary counts what happened in a jam.
type Summary struct {
	Frames  int64       `json:"frames"`  // frames played
	Chords  int64       `json:"chords"`  // chords that began
	Misses  int64       `json:"misses"`  // frames whose decision was not ready at the line
	Skipped int64       `json:"skipped"` // frames lost while the machine was stopped
	Lost    uint64      `json:"lost"`    // the player's events that the inbox had no room for
	Errors  int64       `json:"errors"`  // errors of the policy and the output
	Melody  MelodyToken `json:"-"`       // token of the last frame, which is in no report
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
		listen:    s.ListenFrames(),
		force:     usualForce, sounded: v.Start(), chord: v.Start(), melody: MelodyStart, joined: s.Listen == 0,
	}
	e.quantiser.nearest = e.Nearest
	e.applySettings()
	return e, nil
}

// Grid returns the engine's grid. The engine's owner may move it.
func (e *Engine) Grid() *Grid { return e.grid }

// Frame returns the next frame to be played.
func (e *Engine) Frame() int64 { return e.frame }

// Summary returns what happened so far.
func (e *Engine) Summary() Summary { return e.summary }

// ListenOn makes the engine listen for the given number of frames, starting with the next.
func (e *Engine) ListenOn(frames int64) { e.listen = e.frame + frames }
