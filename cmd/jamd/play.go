package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"jamd/blind"
	"jamd/jam"
	"jamd/learn"
	"jamd/session"
)

type playCmd struct {
	In         string        `placeholder:"NAME" help:"Port to hear, or an unambiguous part of its name; 'jamd in' (or 'jamd in 2', ...) opens a port of that name, 'page' hears the page alone. Else the first keyboard found."`
	Melody     string        `placeholder:"FILE.mid" help:"Play this melody instead of listening to a port."`
	Track      string        `placeholder:"NAME|N" help:"Part of that file to play: its name, or its number (else the one that is the melody)."`
	Tempo      *float64      `placeholder:"BPM" help:"Quarter notes a minute (120, or the melody's own)."`
	CountIn    *int          `placeholder:"BEATS" help:"Start at once after this many clicks on channel 10, instead of with your first note."`
	For        time.Duration `placeholder:"DURATION" help:"End after this long, such as 90s or 5m."`
	InChannels []uint8       `name:"in-channel" placeholder:"N" help:"Hear these MIDI channels only, 1 to 16."`
	Thru       *bool         `negatable:"" help:"Send the melody on to the output, on its own channel (default: only one that jamd plays from a file)."`
	Blind      []string      `placeholder:"NAME,NAME,..." help:"Draw one of these policies for each jam, in balanced order, and hide its name until you have rated the jam on the page."`
	Live       liveFlags     `embed:""`

	learned map[learn.Trigger]string
	setup   *setup
	policy  string        // that was asked for, where jams are not blind
	last    *jam.Settings // of the jam before, at its end; nil before the first
	ready   func()        // called when a jam listens; nil: nobody wants to know
}

func (c *playCmd) Run(ctx context.Context, to console, configured *configured, flags *configFlags) error {
	if err := c.checkBlind(configured); err != nil {
		return err
	}
	to, end, err := to.toFile(c.Live.Log)
	if err != nil {
		return err
	}
	defer end()
	c.learned, c.policy = configured.Targets(), c.Live.Music.Policy
	c.setup = newSetup(&c.Live, c.Blind, flags.defaults())
	page, err := c.Live.openPage(to)
	if err != nil {
		return err
	}
	defer page.close()
	if page != nil {
		out := to.Out
		if c.Live.JSON {
			out = to.Err
		}
		fmt.Fprintln(out, "page", page.Link())
	}
	for {
		again, err := c.jam(ctx, to, page)
		if err != nil || again == 0 {
			return err
		}
		c.next(again)
	}
}

// next makes the flags those of a jam that follows one: nobody performs any more, and the player plays when ready.
func (c *playCmd) next(again restart) {
	if c.Melody != "" || c.In == "" {
		c.Melody, c.Track, c.In = "", "", pageMelody
	}
	c.Live.Wait = true // a port that has left meanwhile may come back
	c.Live.Clock, c.Blind, c.Live.Music.Listen = c.setup.nextClock().inForce(), c.setup.nextBlind(), c.setup.nextListen()
	c.CountIn = nil
	if again == counted && !c.Live.Clock.external() {
		bar := c.last.Meter.Beats()
		c.CountIn = &bar
	}
}

// jam plays one jam. It returns what follows, 0 for nothing.
func (c *playCmd) jam(ctx context.Context, to console, page *page) (restart, error) {
	source, err := c.source(to)
	if err != nil {
		return 0, err
	}
	if source.port != "" { // the one found now is the one of the jams that follow
		c.In = source.port
	}
	if source.tune != nil && c.Live.Meter != nil {
		source.inMeter(*c.Live.Meter)
	}
	settings, err := c.settings(source)
	if err != nil {
		return 0, err
	}
	if c.last != nil { // the one before left it as it was set there
		seed, listen := settings.Seed, settings.Listen
		settings = *c.last
		settings.Seed, settings.Listen = seed, listen
	}
	order, err := c.draw()
	if err != nil {
		return 0, err
	}
	l, err := c.Live.open(to, settings, c.through(source)...)
	if err != nil {
		return 0, err
	}
	defer l.close()
	if l.surface, err = learn.NewSurface(c.learned); err != nil {
		return 0, err
	}
	l.page, l.setup, l.blind = page, c.setup, c.Blind
	l.config.Length = c.For
	if c.CountIn != nil {
		l.config.Start, l.config.CountIn, l.config.Click = jam.StartAtOnce, *c.CountIn, true
	}
	hearing, err := c.hear(ctx, &source, l)
	if err != nil {
		return 0, err
	}
	if !c.Live.JSON {
		c.announce(l, source)
	}
	if c.ready != nil {
		c.ready()
	}
	err = l.run(ctx, hearing)
	if l.frames > 0 && c.Blind != nil {
		err = errors.Join(err, order.Played(c.Blind))
	}
	if err != nil || ctx.Err() != nil {
		return 0, err
	}
	c.leave(l)
	again := restart(l.ended.Load())
	if again == 0 && c.For == 0 && page != nil && page.Watched() { // a tune is over, and somebody looks on who may want to play
		again = armed
	}
	return again, nil
}

// leave takes over what was chosen in a jam, for the next one.
func (c *playCmd) leave(l *live) {
	last, _ := l.steering.inForce()
	c.last = &last
	if policy := l.steering.wanted(); c.Blind == nil && policy != l.policy.Metadata().Name {
		c.policy = policy
	}
	if l.movedTo != "" {
		c.Live.Out = l.movedTo
	}
	if l.melody != nil {
		c.In = l.melody.askedFor()
	}
}

