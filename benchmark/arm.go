package benchmark

import (
	"context"
	"fmt"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/live"
	"jamd/midiio"
	"jamd/usage"
)

// measure plays one arm: the demo tune, repeated, in real time, through the loop of a live jam, from and to ports in memory.
// The jam follows its player if there is a listener.
func (b *Benchmark) measure(ctx context.Context, arm string, follows *listener, result *Result) (Arm, error) {
	l, err := live.Prepare(b.Policies, b.Policy, "", b.Budget, b.settings())
	if err != nil {
		return Arm{}, err
	}
	defer l.Free()
	l.Config.Output = midiio.NewOut(midiio.NewRecorder(l.Clock.Now))
	result.Policy, result.Provider = l.Policy.Metadata().Name, l.Policy.Provider().String()
	result.Machine.ONNXRuntime = l.Policy.Library().Version

	began := make(chan time.Duration, 1)
	l.Config.Start, l.Config.Began, l.Config.Frames = jam.StartAtOnce, began, framesOf(b.For, b.Tempo)
	events, err := sway(l.Config.Settings, l.Config.Frames)
	if err != nil {
		return Arm{}, err
	}
	// Entries are read after the end, so the reader needs room for all. Each line may be moved.
	entries := jam.NewReader(2*int(l.Config.Frames) + len(events) + 64)
	if follows != nil {
		l.Config.Player = follows.ear.Times()
	}
	l.Config.Readers = []*jam.Reader{entries}
	loop, err := jam.NewLoop(l.Config)
	if err != nil {
		return Arm{}, usage.Error(err)
	}
	if arm == UnderLoad {
		unload, err := loadMachine()
		if err != nil {
			return Arm{}, err
		}
		defer unload()
	}
	player, leave := context.WithCancel(ctx)
	heard := make(chan []jam.Event, 1)
	go func() { heard <- play(player, l, events, follows, began) }()
	seen := make(chan int, 1)
	half := time.AfterFunc(b.For/2, func() { seen <- realTimeThreads() })
	stolen := watchStolen()
	summary, err := loop.Run(ctx)
	taken := stolen()
	leave()
	if err != nil {
		return Arm{}, err
	}
	if err := ctx.Err(); err != nil {
		return Arm{}, fmt.Errorf("the measurement was stopped: %w", err)
	}
	a := newArm(arm, reportsOf(entries), <-heard, b.Budget)
	if follows != nil {
		spread := spreadOf(follows.tracker.took.Spread()) // its goroutine has ended with the player's
		a.Follower = &spread
	}
	a.Chords, a.Errors, a.Stolen = summary.Chords, summary.Errors, taken
	if a.RealTimeThreads = -1; !half.Stop() {
		a.RealTimeThreads = <-seen
	}
	return a, nil
}

// play sends events through a port in memory as a player would, and returns them as they arrived.
func play(ctx context.Context, l *live.Prepared, events []jam.Event, follows *listener, began <-chan time.Duration) (notes []jam.Event) {
	if follows != nil {
		began = follows.countIn(ctx, began)
		defer follows.run(ctx)()
	}
	cable := midiio.NewCable(l.Clock.Now, func(e jam.Event) {
		l.Config.Inbox.TrySend(e)
		follows.hear(e)
		notes = append(notes, e)
	})
	live.Perform(ctx, l.Clock, events, began, func(e jam.Event) { _ = cable.Send(e.Status, e.Data1, e.Data2) })
	return notes
}

// reportsOf closes a reader and returns its frame reports.
func reportsOf(entries *jam.Reader) (reports []jam.FrameReport) {
	entries.Close()
	for e := range entries.C() {
		if e.Kind == jam.EntryReport {
			reports = append(reports, e.Report)
		}
	}
	return reports
}

// newArm computes the figures of an arm from the frame reports and the player's notes.
func newArm(arm string, reports []jam.FrameReport, notes []jam.Event, budget time.Duration) Arm {
	a := Arm{Arm: arm}
	monitor := latency.NewMonitor(latency.Drops{})
	step, late := latency.NewHistogram(), latency.NewHistogram()
	over := 0
	for _, r := range reports {
		monitor.Add(r)
		late.Add(r.Late)
		if r.Follow != jam.NotFollowing {
			a.Followed++
		}
		if !r.Missed {
			step.Add(r.Step)
		}
		if r.Missed || r.Step > budget {
			over++
		}
	}
	if budget > 0 && len(reports) > 0 {
		share := float64(over) / float64(len(reports))
		a.OverBudget = &share
	}
	f := monitor.Snapshot().Jam
	a.Frames, a.Missed, a.Skipped, a.MissedBy = f.Frames, f.Missed, f.Skipped, f.Causes
	a.Step, a.Late = spreadOf(step.Spread()), spreadOf(late.Spread())
	a.StepBuckets, a.LateBuckets = bucketsOf(step), bucketsOf(late)
	wait := latency.NewHistogram()
	var frames []int64
	for _, answer := range answers(notes, reports) {
		wait.Add(answer.wait)
		frames = append(frames, answer.frames)
	}
	a.Notes = int64(len(frames))
	a.Reaction, a.ReactionFrames = spreadOf(wait.Spread()), exactSpread(frames)
	return a
}
