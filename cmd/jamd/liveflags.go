package main

import (
	"context"
	"fmt"
	"time"

	"jamd/jam"
	"jamd/live"
	"jamd/model"
	"jamd/session"
	"jamd/ui"
	"jamd/usage"
)

// liveFlags are the flags of a live jam, whoever plays the melody.
type liveFlags struct {
	Out         string        `placeholder:"NAME" help:"Output port, or an unambiguous part of its name. 'jamd out' (or 'jamd out 2', ...) opens a port of that name, which is also the default."`
	Wait        bool          `help:"If a port that you name is not there yet, begin without it and wait for it."`
	Meter       *meterFlag    `placeholder:"METER|auto" help:"Time signature (4/4, or the melody's own), such as 7/8, or with its groups 3+2+2/8. auto: 4/4, 3/4 or 6/8, found in what you play, if jamd follows you."`
	OutChannel  uint8         `default:"2" placeholder:"N" help:"MIDI channel of the chords (${default})."`
	BassChannel *uint8        `placeholder:"N" help:"MIDI channel of the bass (the one after the chords')."`
	Velocity    uint8         `default:"72" placeholder:"1-127" help:"How hard the chords are struck (${default})."`
	SessionDir  string        `placeholder:"DIR" help:"Folder of the sessions (else in the user's state folder)."`
	Record      bool          `default:"true" negatable:"" help:"Record the jam as a session, which is the default."`
	RandomSeed  bool          `help:"Draw a seed, so that each jam differs; it is printed and recorded."`
	JSON        bool          `help:"Print one JSON object at the end instead of the chords."`
	Metrics     string        `placeholder:"127.0.0.1:PORT" help:"Serve the figures of the jam to Prometheus, on this machine only."`
	Budget      time.Duration `placeholder:"DURATION" help:"Warn if the 99th percentile of a policy step is longer than this, such as 5ms."`
	Faster      string        `placeholder:"NAME|FILE" predictor:"policy" help:"Faster policy that plays while this machine is too slow for the other: a name from 'jamd policies' or an .onnx file."`
	Log         string        `placeholder:"FILE" help:"Append the messages to this file, as JSON lines with time, level and frame."`
	Storage     storageFlags  `embed:""`
	Clock       clockFlags    `embed:""`
	Music       musicFlags    `embed:""`
	Pages       pageFlags     `embed:""`
	Configured  configFlags   `embed:""`
}

// settings returns the settings that the flags describe. bpm and meter hold if the flags do not give them.
func (f *liveFlags) settings(bpm float64, meter jam.Meter) (jam.Settings, error) {
	if f.RandomSeed {
		f.Music.Seed = live.RandomSeed()
	}
	s := jam.DefaultSettings()
	s.Tempo, s.Meter, s.FindMeter = bpm, f.Meter.or(meter), f.Meter.auto()
	s.ChordChannel, s.Velocity = f.OutChannel, f.Velocity
	s.BassChannel = bassChannelAfter(f.OutChannel)
	if f.BassChannel != nil {
		if s.BassChannel = *f.BassChannel; s.BassChannel < 1 || s.BassChannel > 16 {
			return s, usage.Errorf("--bass-channel %d: must be 1 to 16", s.BassChannel)
		}
	}
	return f.Music.settings(s)
}

// bassChannelAfter returns the default channel of the bass: the one after the chords', but not 10, which is for clicks.
func bassChannelAfter(chords uint8) uint8 {
	switch chords {
	case 9:
		return 11
	case 16:
		return 15
	}
	return chords + 1
}

// checkFor returns an error for a length below 0.
func checkFor(d time.Duration) error {
	if d < 0 {
		return usage.Errorf("--for %v: must not be negative", d)
	}
	return nil
}

// options returns the options that the flags describe.
func (f *liveFlags) options(to console, configured *configured) live.Options {
	return live.Options{
		Version: version, Policies: f.Music.policies(to), Policy: f.Music.Policy, Faster: f.Faster, RandomSeed: f.RandomSeed,
		Budget: f.Budget, Out: f.Out, Wait: f.Wait, Clock: live.Clock{Source: f.Clock.source(false), In: f.Clock.ClockIn},
		SessionDir: f.SessionDir, Record: f.Record,
		Limits: session.Limits{Age: time.Duration(f.Storage.SessionsAge), Bytes: int64(f.Storage.SessionsLimit)},
		Page:   f.Pages.Page, PageRemote: f.Pages.PageRemote, Metrics: f.Metrics, Learned: configured.Targets(), Defaults: f.Configured.defaults(),
	}
}

// check returns an error for policies that are not there, before the page opens.
func (f *liveFlags) check() error {
	for _, policy := range []string{f.Music.Policy, f.Faster} {
		if policy == "" {
			continue
		}
		if err := model.Check(policy, model.Chords); err != nil {
			return usage.Error(err)
		}
	}
	return nil
}

// host opens the host of the jams and prints the link of its page. A second signal silences the jam before the process ends.
func (f *liveFlags) host(ctx context.Context, to console, o live.Options, t live.Terminal) (*live.Host, error) {
	host, err := live.NewHost(o, t, f.Music.Listen)
	if err != nil {
		return nil, err
	}
	onSecondSignal(ctx, host.Silence)
	go feedWatchdog(ctx, host.Alive)
	if link := host.Link(); link != "" {
		out := to.Out
		if f.JSON {
			out = to.Err
		}
		fmt.Fprintln(out, "page", link)
		if f.Pages.PageRemote && !f.JSON {
			if code, err := ui.PrintedQR(link); err == nil { // a link that is too long for a code can still be typed
				fmt.Fprint(out, code)
			}
		}
	}
	return host, nil
}

// pageFlags say at which address the page is served.
type pageFlags struct {
	Page       string `default:"127.0.0.1:0" placeholder:"ADDRESS|off" help:"Serve the page at this address and port, 0 for a free port (${default})."`
	PageRemote bool   `help:"Allow --page an address that others on the network can reach; they still need the link."`
}

// clockFlags choose the time source (docs/clock.md).
type clockFlags struct {
	Clock     string `enum:"auto,follow,internal,external,send,follow-send" default:"auto" placeholder:"follow|internal|external|send|follow-send" help:"follow: your own time, found in what you play. internal: jamd's own clock. external: the MIDI clock that comes in, with its start, stop and position. send and follow-send are like internal and follow, and also send the time as MIDI clock to the port of the chords (default: follow if you play without metronome and count-in, else internal)."`
	HoldTempo bool   `help:"Keep the tempo that is set, as --clock internal does; 'hold-tempo' does so during a jam."`
	ClockIn   string `placeholder:"NAME" help:"With --clock external: port of the clock, if it is not the port of the melody."`
}

// storageFlags limit how many sessions are stored.
type storageFlags struct {
	SessionsLimit byteCount `placeholder:"5GB" help:"After a jam, delete the oldest sessions until all together take no more than this. Pinned ones stay."`
	SessionsAge   age       `placeholder:"90d" help:"After a jam, delete sessions that began longer ago than this: hours (h), days (d), weeks (w). Pinned ones stay."`
}

// source returns the time source that the user named, or else the one that suits: a live player who asked for no steady beat is
// followed.
func (f *clockFlags) source(player bool) string {
	switch {
	case f.Clock != "auto":
		return f.Clock
	case player && !f.HoldTempo:
		return live.ClockFollow
	}
	return "internal"
}
