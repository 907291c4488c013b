package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
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

// liveFlags are those of a jam in real time, whoever plays the melody.
type liveFlags struct {
	Out        string     `placeholder:"NAME" help:"Port to play to, or an unambiguous part of its name. Else jamd opens a port 'jamd out'."`
	BeatsPer   int        `name:"beats-per-bar" default:"4" help:"Quarter notes in a bar (${default}), for --chord-grid half and bar."`
	OutChannel uint8      `default:"2" placeholder:"N" help:"MIDI channel of the chords (${default})."`
	Velocity   uint8      `default:"72" placeholder:"1-127" help:"How hard the chords are struck (${default})."`
	SessionDir string     `placeholder:"DIR" help:"Keep sessions here (else in the user's state folder)."`
	RandomSeed bool       `help:"Draw a seed, so that each jam differs; it is printed and kept."`
	JSON       bool       `help:"Print one JSON object at the end instead of the chords as they sound."`
	Music      musicFlags `embed:""`
	Pages      pageFlags  `embed:""`

	mu    sync.Mutex // guards Music and tempo, which pages set for the next jam
	tempo float64
}

// settings are the engine's settings at a tempo; a value out of its range is the user's error.
func (f *liveFlags) settings(bpm float64, beatsPerBar int) (jam.Settings, error) {
	if f.RandomSeed {
		f.Music.Seed = randomSeed()
	}
	s, err := f.Music.settings(bpm)
	if err != nil {
		return s, err
	}
	s.BeatsPerBar, s.ChordChannel, s.Velocity = beatsPerBar, f.OutChannel, f.Velocity
	return s, asInput(s.Check())
}

func randomSeed() uint64 { return rand.Uint64N(1 << 32) }

// A live jam is one that is about to be played: its policy is warm, its output open, and its melody still to be let in.
type live struct {
	flags  *liveFlags
	to     console
	clock  *jam.SystemClock
	policy *model.Policy
	out    *midiio.Out
	config jam.LoopConfig

	page    *page                  // nil where there is none
	ended   atomic.Uint32          // a restart, where a page has ended the jam
	figures func() latency.Summary // how it keeps time, from run on
}

// open makes a live jam ready; the caller closes it. The output is swept on the channels of the chords, the bass and
// others (1 to 16).
func (f *liveFlags) open(to console, s jam.Settings, others ...uint8) (*live, error) {
	policy, err := f.Music.load(to)
	if err != nil {
		return nil, err
	}
	l := &live{flags: f, to: to, clock: jam.NewSystemClock(), policy: policy}
	steps, err := policy.Warm(warmSteps)
	if err != nil {
		l.close()
		return nil, fmt.Errorf("policy %s: %w", f.Music.Policy, err)
	}
	if l.out, err = f.output(to); err != nil {
		l.close()
		return nil, err
	}
	swept := []byte{s.BassChannel - 1}
	for _, channel := range others {
		swept = append(swept, channel-1)
	}
	if err := l.out.Sweep(s.ChordChannel-1, swept...); err != nil {
		l.close()
		return nil, fmt.Errorf("output %q: %w", l.out.Info().Name, err)
	}
	lead := latency.Lead(steps, stepAt(s.Tempo))
	l.config = jam.LoopConfig{
		Settings: s, Policy: policy, Output: l.out, Inbox: jam.NewQueue[jam.Event](inboxLength), Clock: l.clock,
		Errors: jam.NewQueue[error](errorsLength), Lead: func() time.Duration { return lead },
	}
	return l, nil
}

// close lets every note go and frees the policy.
func (l *live) close() {
	if l.out != nil {
		_ = l.out.Close() // where it can fail, run has told
	}
	_ = l.policy.Close()
}

// A hearing is a melody that comes into a live jam.
type hearing struct {
	title string               // of the take
	name  string               // of the port or file that it comes from
	agent *session.Agent       // that plays it; nil where a player or a file does
	play  func(jam.Event)      // takes a page's note; nil where an agent plays
	stop  func() *agentSummary // ends it, and tells of the agent
}

// run plays the jam, keeps it and tells how it went.
func (l *live) run(ctx context.Context, h hearing) error {
	settings := l.config.Settings
	record := session.Start(session.Options{
		Root:      l.flags.SessionDir,
		Manifest:  l.manifest(h),
		WriteMIDI: midiio.WriteTake,
	})
	watch := newWatch(h.title, settings, record, l.config.Errors, l.to, l.flags.JSON)
	l.config.Reports = append(l.config.Reports, watch.figures, watch.chords, record.Reports())
	l.config.Events = append(l.config.Events, record.Events())
	l.figures = watch.monitor.Summary
	ctx, cancel := l.page.attach(ctx, l, h, func(r restart) { l.ended.CompareAndSwap(0, uint32(r)) })
	loop, err := jam.NewLoop(l.config)
	if err != nil {
		cancel()
		h.stop()
		return asInput(err)
	}
	watch.start()
	summary, err := loop.Run(ctx)
	cancel()
	silenced := l.out.Close() // at once, whatever there is to wait for
	agent := h.stop()
	take, figures := watch.stop(summary.Melody)
	closeCtx, done := context.WithTimeout(context.Background(), closing)
	defer done()
	kept := record.Close(closeCtx, take, summary)
	if summary.Frames == 0 {
		l.page.detach("")
	} else {
		l.page.detach(kept.Dir)
	}
	if err == nil {
		err = silenced
	}
	share, _ := take.NoteInChord()
	return errors.Join(err, conclude(l.to, l.flags.JSON, jamSummary{
		Policy: l.policy.Metadata().Name, Seed: settings.Seed, Tempo: settings.Tempo,
		Jam: summary, Agent: agent, NoteInChord: share, Figures: figures,
	}, kept))
}

func (l *live) manifest(h hearing) session.Manifest {
	m := l.policy.Metadata()
	return session.Manifest{
		Version: version, Go: runtime.Version(), ONNXRuntime: l.policy.Library().Version, Provider: l.policy.Provider().String(),
		Policy: session.Policy{Name: m.Name, SHA256: m.SHA256}, Agent: h.agent, Settings: l.config.Settings,
		Ports: session.Ports{In: h.name, Out: l.out.Info().Name}, Start: time.Now().Add(-l.clock.Now()),
	}
}

// output opens the port that the chords go to. Without a sequencer, and without a port asked for, nothing sounds, but the
// chords are printed and kept all the same.
func (f *liveFlags) output(to console) (*midiio.Out, error) {
	if f.Out != "" && f.Out != midiio.VirtualOut {
		out, err := midiio.OpenOut(f.Out)
		return out, asInput(err)
	}
	out, err := midiio.OpenVirtualOut(midiio.VirtualOut)
	if err == nil {
		return out, nil
	}
	if f.Out != "" {
		return nil, asInput(err)
	}
	fmt.Fprintf(to.Err, "jamd: nothing will sound: %v\n", err)
	return midiio.NewOut(nowhere{}), nil
}

// nowhere is the output of a machine that has no port.
type nowhere struct{}

func (nowhere) Send(_, _, _ byte) error { return nil }

func portName(out *midiio.Out) string {
	if name := out.Info().Name; name != "" {
		return name
	}
	return "nothing (no MIDI port)"
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

// checkFor refuses a length below 0.
func checkFor(d time.Duration) error {
	if d < 0 {
		return asInput(fmt.Errorf("--for %v: must not be negative", d))
	}
	return nil
}
