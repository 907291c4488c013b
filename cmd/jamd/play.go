package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/midiio"
	"jamd/model"
	"jamd/session"
)

const (
	defaultTempo = 120
	warmSteps    = 64 // policy steps before a jam: the first ones are slow
	inboxLength  = 1024
	errorsLength = 64
	// closing is how long the end of a jam may wait for a slow disk.
	closing = 5 * time.Second
)

type playCmd struct {
	In         string        `placeholder:"NAME" help:"Port to hear, or an unambiguous part of its name; 'jamd in' opens a port of that name. Else the first keyboard found."`
	Out        string        `placeholder:"NAME" help:"Port to play to, or an unambiguous part of its name. Else jamd opens a port 'jamd out'."`
	Melody     string        `placeholder:"FILE.mid" help:"Play this melody instead of listening to a port."`
	Tempo      *float64      `placeholder:"BPM" help:"Quarter notes a minute (120, or the melody's own)."`
	BeatsPer   int           `name:"beats-per-bar" default:"4" help:"Quarter notes in a bar (${default}), for --chord-grid half and bar."`
	CountIn    *int          `placeholder:"BEATS" help:"Start at once after this many clicks on channel 10, instead of with your first note."`
	For        time.Duration `placeholder:"DURATION" help:"End after this long, such as 90s or 5m."`
	InChannels []uint8       `name:"in-channel" placeholder:"N" help:"Hear these MIDI channels only, 1 to 16."`
	OutChannel uint8         `default:"2" placeholder:"N" help:"MIDI channel of the chords (${default})."`
	Velocity   uint8         `default:"72" placeholder:"1-127" help:"How hard the chords are struck (${default})."`
	Thru       *bool         `negatable:"" help:"Send the melody on to the output, on its own channel (default: only one that jamd plays from a file)."`
	SessionDir string        `placeholder:"DIR" help:"Keep sessions here (else in the user's state folder)."`
	RandomSeed bool          `help:"Draw a seed, so that each jam differs; it is printed and kept."`
	JSON       bool          `help:"Print one JSON object at the end instead of the chords as they sound."`
	Music      musicFlags    `embed:""`
}

