package main

import (
	"context"
	"fmt"
	"time"

	"jamd/blind"
	"jamd/jam"
	"jamd/live"
	"jamd/model"
	"jamd/ui"
	"jamd/usage"
)

type playCmd struct {
	In         string        `placeholder:"NAME" help:"Input port of the melody, or an unambiguous part of its name. 'jamd in' (or 'jamd in 2', ...) opens a port of that name; 'page' is the page alone (the first keyboard found, else the page)."`
	Melody     string        `placeholder:"FILE.mid" help:"Play this melody instead of listening to a port."`
	Demo       bool          `help:"Play a bundled tune, to listen to. When it has ended it is your turn, if the page is open."`
	Track      string        `placeholder:"NAME|N" help:"Part of the file that is the melody: its name or its number (else the one whose name or notes fit best)."`
	Tempo      *float64      `placeholder:"BPM" help:"Quarter notes a minute (120, or the melody's own)."`
	CountIn    *int          `placeholder:"BEATS" help:"Start after this many clicks on channel 10, instead of with your first note."`
	For        time.Duration `placeholder:"DURATION" help:"End after this time, such as 90s or 5m."`
	InChannels []uint8       `name:"in-channel" placeholder:"N" help:"Hear only these MIDI channels, 1 to 16."`
	Thru       *bool         `negatable:"" help:"Send the melody on to the output, on its own channel (only a melody from a file)."`
	Blind      []string      `placeholder:"NAME,NAME" sep:"," help:"Draw one of these policies for each jam, in balanced order, and hide its name until you have rated the jam."`
	Study      studyFlags    `embed:"" group:"A study, of blind jams"`
	Live       liveFlags     `embed:""`

	ready func() // called when a jam is ready; may be nil
}

func (c *playCmd) Run(ctx context.Context, to console, configured *configured) error {
	c.Blind = resolved(c.Blind)
	if err := c.check(configured); err != nil {
		return err
	}
	to, end, err := to.toFile(c.Live.Log)
	if err != nil {
		return err
	}
	defer end()
	desktop, keyboard := onDesktop(to), tellDesktop(ctx, to, c.Live.Pages.Page != live.NoPage)
	terminal, to := newTerminal(to, c.Live.JSON)
	player, hint, err := c.player(to)
	if err != nil {
		return err
	}
	if desktop && c.ready == nil && c.needsPage(player) {
		c.ready = opener(ctx, to)
	}
	terminal.ready, terminal.announce = c.ready, func(j *live.Jam) { announce(to, j, hint) }
	o := c.Live.options(to, configured)
	o.Keyboard = keyboard
	o.Clock.Source = c.Live.Clock.source(c.CountIn == nil && !player.Settings.Metronome && !player.Settings.HoldTempo)
	if c.Tempo != nil && o.Clock.Follows() {
		o.Clock.BPM = *c.Tempo
	}
	o.Blind = c.Study.test(c.Blind)
	host, err := c.Live.host(ctx, to, o, terminal)
	if err != nil {
		return err
	}
	defer host.Close()
	return host.Play(ctx, player)
}

// check returns an error if flags exclude each other.
func (c *playCmd) check(configured *configured) error {
	page, external := c.Live.Pages.Page != live.NoPage, c.Live.Clock.Clock == live.ClockExternal
	follows := live.Clock{Source: c.Live.Clock.Clock}.Follows()
	switch {
	case c.Track != "" && c.Melody == "":
		return usage.Errorf("--track names a part of the file of --melody: give --melody too")
	case c.Melody != "" && c.In != "":
		return usage.Errorf("--melody and --in exclude each other: jamd listens to one melody")
	case c.Demo && (c.Melody != "" || c.In != "" || external):
		return usage.Errorf("--demo plays a bundled tune: neither --melody, --in nor --clock external goes with it")
	case external && (c.Melody != "" || c.CountIn != nil):
		return usage.Errorf("--clock external starts the jam and sets its tempo: it excludes --melody and --count-in")
	case follows && c.Melody != "":
		return usage.Errorf("--clock follow is for a player: a file has its own tempo (jamd accompany FILE.mid --clock follow follows a recording)")
	case c.Live.Clock.HoldTempo && (follows || external):
		return usage.Errorf("--hold-tempo and --clock %s exclude each other", c.Live.Clock.Clock)
	case c.In == live.Page && !page:
		return usage.Errorf("--in page and --page off exclude each other")
	case c.In == live.Page && external && c.Live.Clock.ClockIn == "":
		return usage.Errorf("--clock external: a page has no clock; give the port of the clock with --clock-in")
	case c.CountIn != nil && (*c.CountIn < 0 || *c.CountIn > 64):
		return usage.Errorf("--count-in %d: must be 0 to 64 beats", *c.CountIn)
	case c.Blind == nil && c.Study.Participant != "":
		return usage.Errorf("--participant is for a study: give the policies that it compares with --blind")
	case c.Blind == nil:
		if err := c.Study.test(nil).Check(""); err != nil { // they hold for a test that begins on the page
			return usage.Error(err)
		}
		if err := c.Live.check(); err != nil {
			return err
		}
		return checkFor(c.For)
	case configured.given["policy"]:
		return usage.Errorf("--blind and --policy exclude each other: the policy of a blind jam is drawn")
	case c.Live.Faster != "":
		return usage.Errorf("--blind and --faster exclude each other: one policy is rated")
	case !c.Live.Record:
		return usage.Errorf("--blind and --no-record exclude each other: the rating is stored with the session")
	}
	if err := blind.Check(c.Blind, func(policy string) error { return model.Check(policy, model.Chords) }); err != nil {
		return usage.Error(err)
	}
	if err := c.Study.test(c.Blind).Check(c.Live.SessionDir); err != nil {
		return usage.Error(err)
	}
	return checkFor(c.For)
}

