package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/learn"
	"jamd/metrics"
	"jamd/midiio"
	"jamd/model"
	"jamd/ports"
	"jamd/realtime"
	"jamd/session"
)

const (
	// hiddenPolicy stands for the name of a policy in a blind jam.
	hiddenPolicy = session.Hidden
	// blindRefusal says why a policy cannot be chosen.
	blindRefusal = "it is hidden until you have rated the jam"

	defaultTempo = 120
	warmSteps    = 64 // policy steps before a jam: the first ones are slow
	inboxLength  = 1024
	// spin is how long before a line the thread that keeps time stays awake for it, where it has real-time priority.
	spin = 300 * time.Microsecond
	// changesLength is room for any burst of what the guard and the ports tell: two within a second are rare.
	changesLength = 64
	// closing is how long the end of a jam may wait for a slow disk.
	closing = 5 * time.Second
)

// A live jam is one that is about to be played: its policy is warm, its output open, and its melody still to be let in.
type live struct {
	flags   *liveFlags
	to      console
	clock   *jam.LiveClock
	policy  *model.Policy
	faster  *model.Policy // nil where there is none
	out     *midiio.Out
	status  *statusLine    // nil where there is no terminal
	surface *learn.Surface // nil where nothing was learned
	config  jam.LoopConfig
	told    *jam.Reader                // the terminal's
	changes *jam.Queue[latency.Change] // of the guard

	rights  *realtime.Rights // of its threads
	metrics *metrics.Server  // nil where nobody asked for them

	portChanges *jam.Queue[midiio.Change]
	moving      sync.Mutex  // guards the next two
	claimed     ports.Claim // on the output
	movedTo     string      // the output that a page has chosen; "" for the one that the jam began with
	melody      *melodyPort // nil where a file or an agent plays

	steering  *steering
	transpose func(semitones int8) // of what is sent through; nil where nothing is
	agent     bool                 // plays the melody

	page    *page                           // nil where there is none
	setup   *setup                          // what pages may change beside the music
	blind   []string                        // policies that this one was drawn from, whose name is hidden; nil where nothing is
	begun   atomic.Bool                     // a frame was played
	frames  int64                           // that were played, when it is over
	ended   atomic.Uint32                   // a restart, where a page has ended the jam
	figures atomic.Pointer[latency.Monitor] // how it keeps time, from run on
}

// open makes a live jam ready; the caller closes it. The output is swept on the channels of the chords, the bass and
// others (1 to 16).
func (f *liveFlags) open(to console, s jam.Settings, others ...uint8) (*live, error) {
	if err := f.Clock.check(); err != nil {
		return nil, err
	}
	var status *statusLine
	if !f.JSON {
		to, status = withStatusLine(to)
	}
	l, err := f.ready(to, s)
	if err != nil {
		return nil, err
	}
	l.status = status
	if f.Metrics != "" {
		if l.metrics, err = metrics.Serve(f.Metrics); err != nil {
			l.close()
			return nil, err
		}
		to.Log.Info().Msgf("metrics at %s", l.metrics.URL())
	}
	if l.out, err = l.output(); err != nil {
		l.close()
		return nil, err
	}
	l.plug()
	swept := []byte{s.ChordChannel - 1, s.BassChannel - 1}
	for _, channel := range others {
		swept = append(swept, channel-1)
	}
	if err := l.out.Sweep(swept...); err != nil {
		l.close()
		return nil, fmt.Errorf("output %q: %w", l.out.Info().Name, err)
	}
	return l, nil
}

// ready is a live jam with a warm policy and its guard, and no output yet.
func (f *liveFlags) ready(to console, s jam.Settings) (*live, error) {
	if f.Budget < 0 {
		return nil, asInput(fmt.Errorf("--budget %v: must not be negative", f.Budget))
	}
	policy, steps, err := f.Music.warmPlayer(to, f.Music.Policy, model.Chords)
	if err != nil {
		return nil, err
	}
	l := &live{flags: f, to: to, clock: jam.NewLiveClock(), policy: policy, told: jam.NewReader(watchLength), changes: jam.NewQueue[latency.Change](changesLength),
		portChanges: jam.NewQueue[midiio.Change](changesLength)}
	if f.Faster != "" {
		if l.faster, _, err = f.Music.warmPlayer(to, f.Faster, model.Chords); err != nil {
			l.close()
			return nil, err
		}
	}
	l.config = jam.LoopConfig{
		Settings: s, Policy: policy, Name: policy.Metadata().Name, Inbox: jam.NewQueue[jam.Event](inboxLength), Clock: l.clock,
		Guard: latency.NewGuard(latency.GuardConfig{
			Steps: steps, Faster: l.faster != nil, Budget: f.Budget, Changes: []*jam.Queue[latency.Change]{l.changes},
		}),
	}
	if l.faster != nil {
		l.config.Faster = l.faster
	}
	l.rights = realtime.New()
	l.config.Thread = func(duty jam.Duty) {
		if l.rights.Raise(duty) && duty == jam.DutyTime {
			l.clock.Spin(spin)
		}
	}
	return l, nil
}

