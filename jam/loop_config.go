package jam

import "time"

// A StartMode says when frame 0 begins.
type StartMode uint8

// The ways to start.
const (
	StartAtFirstNote StartMode = iota // with the player's first note
	StartAtOnce                       // after the count-in
)

// A Duty is what a thread of a jam is there for.
type Duty uint8

// The duties.
const (
	DutyTime   Duty = iota // to wake before each line and to send at it
	DutyPolicy             // to run a policy within the time that the lead gives it
)

// LoopConfig is what a Loop is made of.
type LoopConfig struct {
	Settings Settings
	Policy   Policy        // the loop's own while it runs; it is reset first
	Faster   Policy        // plays in the policy's place where the guard asks for it; may be nil
	Name     string        // of the policy, for the reports
	Output   Output        // used by the loop's goroutine alone
	Inbox    *Queue[Event] // the player's, stamped by Clock
	Clock    Clock

	Start     StartMode
	CountIn   int       // beats before frame 0, 0 to 64; with StartAtOnce only
	Click     bool      // the count-in is heard on channel 10
	Transport Transport // starts, stops and places the jam, in place of Start and CountIn; may be nil
	ClockOut  Output    // gets MIDI clock; may be nil, and is where there is a Transport

	// The tempi and meters of a tune that is played into the jam, ascending; nil: those of Settings hold. The first tempo is
	// at frame 0. A tempo that is set in mid-jam takes the place of those that follow.
	Tempo  []TempoChange
	Meters []MeterChange

	Began chan<- time.Duration // gets the time of frame 0 once it is known; nil, or with room for it

	// Frames and Length end the jam, whichever comes first, or else the context does. 0 sets no end.
	Frames int64         // the jam's number of frames
	Length time.Duration // the jam ends at the line nearest to Length after its first line, whatever the tempo was

	// Guard gives the orders of each frame and sees how it went; nil: DefaultLead, RungFull. The lead is kept at 1 ms at
	// least, and so that lead and offset stay below half a frame.
	Guard Guard

	// Thread, if set, is called first thing on each thread that a jam depends on, to give it its priority. The thread is
	// the duty's alone, and ends with it.
	Thread func(Duty)

	// Release, if set, is called once with each policy that the loop is done with: Policy, Faster and those of controls,
	// the last before Run returns. It is called on goroutines of their own.
	Release func(Policy)

	Controls *Controls // done from the next frame on, a panic at once; may be nil
	Readers  []*Reader // each gets all that happens, in order
}

// DefaultLead is how long before a line the loop wakes where nobody measures.
const DefaultLead = 20 * time.Millisecond

// unguarded is the guard of a loop that was given none.
type unguarded struct{}

func (unguarded) Orders(time.Duration) Orders { return Orders{Lead: DefaultLead} }
func (unguarded) Saw(*FrameReport)            {}
func (unguarded) PolicyChanged()              {}
