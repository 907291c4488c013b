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
	Policy   Policy        // owned by the loop while it runs, and reset first
	Faster   Policy        // replaces the policy when the guard orders it; may be nil
	Name     string        // name of the policy, for reports
	Output   Output        // only the loop's goroutine uses it
	Inbox    *Queue[Event] // events from the player, stamped by Clock
	Clock    Clock

	Start     StartMode
	CountIn   int       // beats before frame 0, 0 to 64; only with StartAtOnce
	Click     bool      // play the count-in on channel 10
	Transport Transport // an external clock that starts, stops and positions the jam, instead of Start and CountIn; may be nil
	ClockOut  Output    // receives MIDI clock; may be nil, and must be nil if there is a Transport

	// Player receives what a [Tracker] finds after each note and tap. The jam follows it: with StartAtFirstNote from the first
	// beat that is found; with StartAtOnce, or if the tempo is held from the start, from the first line, which the tracker must
	// be told by taps. If Player is nil, the jam does not follow its player. It must be nil if there is a Transport or a tune.
	Player *Queue[PlayerTime]
	// PlayerLater lets the jam begin as if Player were nil. It follows from the first beat that Player receives.
	PlayerLater bool

	// Tempo and Meters are the changes of a tune that is played into the jam, in ascending order. If they are nil, the values in
	// Settings hold. The first tempo is at frame 0. A tempo that is set during the jam replaces the later ones.
	Tempo  []TempoChange
	Meters []MeterChange

	Began chan<- time.Duration // receives the time of frame 0 once it is known; nil, or with room for one

	// Frames and Length end the jam, whichever comes first. If both are 0, the jam plays until the context ends.
	Frames int64         // number of frames
	Length time.Duration // the jam ends at the line nearest to Length after its first line, whatever the tempo was

	// Guard orders how to play each frame and sees how it went. nil means DefaultLead and RungFull. The loop limits the lead to
	// at least 1 ms, and lead plus offset to less than half a frame.
	Guard Guard

	// Thread, if set, is called first on each thread that the jam depends on, to set its priority. The thread does nothing else,
	// and ends when its duty ends.
	Thread func(Duty)

	// Release, if set, is called once for each policy that the loop no longer needs: Policy, Faster, and those of controls. The
	// last call is before Run returns. Each call is on a goroutine of its own.
	Release func(Policy)

	Controls *Controls // take effect at the next frame, a panic at once; may be nil
	Readers  []*Reader // each gets every entry, in order
}

// DefaultLead is how long before a line the loop wakes if no guard orders it.
const DefaultLead = 20 * time.Millisecond

// unguarded is the guard of a loop that is given none.
type unguarded struct{}

func (unguarded) Orders(time.Duration) Orders { return Orders{Lead: DefaultLead} }
func (unguarded) Saw(*FrameReport)            {}
func (unguarded) PolicyChanged()              {}
