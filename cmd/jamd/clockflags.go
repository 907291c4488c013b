package main

import (
	"errors"

	"jamd/jam"
	"jamd/midiio"
)

// clockFlags say whose clock counts (docs/clock.md).
type clockFlags struct {
	Clock   string `enum:"internal,external,send" default:"internal" placeholder:"internal|external|send" help:"internal: jamd's own clock. external: follow the MIDI clock that comes in, with its start, stop and position. send: also send one, to the port of the chords (${default})."`
	ClockIn string `placeholder:"NAME" help:"With --clock external: port that the clock comes from, where it is another than the melody's."`
}

const (
	clockExternal = "external"
	clockSend     = "send"
)

// external is whether another's clock is followed.
func (f *clockFlags) external() bool { return f.Clock == clockExternal }

// inForce is what counts of them: of jamd's own clock there is no port.
func (f clockFlags) inForce() clockFlags {
	if !f.external() {
		f.ClockIn = ""
	}
	return f
}

// check refuses what does not go together.
func (f *clockFlags) check() error {
	if f.ClockIn != "" && !f.external() {
		return asInput(errors.New("--clock-in is for --clock external"))
	}
	return nil
}

// plug puts the open output into the jam, for the chords and, where one is sent, for the clock.
func (l *live) plug() {
	l.config.Output = l.out
	if l.flags.Clock.Clock == clockSend {
		l.config.ClockOut = l.out.Clock()
	}
}

// follow lets the jam follow another's clock, where it is to, through the follower that it returns; else nil.
func (l *live) follow() (*midiio.Follower, error) {
	if !l.flags.Clock.external() {
		return nil, nil
	}
	f, err := midiio.NewFollower(l.config.Settings.Tempo, l.clock.Wake)
	if err != nil {
		return nil, asInput(err)
	}
	l.config.Transport = f
	return f, nil
}

// clockPort opens the port that the clock comes from, where it is not the melody's: the caller closes it.
func (l *live) clockPort(f *midiio.Follower) (*midiio.In, error) {
	in, err := source{port: l.flags.Clock.ClockIn}.open(l.clock.Now, func(jam.Event) {}, l.keeping())
	if err != nil {
		return nil, asInput(err)
	}
	in.Follow(f)
	return in, nil
}