// draw sees to the policy of the jam: the one asked for, or of a blind jam the next in order.
func (c *playCmd) draw() (order blind.Order, err error) {
	c.Live.Music.Policy = c.policy
	if c.Blind == nil {
		return order, nil
	}
	root, err := session.DefaultRoot()
	if err == nil {
		order.Path = filepath.Join(filepath.Dir(root), "blind.json")
		c.Live.Music.Policy, err = order.Draw(c.Blind)
	}
	return order, asInput(err)
}

// checkBlind refuses what does not go with a blind jam.
func (c *playCmd) checkBlind(configured *configured) error {
	if c.Blind == nil {
		return nil
	}
	switch {
	case configured.given["policy"]:
		return asInput(errors.New("--blind and --policy exclude each other: a blind jam's policy is drawn"))
	case c.Live.Faster != "":
		return asInput(errors.New("--blind and --faster exclude each other: what is rated is one policy"))
	case !c.Live.Record:
		return asInput(errors.New("--blind and --no-record exclude each other: the rating lies with the jam that is kept"))
	case c.Live.Pages.Page == noPage:
		return asInput(errors.New("--blind and --page off exclude each other: the jam is rated on the page"))
	}
	return asInput(blind.Check(c.Blind, policyNames(), true))
}

// hear lets the melody in, until it is stopped: from a port, or from a file that is performed.
func (c *playCmd) hear(ctx context.Context, s *source, l *live) (hearing, error) {
	thru := c.thru(*s)
	through := jam.NewThru(l.out, l.config.Settings.Transpose)
	l.transpose = through.Transpose
	take := func(thru bool) func(jam.Event) {
		return func(e jam.Event) {
			l.config.Inbox.TrySend(e)
			if thru {
				_ = through.Send(e) // a note that the synth did not take changes nothing here
			}
		}
	}
	heard := func(e jam.Event) {
		take(thru)(e)
		if l.page != nil {
			l.page.Heard(e)
		}
	}
	played := take(c.Thru == nil || *c.Thru) // who plays in the page has no other instrument
	follower, err := l.follow()
	if err != nil {
		return hearing{}, err
	}
	unplug := func() {}
	if l.flags.Clock.ClockIn != "" && l.flags.Clock.ClockIn != s.port {
		in, err := l.clockPort(follower)
		if err != nil {
			return hearing{}, err
		}
		unplug = func() { _ = in.Close() }
	}
	if s.tune == nil {
		l.melody = &melodyPort{live: l, keeping: l.keeping(), hear: func(e jam.Event) {
			if !l.surface.Handle(e) {
				heard(e)
			}
		}}
		if l.flags.Clock.ClockIn == "" || l.flags.Clock.ClockIn == s.port {
			l.melody.follower = follower
		}
		if err := l.melody.moveTo(s.port); err != nil {
			unplug()
			return hearing{}, err
		}
		s.name = l.melody.name()
		return hearing{title: s.title(), name: s.name, play: played, stop: func() *agentSummary {
			unplug()
			l.melody.close()
			return nil
		}}, nil
	}
	l.config.Start = jam.StartAtOnce
	l.config.Tempo, l.config.Meters = s.tune.Tempo, s.tune.Meters
	if length := s.melody.Bars().Whole(s.melody.Frames()); l.config.Frames == 0 || length < l.config.Frames {
		l.config.Frames = length
	}
	performer := jam.Performer{Cues: s.melody.Cues(), Clock: l.clock.Beside(), Entries: jam.NewReader(playerQueue), Play: heard}
	l.config.Readers = append(l.config.Readers, performer.Entries)
	ctx, cancel := context.WithCancel(ctx)
	go performer.Run(ctx)
	return hearing{title: s.title(), name: s.name, part: &melodyPart{s.melody.Part, s.melody.Why}, play: played, stop: func() *agentSummary {
		cancel()
		return nil
	}}, nil
}

// thru is whether the melody goes on to the output.
func (c *playCmd) thru(s source) bool {
	if c.Thru != nil {
		return *c.Thru
	}
	return s.tune != nil
}

// through are the channels on which it does, as far as they are known before: a file is played on channel 1.
func (c *playCmd) through(s source) []uint8 {
	switch {
	case !c.thru(s):
		return nil
	case s.tune == nil && len(c.InChannels) > 0:
		return c.InChannels
	}
	return []uint8{1}
}

// settings joins the flags with what the melody's file says.
func (c *playCmd) settings(s source) (jam.Settings, error) {
	bpm, meter := float64(defaultTempo), jam.Quarters(4)
	if s.tune != nil {
		bpm, meter = s.tune.Tempo[0].BPM, s.tune.Meter
	}
	if c.Tempo != nil {
		bpm = *c.Tempo
	}
	settings, err := c.Live.settings(bpm, meter)
	if err != nil {
		return settings, err
	}
	if len(c.InChannels) > 0 {
		settings.MelodyChannels = 0
		for _, channel := range c.InChannels {
			if channel < 1 || channel > 16 {
				return settings, asInput(fmt.Errorf("--in-channel %d: must be 1 to 16", channel))
			}
			settings.MelodyChannels |= 1 << (channel - 1)
		}
	}
	if c.CountIn != nil && (*c.CountIn < 0 || *c.CountIn > 64) {
		return settings, asInput(fmt.Errorf("--count-in %d: must be 0 to 64 beats", *c.CountIn))
	}
	return settings, checkFor(c.For)
}
