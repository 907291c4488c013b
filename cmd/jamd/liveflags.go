package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"jamd/jam"
)

// liveFlags are those of a jam in real time, whoever plays the melody.
type liveFlags struct {
	Out         string        `placeholder:"NAME" help:"Port to play to, or an unambiguous part of its name. Else jamd opens a port 'jamd out' (or 'jamd out 2', ... where that is given)."`
	Wait        bool          `help:"Where a port that you name is not there yet, begin all the same and wait for it."`
	Meter       *jam.Meter    `placeholder:"N/4|6/8" help:"Time signature (4/4, or the melody's own)."`
	OutChannel  uint8         `default:"2" placeholder:"N" help:"MIDI channel of the chords (${default})."`
	BassChannel *uint8        `placeholder:"N" help:"MIDI channel of the bass (the one after the chords')."`
	Velocity    uint8         `default:"72" placeholder:"1-127" help:"How hard the chords are struck (${default})."`
	SessionDir  string        `placeholder:"DIR" help:"Keep sessions here (else in the user's state folder)."`
	Record      bool          `default:"true" negatable:"" help:"Keep the jam as a session when it ends (it is kept unless you say --no-record)."`
	RandomSeed  bool          `help:"Draw a seed, so that each jam differs; it is printed and kept."`
	JSON        bool          `help:"Print one JSON object at the end instead of the chords as they sound."`
	Metrics     string        `placeholder:"127.0.0.1:PORT" help:"Serve the figures of the jam to Prometheus, on this machine."`
	Budget      time.Duration `placeholder:"DURATION" help:"Say so where the 99th percentile of a policy step is longer than this, such as 5ms."`
	Faster      string        `placeholder:"NAME|FILE" help:"Quicker policy that plays where this machine is too slow for the other: a name from 'jamd policies' or an .onnx file."`
	Log         string        `placeholder:"FILE" help:"Add what is said beside the music to this file, as JSON lines with time, level and frame."`
	Storage     storageFlags  `embed:""`
	Clock       clockFlags    `embed:""`
	Music       musicFlags    `embed:""`
	Pages       pageFlags     `embed:""`
}

// settings are the engine's settings at a tempo and a meter, where the flags give no other; a value out of its range is the user's error.
func (f *liveFlags) settings(bpm float64, meter jam.Meter) (jam.Settings, error) {
	if f.Meter != nil {
		meter = *f.Meter
	}
	if f.RandomSeed {
		f.Music.Seed = randomSeed()
	}
	s := jam.DefaultSettings()
	s.Tempo, s.Meter, s.ChordChannel, s.Velocity = bpm, meter, f.OutChannel, f.Velocity
	s.BassChannel = bassChannelAfter(f.OutChannel)
	if f.BassChannel != nil {
		if s.BassChannel = *f.BassChannel; s.BassChannel < 1 || s.BassChannel > 16 {
			return s, asInput(fmt.Errorf("--bass-channel %d: must be 1 to 16", s.BassChannel))
		}
	}
	return f.Music.settings(s)
}

// bassChannelAfter is the channel of the bass where none is given: one of its own, and not that of the clicks.
func bassChannelAfter(chords uint8) uint8 {
	switch chords {
	case 9:
		return 11
	case 16:
		return 15
	}
	return chords + 1
}

func randomSeed() uint64 { return rand.Uint64N(1 << 32) }

// framesOf is a duration in frames, at least one; 0 stays 0.
func framesOf(d time.Duration, bpm float64) int64 {
	if d == 0 {
		return 0
	}
	return max(1, int64(float64(d)/float64(time.Minute)*bpm*jam.FramesPerBeat+0.5))
}

// checkFor refuses a length below 0.
func checkFor(d time.Duration) error {
	if d < 0 {
		return asInput(fmt.Errorf("--for %v: must not be negative", d))
	}
	return nil
}
