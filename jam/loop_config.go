package jam

import "time"

// A StartMode says when frame 0 begins.
type StartMode uint8

// The start modes.
const (
	StartAtFirstNote StartMode = iota // with the player's first note
	StartAtOnce                       // after the count-in
)

// A Duty is the task of one of a jam's threads.
type Duty uint8

// The duties.
const (
	DutyTime   Duty = iota // wakes before each line and sends at it
	DutyPolicy             // runs a policy within the lead
)

// LoopConfig configures a Loop.
type LoopConfig struct {
	Settings Settings
	Policy   Policy        // owned by the loop while it runs; reset first
	Faster   Policy        // takes the policy's place when the guard orders it; may be nil
	Name     string        // the policy's, for reports
	Output   Output        // used only by the loop's goroutine
	Inbox    *Queue[Event] // events of the player, stamped by Clock
	Clock    Clock

	Start     StartMode
	CountIn   int       // beats before frame 0, 0 to 64; only with StartAtOnce
	Click     bool      // play the count-in on channel 10
	Transport Transport // starts, stops and positions the jam, instead of Start and CountIn; may be nil
	ClockOut  Output    // gets MIDI clock; may be nil, and must be if there is a Transport

	// Player has what a [Tracker] believes of the player's time, after each note and tap. The jam follows it: with
	// StartAtFirstNote from the first beat that is found; with StartAtOnce, or where the tempo is held from the start, from the
	// first line, of which the tracker must be told by taps. nil: the jam keeps its own time. It must be nil if there is a Transport or a tune.
	Player *Queue[PlayerTime]

	// Tempo and Meters are the changes of a tune that is played into the jam, in ascending order; if nil, those of Settings
	// hold. The first tempo is at frame 0. A tempo that is set during the jam replaces the later ones.
	Tempo  []TempoChange
	Meters []MeterChange

	Began chan<- time.Duration // gets the time of frame 0 once it is known; nil, or with room for one

	// Frames and Length end the jam, whichever comes first. If both are 0, the jam plays until the context ends.
	Frames int64         // number of frames
	Length time.Duration // the jam ends at the line nearest to Length after its first line, whatever the tempo was

	// Guard orders how each frame is played and sees how it went. nil means DefaultLead and RungFull. The loop keeps the lead
	// at 1 ms or more, and lead plus offset below half a frame.
	Guard Guard

	// Thread, if set, is called first on each thread that a jam depends on, to set its priority. The thread does nothing else
	// and ends with the duty.
	Thread func(Duty)

	// Release, if set, is called once with each policy that the loop is done with: Policy, Faster, and those of controls. The
	// last call is before Run returns. Each call is on a goroutine of its own.
	Release func(Policy)

	Controls *Controls // hold from the next frame on, a panic at once; may be nil
	Readers  []*Reader // each gets all that happens, in order
}

// DefaultLead is how long before a line the loop wakes if no guard orders it.
const DefaultLead = 20 * time.Millisecond

// unguarded is the guard of a loop without one.
type unguarded struct{}

func (unguarded) Orders(time.Duration) Orders { return Orders{Lead: DefaultLead} }
func (unguarded) Saw(*FrameReport)            {}
func (unguarded) PolicyChanged()              {}
