package jam

import "time"

// MaxVoices is the largest number of notes of a chord, its bass included.
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
	Struck          bool // at the frame's line; otherwise it goes on
}

// ChordNotes are the notes that sound in one frame. They are a value, so that reports allocate nothing.
type ChordNotes struct {
	Notes [MaxVoices]ChordNote
	Len   uint8
}

// Slice returns the notes as a slice of the receiver's own array.
func (n *ChordNotes) Slice() []ChordNote { return n.Notes[:n.Len] }

// A FrameReport holds all about one frame: what was heard, decided and sounded, and how long it took. Each frame has one, sent
// after its line.
type FrameReport struct {
	Frame     int64
	Line      time.Duration // when the frame was due, on the jam's clock
	Melody    MelodyToken   // of frame Frame-1, the newest that the decision could know
	Velocity  uint8         // of the note that began in frame Frame-1; 0 if none did
	Chosen    ChordToken    // what the policy chose; if missed, what sounded
	Sounded   ChordToken    // what really sounded; the policy's memory has the same
	Symbol    string        // of Sounded
	Voicing   Voicing       // of the sounding chord; empty while listening or without a chord
	Notes     ChordNotes    // the chord's notes that sound in this frame: all of them or some, as the style plays them
	Click     ChordNote     // of the metronome at this line; zero if it is silent
	Began     bool          // a chord began at this line
	Listening bool          // the policy ran, but was not heard
	Missed    bool          // the decision was not there at the line, and the chord was held
	Failed    bool          // with Missed: the policy returned an error
	Held      bool          // the chord was held because the guard ordered it, after a panic, or while the song was stopped
	Behind    int64         // frames that the policy still had to go through when it was asked for this one
	Skipped   int64         // frames lost just before this one (a stopped machine)
	Prob      float32       // the policy's probability of Chosen, after mask and temperature
	Tempo     float64       // quarter notes a minute, from this line on
	Follow    FollowState   // how the jam stands with its player's time
	Rung      Rung          // the guard's order
	Policy    string        // name of the policy that was asked
	Faster    bool          // the faster variant was asked in its place
	Since     int64         // the first frame that the asked policy remembers, without a gap up to this one; 0 if missed

	// Considered are the chords that the policy weighed, after mask, temperature and top-p. If no change was allowed in this
	// frame, they are weighed as if one were. Empty if nothing was decided.
	Considered Choices

	// How long each stage took, in the order in which a note passes through them.
	Arrival time.Duration // the longest time from an event's stamp until the loop took it; 0 if none came
	Lead    time.Duration // how long before the line the loop woke
	Step    time.Duration // one policy step; 0 if missed
	Voice   time.Duration // choosing and laying out, from logits to messages; 0 if missed
	Late    time.Duration // from the line to the last message sent
	Send    time.Duration // the part of Late from the first message to the last; 0 if nothing was sent
	Age     time.Duration // of the newest note that the chord could know, at the line; 0 if no new one came
}
