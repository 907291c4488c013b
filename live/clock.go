package live

import (
	"slices"

	"jamd/jam"
	"jamd/midiio"
	"jamd/usage"
)

// A Clock says whose time a jam keeps (docs/clock.md).
type Clock struct {
	Source string  // one of those of timeSources
	In     string  // port of an external clock; "" for the port of the melody
	BPM    float64 // about how fast the player plays, in quarter notes a minute; 0 if that was not said
}

// The sources of time.
const (
	clockInternal = "internal"    // jamd's own clock
	ClockExternal = "external"    // the MIDI clock that comes in, with its start, stop and position
	clockSend     = "send"        // jamd's own clock, which is also sent to the port of the chords
	ClockFollow   = "follow"      // the time of the player, found in the melody
	followSend    = "follow-send" // the same, which is also sent to the port of the chords
)

// A timeSource is a way to keep time. open gives the loop its transport, or the output its clock. The melody is not open yet.
type timeSource struct {
	name string
	open func(*Jam) error
}

var timeSources = []timeSource{
	{clockInternal, func(*Jam) error { return nil }},
	{ClockExternal, (*Jam).followClock},
	{clockSend, (*Jam).sendClock},
	{ClockFollow, (*Jam).followPlayer},
	{followSend, (*Jam).sendFollowed},
}

// timeSourceNames returns the names of the sources of time.
func timeSourceNames() []string {
	names := make([]string, len(timeSources))
	for i, s := range timeSources {
		names[i] = s.name
	}
	return names
}

// external reports whether the clock is another's.
func (c Clock) external() bool { return c.Source == ClockExternal }

// Follows reports whether the time is the player's.
func (c Clock) Follows() bool { return c.Source == ClockFollow || c.Source == followSend }

// effective returns the clock without a port that it does not use.
func (c Clock) effective() Clock {
	if !c.external() {
		c.In = ""
	}
	return c
}

func (c Clock) check() error {
	if !slices.Contains(timeSourceNames(), c.Source) {
		return usage.Errorf("--clock %s: must be one of %v", c.Source, timeSourceNames())
	}
	if c.In != "" && !c.external() {
		return usage.Errorf("--clock-in is for --clock external")
	}
	return nil
}

// openClock opens the source of time.
func (j *Jam) openClock() error {
	i := slices.IndexFunc(timeSources, func(s timeSource) bool { return s.name == j.options.Clock.Source })
	return timeSources[i].open(j)
}

func (j *Jam) sendClock() error {
	j.Config.ClockOut = j.output.Clock()
	return nil
}

// followClock makes the follower of an external clock the transport of the loop. The follower listens to a port of its own, or to that
// of the melody.
func (j *Jam) followClock() error {
	f, err := midiio.NewFollower(j.Config.Settings.Tempo, j.Clock.Wake)
	if err != nil {
		return usage.Error(err)
	}
	j.Config.Transport = f
	if name := j.options.Clock.In; name != "" && name != j.port {
		in, err := OpenInput(name, j.Clock.Now, func(jam.Event) {}, j.reconnect())
		if err != nil {
			return usage.Error(err)
		}
		in.Follow(f)
		j.clockIn = in
		return nil
	}
	j.follower = f
	return nil
}
