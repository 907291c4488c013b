// Package live plays jams in real time. It puts the policy, clock, ports, session log and page together.
//
// A [Host] plays one [Jam] after another and owns what lasts longer: the page, the list of ports, and what the player has chosen
// for the next jam. A Jam implements [ui.Jam]: the page and `jamd ctl` change it through [Jam.Set], MIDI controllers through its
// controls. A [Terminal] shows jams to the user.
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
	// NoPage is the value of [Options].Page that means no page.
	NoPage = "off"
	// Page is the name of an input that means only the page, and no port.
	Page = "page"
)

// Options say how a [Host] plays its jams, whoever plays the melody.
type Options struct {
	Version string // of jamd

	Policies   Policies
	Policy     string // name or file
	Faster     string // name or file of a faster variant; "" for none
	Blind      Blind
	RandomSeed bool          // each jam draws a new seed
	Budget     time.Duration // how long a policy step may take; 0 for no limit

	Out   string // the chords' port; "" makes one of jamd's own
	Wait  bool   // begin even if a port is not connected yet
	Clock Clock

	SessionDir string // "" for the user's own
	Record     bool
	Limits     session.Limits // of all sessions; applied after each jam

	Page       string // address of the page, or NoPage
	PageRemote bool   // the page may be at an address that the network can reach
	Metrics    string // address of the metrics for Prometheus; "" for none

	Keyboard func(name string, heard bool) // called when a keyboard has come, and whether jamd hears it; must not block; may be nil

	Learned  map[learn.Trigger]string // the target of each learned controller, key or program
	Defaults *config.Defaults         // nil if defaults cannot be saved
}

// check returns an error if an option is out of range or two exclude each other.
func (o *Options) check() error {
	if o.Budget < 0 {
		return usage.Errorf("--budget %v: must not be negative", o.Budget)
	}
	return o.Clock.check()
}

// A Terminal shows jams to the user. The command line implements it.
type Terminal interface {
	// Ready is called before a jam waits for its first note, or counts in.
	Ready(*Jam)
	// Watch shows what happens in a jam. It runs on a goroutine of its own and must return when the entries end. If it is slow,
	// it misses entries; the jam does not wait.
	Watch(*Jam, *jam.Reader)
	// Ended is called with the result of each jam.
	Ended(*Result) error
}