// close lets every note go and frees the policy.
func (l *live) close() {
	if l.out != nil {
		_ = l.out.Close() // where it can fail, run has told
	}
	if l.metrics != nil {
		_ = l.metrics.Close() // a reader that was cut off has all but the last
	}
	if l.rights != nil {
		l.rights.Close()
	}
	_ = l.policy.Close()
	if l.faster != nil {
		_ = l.faster.Close()
	}
	l.claimed.Release()
}

// A hearing is a melody that comes into a live jam.
type hearing struct {
	title string               // of the take
	name  string               // of the port or file that it comes from
	part  *melodyPart          // of the file; nil if a player or an agent plays
	agent *session.Agent       // that plays it; nil where a player or a file does
	play  func(jam.Event)      // takes a page's note; nil where an agent plays
	stop  func() *agentSummary // ends it, and tells of the agent
}

// run plays the jam, keeps it and tells how it went.
func (l *live) run(ctx context.Context, h hearing) error {
	defer onSecondSignal(ctx, func() { _ = l.out.Silence() })()
	settings := l.config.Settings
	record := session.Start(session.Options{
		Root:      l.flags.SessionDir,
		Manifest:  l.manifest(h),
		WriteMIDI: midiio.WriteTake,
	})
	watch := newWatch(l, h.title, record)
	l.config.Readers = append(l.config.Readers, watch.figures, watch.told, record.Entries())
	l.steering = newSteering(l)
	l.agent = h.agent != nil
	l.config.Release = func(p jam.Policy) { _ = p.(*model.Policy).Close() } // all that come here are
	ctx, cancel := l.page.attach(ctx, l, h, record.Dir(), func(r restart) { l.ended.CompareAndSwap(0, uint32(r)) })
	loop, err := jam.NewLoop(l.config)
	if err != nil {
		cancel()
		h.stop()
		return asInput(err)
	}
	watch.start(l.config)
	l.figures.Store(watch.monitor)
	l.steering.follow(func(a jam.Applied) {
		l.to.Log.Debug().Int64(frameField, a.Frame).Msgf("set: %v", a.Control)
		if a.Param == jam.ParamTranspose && l.transpose != nil {
			l.transpose(int8(a.Value))
		}
		if l.page != nil {
			l.page.Changed(a.Frame)
		}
	})
	l.surface.Steer(l.steering, func(text string) { l.to.Log.Warn().Msg(text) })
	told := tellChanges(l.portChanges, l.to, l.page)
	defer told()
	summary, err := loop.Run(ctx)
	l.page.over()
	cancel()
	silenced := l.out.Close() // at once, whatever there is to wait for
	agent := h.stop()
	l.surface.Close()
	l.steering.stop()
	take, figures := watch.stop(summary.Melody)
	closeCtx, done := context.WithTimeout(context.Background(), closing)
	defer done()
	kept := record.Close(closeCtx, take, summary)
	l.frames = summary.Frames
	if !l.keeps() {
		err = errors.Join(err, os.RemoveAll(kept.Dir))
		kept.Dir = ""
	}
	if summary.Frames == 0 {
		l.page.detach("")
	} else {
		l.page.detach(kept.Dir)
	}
	l.flags.Storage.keep(l.to, l.flags.SessionDir, kept.Dir)
	if err == nil {
		err = silenced
	}
	share, _ := take.NoteInChord()
	return errors.Join(err, conclude(l.to, l.flags.JSON, jamSummary{
		Policy: l.shownPolicy(), Seed: settings.Seed, Tempo: settings.Tempo,
		Part: h.part, Jam: summary, Agent: agent, NoteInChord: share, Figures: figures.Jam, Dropped: figures.DroppedReports,
	}, kept))
}

// keeps is whether the jam, which is over, is kept: not where the player does not want it, nor where a page let another take
// its place before the first note.
func (l *live) keeps() bool {
	return (l.setup.recording() || l.blind != nil) && (l.frames > 0 || l.ended.Load() == 0)
}

// shownPolicy is the name of the policy that the jam began with, as players may know it.
func (l *live) shownPolicy() string {
	if l.blind != nil {
		return hiddenPolicy
	}
	return l.policy.Metadata().Name
}

func (l *live) manifest(h hearing) session.Manifest {
	m := manifestOf(l.policy, l.config.Settings)
	m.Blind = l.blind
	m.Title, m.Agent, m.Ports = h.title, h.agent, session.Ports{In: h.name, Out: l.out.Info().Name}
	m.Start = time.Now().Add(-l.clock.Now())
	if l.faster != nil {
		faster := nameOf(l.faster)
		m.Faster = &faster
	}
	return m
}

// manifestOf says what plays, and how.
func manifestOf(p *model.Policy, s jam.Settings) session.Manifest {
	return session.Manifest{
		Version: version, Go: runtime.Version(), ONNXRuntime: p.Library().Version, Provider: p.Provider().String(),
		Policy: nameOf(p), Settings: s,
	}
}

func nameOf(p *model.Policy) session.Policy {
	m := p.Metadata()
	return session.Policy{Name: m.Name, SHA256: m.SHA256}
}
