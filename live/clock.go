package live

import (
	"slices"

	"jamd/jam"
	"jamd/midiio"
	"jamd/usage"
)

// A Clock says who sets the time of a jam (docs/clock.md).
type Clock struct {
	Source string  // the name of one of timeSources
	In     string  // input port of an external clock; "" for the port of the melody
	BPM    float64 // about how fast the player will play, in quarter notes a minute; 0 if not given
}

// The names of the time sources.
const (
	clockInternal = "internal"    // jamd's own clock
	ClockExternal = "external"    // a MIDI clock that comes in, with its start, stop and song position
	clockSend     = "send"        // jamd's own clock, which is also sent to the chords' port
	ClockFollow   = "follow"      // the player's time, found in the melody
	followSend    = "follow-send" // the player's time, which is also sent to the chords' port
)

// A timeSource is a row of timeSources. open prepares the jam's loop for it; it runs before the melody's port is opened.
type timeSource struct {
	name string
	open func(*Jam) error
}

var timeSources = []timeSource{
	{clockInternal, func(*Jam) error { return nil }},
	{ClockExternal, (*Jam).useExternalClock},
	{clockSend, (*Jam).sendClock},
	{ClockFollow, (*Jam).followPlayer},
	{followSend, (*Jam).followAndSend},
}

// timeSourceNames returns the names of all time sources.
func timeSourceNames() []string {
	names := make([]string, len(timeSources))
	for i, s := range timeSources {
		names[i] = s.name
	}
	return names
}

// external reports whether an external MIDI clock sets the time.
func (c Clock) external() bool { return c.Source == ClockExternal }

// Follows reports whether the player sets the time.
func (c Clock) Follows() bool { return c.Source == ClockFollow || c.Source == followSend }

// steady returns the clock of a tune, which has its own tempo.
func (c Clock) steady() Clock {
	if c.Source == followSend || c.Source == clockSend {
		return Clock{Source: clockSend, BPM: c.BPM}
	}
	return Clock{Source: clockInternal, BPM: c.BPM}
}

// effective returns the clock without a port that it would not use.
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

// openClock prepares the time source that the options name.
func (j *Jam) openClock() error {
	i := slices.IndexFunc(timeSources, func(s timeSource) bool { return s.name == j.options.Clock.Source })
	return timeSources[i].open(j)
}

func (j *Jam) sendClock() error {
	j.Config.ClockOut = j.output.Clock()
	return nil
}

// useExternalClock makes a receiver of MIDI clock the transport of the loop. It listens to a port of its own if the options name
// one that is not the melody's, else to the melody's port.
func (j *Jam) useExternalClock() error {
	receiver, err := midiio.NewClockReceiver(j.Config.Settings.Tempo, j.Clock.Wake)
	if err != nil {
		return usage.Error(err)
	}
	j.Config.Transport = receiver
	if name := j.options.Clock.In; name != "" && name != j.port {
		in, err := OpenInput(name, j.Clock.Now, func(jam.Event) {}, j.reconnect())
		if err != nil {
			return usage.Error(err)
		}
		in.SendClockTo(receiver)
		j.clockIn = in
		return nil
	}
	j.clock = receiver
	return nil
}
