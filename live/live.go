// Package live plays jams in real time: it puts policy, clock, ports, log and page together.
//
// A [Host] plays one [Jam] after another and holds what outlives them: the page, the list of ports, and the player's choices for the
// next jam. A Jam implements [ui.Jam]: the page and `jamd ctl` change it through [Jam.Set], MIDI controllers through its controls.
// What the user sees on a terminal is behind [Terminal].
//
// To extend it:
//
//   - A setting of the music is a row of [jam.Params]; this package needs no change.
//   - Any other choice of the player, such as a port, is a row of choices.
//   - A source of time is a row of timeSources.
package live

import (
	"time"

	"jamd/config"
	"jamd/jam"
	"jamd/learn"
	"jamd/session"
	"jamd/usage"
)

const (
	// DefaultTempo is the tempo of a jam if none is given, in quarter notes a minute.
	DefaultTempo = 120
	// NoPage is the address that stands for no page.
	NoPage = "off"
	// Page is the name of the input that stands for the page alone.
	Page = "page"
)

// Options say how jams are played, whoever plays the melody.
type Options struct {
	Version string // of jamd

	Policies   Policies
	Policy     string        // name or file
	Faster     string        // name or file of a faster variant; "" for none
	Blind      []string      // each jam's policy is drawn from these; nil for jams that are not blind
	RandomSeed bool          // each jam draws its seed
	Budget     time.Duration // longest good policy step; 0 for none

	Out   string // port of the chords; "" opens one of jamd's own
	Wait  bool   // begin even if a port is not connected yet
	Clock Clock

	SessionDir string // "" is the user's own
	Record     bool
	Limits     session.Limits // of all sessions, after each jam

	Page       string // address of the page; NoPage for none
	PageRemote bool
	Metrics    string // address for Prometheus; "" for none

	Learned  map[learn.Trigger]string
	Defaults *config.Defaults // nil if defaults cannot be saved
}

// check returns an error for options that are out of range or exclude each other.
func (o *Options) check() error {
	if o.Budget < 0 {
		return usage.Errorf("--budget %v: must not be negative", o.Budget)
	}
	return o.Clock.check()
}

// A Terminal shows jams to the user. The command line implements it.
type Terminal interface {
	// Ready is called when a jam is about to wait for its first note, or to count in.
	Ready(*Jam)
	// Watch gets all that happens in a jam. It runs on a goroutine of its own until the entries end. If it is slow it loses entries;
	// the jam does not wait.
	Watch(*Jam, *jam.Reader)
	// Ended gets the result of a jam.
	Ended(*Result) error
}
