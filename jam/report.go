package jam

import "time"

// MaxVoices is the largest number of notes in a chord, including its bass.
const MaxVoices = 8

// A Voicing is the pitches of a sounding chord, ascending. It is a value, so that reports allocate nothing.
type Voicing struct {
	Pitches [MaxVoices]uint8
	Len     uint8
}

// Slice returns the pitches as a slice of the receiver's own array.
func (v *Voicing) Slice() []uint8 { return v.Pitches[:v.Len] }

// A ChordNote is a note of a chord, or of its bass, in one frame.
type ChordNote struct {
	Pitch, Velocity uint8
	Bass            bool
	Struck          bool // begins at the frame's line; otherwise it continues
}

// ChordNotes are the notes that sound in one frame. They are a value, so that reports allocate nothing.
type ChordNotes struct {
	Notes [MaxVoices]ChordNote
	Len   uint8
}

// Slice returns the notes as a slice of the receiver's own array.
func (n *ChordNotes) Slice() []ChordNote { return n.Notes[:n.Len] }

// A FrameReport describes one frame: what was heard, decided and sounded, and how long it took. There is one for each frame, sent
// after its line.
type FrameReport struct {
	Frame     int64
	Line      time.Duration    // the frame's line of the grid, on the jam's clock: when it was due, unless it swings
	Swung     float32          // how much later than that it was due, in frames: at most 1
	Next      [2]time.Duration // when the next two frames are due, swung or not, as far as is known; not in a session's log
	Melody    MelodyToken      // of frame Frame-1, the newest that the decision could take into account
	Velocity  uint8            // of the note that began in frame Frame-1; 0 if none did
	Chosen    ChordToken       // the policy's choice; if missed, what sounded
	Sounded   ChordToken       // what really sounded; the policy's memory has the same
	Symbol    string           // of Sounded
	Voicing   Voicing          // of the sounding chord; empty while listening or without a chord
	Notes     ChordNotes       // the chord's notes that sound in this frame: all or some of them, as the style plays them
	Click     ChordNote        // of the metronome at this line; zero if it is silent
	Began     bool             // a chord began at this line
	Listening bool             // the policy ran, but was not heard
	Missed    bool             // the decision was not ready at the line, and the chord was held
	Failed    bool             // with Missed: the policy returned an error
	Held      bool             // the chord was held on the guard's order, after a panic, or while the song was stopped
	Behind    int64            // frames that the policy had not processed yet when it was asked for this one
	Skipped   int64            // frames lost just before this one, because the machine was stopped
	Prob      float32          // the policy's probability of Chosen, after mask and temperature
	Tempo     float64          // quarter notes a minute, from this line on
	Follow    FollowState      // state of following
	Rung      Rung             // the guard's order
	Policy    string           // name of the policy that was asked
	Faster    bool             // the faster variant was asked instead
	Since     int64            // the first frame that the asked policy remembers; it remembers all frames since, without a gap; 0 if missed

	// Considered are the chords that the policy weighed, after mask, temperature and top-p. If no change was allowed in this
	// frame, they are weighed as if one were. It is empty if nothing was decided.
	Considered Choices
	// Coming are the chords that are likely to begin next, other than the one that sounds. It is empty if nothing was decided.
	Coming NextChords

	// How long each stage took, in the order in which a note passes through them.
	Arrival time.Duration // the longest time from an event's stamp until the loop took it; 0 if none came
	Lead    time.Duration // how long before the line the loop woke
	Step    time.Duration // one policy step; 0 if missed
	Voice   time.Duration // choosing and voicing, from logits to messages; 0 if missed
	Late    time.Duration // from the line to the last message sent
	Send    time.Duration // the part of Late from the first message to the last; 0 if nothing was sent
	Age     time.Duration // age of the newest note that the chord could take into account, at the line; 0 if no new note came
}