func (c *playCmd) Run(ctx context.Context, to console) error {
	source, err := c.source()
	if err != nil {
		return err
	}
	settings, err := c.settings(source)
	if err != nil {
		return err
	}
	policy, err := c.Music.load(to)
	if err != nil {
		return err
	}
	defer policy.Close()
	steps, err := policy.Warm(warmSteps)
	if err != nil {
		return fmt.Errorf("policy %s: %w", c.Music.Policy, err)
	}

	clock := jam.NewSystemClock()
	out, err := c.output(to)
	if err != nil {
		return err
	}
	defer out.Close() // whatever happens from here on, every note is let go
	if err := out.Sweep(settings.ChordChannel-1, settings.BassChannel-1); err != nil {
		return fmt.Errorf("output %q: %w", out.Info().Name, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lead := latency.Lead(steps, stepAt(settings.Tempo))
	config := jam.LoopConfig{
		Settings: settings, Policy: policy, Output: out, Inbox: jam.NewQueue[jam.Event](inboxLength), Clock: clock,
		Frames: framesOf(c.For, settings.Tempo), Errors: jam.NewQueue[error](errorsLength),
		Lead: func() time.Duration { return lead },
	}
	if c.CountIn != nil {
		config.Start, config.CountIn, config.Click = jam.StartAtOnce, *c.CountIn, true
	}
	stopHearing, err := c.hear(ctx, &source, &config, out)
	if err != nil {
		return err
	}
	defer stopHearing()

	record := session.Start(session.Options{
		Root:      c.SessionDir,
		Manifest:  manifest(policy, settings, source.name, out.Info().Name, clock),
		WriteMIDI: midiio.WriteTake,
	})
	watch := newWatch(source.title(), settings, record, config.Errors, to, c.JSON)
	config.Reports = []*jam.Queue[jam.FrameReport]{watch.figures, watch.chords, record.Reports()}
	config.Events = []*jam.Queue[jam.Event]{record.Events()}
	loop, err := jam.NewLoop(config)
	if err != nil {
		return asInput(err)
	}
	if !c.JSON {
		c.announce(to, policy.Metadata().Name, settings, source, out)
	}
	watch.start()
	summary, err := loop.Run(ctx)
	silenced := out.Close()
	cancel()
	take, figures := watch.stop(summary.Melody)
	closeCtx, done := context.WithTimeout(context.Background(), closing)
	defer done()
	kept := record.Close(closeCtx, take, summary)
	if err == nil {
		err = silenced
	}
	share, _ := take.NoteInChord()
	return errors.Join(err, conclude(to, c.JSON, jamSummary{
		Policy: policy.Metadata().Name, Seed: settings.Seed, Tempo: settings.Tempo,
		Jam: summary, NoteInChord: share, Figures: figures,
	}, kept))
}

// hear lets the melody in: from a file, performed until ctx ends, or from a port, until the returned function is called.
func (c *playCmd) hear(ctx context.Context, s *source, config *jam.LoopConfig, out *midiio.Out) (stop func(), err error) {
	thru := s.tune != nil
	if c.Thru != nil {
		thru = *c.Thru
	}
	take := func(e jam.Event) {
		config.Inbox.TrySend(e)
		if thru {
			_ = out.Send(e.Status, e.Data1, e.Data2) // a note that the synth did not take changes nothing here
		}
	}
	if s.tune == nil {
		in, err := s.open(config.Clock.Now, take)
		if err != nil {
			return nil, asInput(err)
		}
		s.name = in.Info().Name
		return func() { _ = in.Close() }, nil
	}
	began := make(chan time.Duration, 1)
	config.Start, config.Began = jam.StartAtOnce, began
	if length := s.frames(config.Settings.BeatsPerBar); config.Frames == 0 || length < config.Frames {
		config.Frames = length
	}
	go perform(ctx, config.Clock, s.tune.Events, began, take)
	return func() {}, nil
}

// settings joins the flags with what the melody's file says.
func (c *playCmd) settings(s source) (jam.Settings, error) {
	bpm, perBar := float64(defaultTempo), c.BeatsPer
	if s.tune != nil {
		bpm, perBar = s.tune.Tempo[0].BPM, s.tune.BeatsPerBar
	}
	if c.Tempo != nil {
		bpm = *c.Tempo
	}
	if c.RandomSeed {
		c.Music.Seed = rand.Uint64N(1 << 32)
	}
	settings, err := c.Music.settings(bpm)
	if err != nil {
		return settings, err
	}
	settings.BeatsPerBar, settings.ChordChannel, settings.Velocity = perBar, c.OutChannel, c.Velocity
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
	if c.For < 0 {
		return settings, asInput(fmt.Errorf("--for %v: must not be negative", c.For))
	}
	return settings, asInput(settings.Check())
}

// output opens the port that the chords go to. Without a sequencer, and without a port asked for, nothing sounds, but the
// chords are printed and kept all the same.
func (c *playCmd) output(to console) (*midiio.Out, error) {
	if c.Out != "" && c.Out != midiio.VirtualOut {
		out, err := midiio.OpenOut(c.Out)
		return out, asInput(err)
	}
	out, err := midiio.OpenVirtualOut(midiio.VirtualOut)
	if err == nil {
		return out, nil
	}
	if c.Out != "" {
		return nil, asInput(err)
	}
	fmt.Fprintf(to.Err, "jamd: nothing will sound: %v\n", err)
	return midiio.NewOut(nowhere{}), nil
}

// nowhere is the output of a machine that has no port.
type nowhere struct{}

func (nowhere) Send(_, _, _ byte) error { return nil }

func manifest(p *model.Policy, s jam.Settings, in, out string, clock jam.Clock) session.Manifest {
	m := p.Metadata()
	return session.Manifest{
		Version: version, Go: runtime.Version(), ONNXRuntime: p.Library().Version, Provider: p.Provider().String(),
		Policy: session.Policy{Name: m.Name, SHA256: m.SHA256}, Settings: s,
		Ports: session.Ports{In: in, Out: out}, Start: time.Now().Add(-clock.Now()),
	}
}

func stepAt(bpm float64) time.Duration {
	return time.Duration(float64(time.Minute) / bpm / jam.FramesPerBeat)
}

// framesOf is a duration in frames, at least one; 0 stays 0.
func framesOf(d time.Duration, bpm float64) int64 {
	if d == 0 {
		return 0
	}
	return max(1, int64(float64(d)/float64(time.Minute)*bpm*jam.FramesPerBeat+0.5))
}
