package jam

import "time"

// MaxVoices bounds the notes of one voiced chord, its bass included.
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
	Struck          bool // at the frame's line; else it goes on
}

// ChordNotes are the notes that sound in one frame. They are a value, so that reports allocate nothing.
type ChordNotes struct {
	Notes [MaxVoices]ChordNote
	Len   uint8
}

// Slice returns the notes as a slice of the receiver's own array.
func (n *ChordNotes) Slice() []ChordNote { return n.Notes[:n.Len] }

// A FrameReport tells all about one frame: what was heard, decided and sounded, and how long it took.
// There is one a frame, sent when the frame's line is over.
type FrameReport struct {
	Frame     int64
	Line      time.Duration // when the frame was due, on the jam's clock
	Melody    MelodyToken   // of frame Frame-1: the newest that the decision could know
	Velocity  uint8         // of the note that began in frame Frame-1; 0 where none did
	Chosen    ChordToken    // what the policy chose; what sounded where it missed
	Sounded   ChordToken    // what really sounded (memory and listener agree on it)
	Symbol    string        // of Sounded
	Voicing   Voicing       // of the sounding chord; empty while listening or where there is none
	Notes     ChordNotes    // what of it sounds in this frame, by the style: all, or some of it
	Click     ChordNote     // the metronome's, at this line; the zero one where it is silent
	Began     bool          // a chord began at this line
	Listening bool          // the policy ran, but was not heard
	Missed    bool          // the decision was not there at the line: the chord was held
	Failed    bool          // with Missed: the policy returned an error
	Held      bool          // what sounded went on by order, whatever the policy chose: the guard's, after a panic, or as the song stood
	Behind    int64         // frames that the policy had still to go through when it was asked for this one
	Skipped   int64         // frames lost just before this one (a suspended machine)
	Prob      float32       // the policy's probability of Chosen, after mask and temperature
	Tempo     float64       // quarter notes a minute, from this line on
	Rung      Rung          // the guard's order
	Policy    string        // name of the policy that was asked
	Faster    bool          // its faster variant was asked in its place
	Since     int64         // the first frame that whoever was asked remembers, without a gap up to this one; 0 where it missed

	// Considered is what the policy weighed, after mask, temperature and top-p: as it was drawn by, or, where no change was
	// allowed, as if one were. Empty where nothing was decided.
	Considered Choices

	// How long each stage took, in the order of the way of a note.
	Arrival time.Duration // from an event's stamp to the loop's taking it: the longest of this frame; 0 where none came
	Lead    time.Duration // how long before the line the loop woke
	Step    time.Duration // one policy step; 0 where it missed
	Voice   time.Duration // from logits to messages: choosing and laying out; 0 where it missed
	Late    time.Duration // from the line to the last message sent
	Send    time.Duration // of Late, the part from the first message to the last; 0 where nothing was sent
	Age     time.Duration // at the line, of the newest note that the chord could know; 0 where no new one came
}