// player returns who plays the melody: --melody, --demo, --in, the first keyboard found, or else the page. hint says what else the
// user could do.
func (c *playCmd) player(to console) (p live.Player, hint string, err error) {
	p = live.Player{In: c.In, Channels: c.InChannels, Thru: c.Thru, CountIn: c.CountIn, Length: c.For}
	switch {
	case c.Melody != "":
		p.Tune, err = melodyFile{c.Melody, c.Track, c.Tempo}.tune(to)
	case c.Demo:
		p.Tune, err = live.Demo(c.Tempo)
	case c.In == "":
		if p.In, hint = live.FirstKeyboard(); p.In == "" {
			p.In, err = live.Page, c.playable(hint)
			hint = "no keyboard yet: play on the page, or see 'jamd ports'" // which also says why there is none
		}
	}
	if err != nil {
		return p, hint, err
	}
	if p.Tune != nil && c.Live.Meter != nil && !c.Live.Meter.auto() {
		p.Tune.SetMeter(c.Live.Meter.Meter)
	}
	p.Settings, err = c.settings(p.Tune)
	return p, hint, err
}

// needsPage reports whether the page is where the jam is heard or played, so that it opens unasked.
func (c *playCmd) needsPage(p live.Player) bool {
	return (c.Demo || c.In == "" && p.In == live.Page) && c.Live.Pages.Page != live.NoPage && !c.Live.JSON
}

// playable returns an error if nobody can play, because no keyboard is found. hint says why there is none.
func (c *playCmd) playable(hint string) error {
	switch {
	case c.Live.Clock.Clock == live.ClockExternal:
		return usage.Errorf("--clock external: %s", hint)
	case c.Live.Pages.Page == live.NoPage:
		return usage.Errorf("--page off: %s; --demo plays a tune by itself", hint)
	}
	return nil
}

// settings returns the settings from the flags, and from the melody's file where the flags give none.
func (c *playCmd) settings(t *live.Tune) (jam.Settings, error) {
	bpm, meter := float64(live.DefaultTempo), jam.Quarters(4)
	if t != nil {
		bpm, meter = t.Tune.Tempo[0].BPM, t.Tune.Meter
	}
	if c.Tempo != nil {
		bpm = *c.Tempo
	}
	s, err := c.Live.settings(bpm, meter)
	if err != nil || len(c.InChannels) == 0 {
		return s, err
	}
	s.MelodyChannels = 0
	for _, channel := range c.InChannels {
		if channel < 1 || channel > 16 {
			return s, usage.Errorf("--in-channel %d: must be 1 to 16", channel)
		}
		s.MelodyChannels |= 1 << (channel - 1)
	}
	return s, nil
}

// announce prints what is about to happen.
func announce(to console, j *live.Jam, hint string) {
	info, s := j.Info(), j.Settings()
	heard := j.Source()
	if t := j.Tune(); t != nil {
		heard = fmt.Sprintf("%s (%s, %s), %v", t.Tune.Name, t.File, partTold(&t.Melody), lasts(&t.Melody))
	}
	if t := j.Trial(); t.String() != "" {
		fmt.Fprintf(to.Out, "%s\n", t)
	}
	fmt.Fprintf(to.Out, "%s%s, seed %d\n  hears  %s\n  plays  %s\n", info.Policy, knownTempo(info.Tempo), s.Seed, heard, outputName(info.Out))
	if hint != "" {
		fmt.Fprintln(to.Out, "  "+hint)
	}
	switch info.WaitsFor {
	case ui.TheBeat:
		fmt.Fprintf(to.Out, "Play: jamd finds your beat and follows it, and joins in on a bar line when it is sure; Control-C ends.\n")
	case ui.TheClock:
		fmt.Fprintf(to.Out, "Waiting for the clock to start; chords join in %d beats later; Control-C ends.\n", s.Listen)
	case ui.Nothing:
		fmt.Fprintf(to.Out, "Listening for %d beats, then joining in; Control-C ends.\n", s.Listen)
	default:
		fmt.Fprintf(to.Out, "Play: the clock starts with your first note, chords join in %d beats later; Control-C ends.\n", s.Listen)
	}
}
