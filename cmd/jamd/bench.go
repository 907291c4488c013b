package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/live"
	"jamd/midiio"
	"jamd/model"
	"jamd/realtime"
	"jamd/usage"
)

type benchCmd struct {
	For      time.Duration  `default:"30s" placeholder:"DURATION" help:"Length of each arm (${default})."`
	Tempo    float64        `default:"120" placeholder:"BPM" help:"Quarter notes a minute (${default})."`
	Idle     bool           `xor:"arm" help:"Measure on the machine as it is, only."`
	Load     bool           `xor:"arm" help:"Measure under load only: all cores busy, a disk that is written to, garbage collected all the time."`
	Budget   time.Duration  `placeholder:"DURATION" help:"End with exit code 1 where a policy step's 99th percentile is longer, such as 5ms."`
	Compare  string         `placeholder:"FILE" help:"Compare with an earlier run, kept by --json > FILE."`
	JSON     bool           `help:"Print one JSON object."`
	Policy   string         `default:"${policy}" placeholder:"NAME|FILE" help:"Policy to measure (${default})."`
	Provider model.Provider `default:"auto" placeholder:"auto|cpu|cuda" help:"Where the policy runs (${default})."`
	OrtLib   string         `placeholder:"FILE" help:"ONNX Runtime's shared library, as for 'jamd play'."`
}

// The arms of a bench.
const (
	idleArm = "idle"
	loadArm = "load"
)

func (c *benchCmd) Run(ctx context.Context, to console) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	var before *benchResult
	if c.Compare != "" {
		if before, err = readBench(c.Compare); err != nil {
			return asInput(err)
		}
	}
	arms := []string{idleArm, loadArm}
	switch {
	case c.Idle:
		arms = []string{idleArm}
	case c.Load:
		arms = []string{loadArm}
	}
	result := benchResult{Format: benchFormat, Machine: machineHere(), Tempo: c.Tempo}
	for _, arm := range arms {
		if !c.JSON {
			to.Log.Info().Msgf("measuring for %v (%s)", c.For, arm)
		}
		a, err := c.measure(ctx, to, arm, settings, &result)
		if err != nil {
			return err
		}
		if arm == idleArm {
			if !c.JSON {
				to.Log.Info().Msgf("measuring for %v (%s, nobody playing)", min(c.For, idleFor), arm)
			}
			if a.Idle, err = c.idle(ctx); err != nil {
				return err
			}
		}
		result.Arms = append(result.Arms, a)
	}
	if before != nil {
		result.Compared = compare(before, &result)
	}
	if c.JSON {
		err = printJSON(to, result)
	} else {
		result.print(to, before)
	}
	if err != nil {
		return err
	}
	return c.judge(result.Arms)
}

// judge fails where an arm broke the budget.
func (c *benchCmd) judge(arms []armFigures) error {
	for _, a := range arms {
		if over := a.OverBudget; over != nil && *over > 0.01 {
			return fmt.Errorf("budget broken (%s): %.1f %% of the policy's steps took longer than %v (1 %% may); p99 %.2f ms",
				a.Arm, 100**over, c.Budget, a.Step.P99)
		}
	}
	return nil
}

// settings are those of a player who lets chords change on every frame, from the first on.
func (c *benchCmd) settings() (jam.Settings, error) {
	s := jam.DefaultSettings()
	s.Tempo, s.ChordGrid, s.Listen = c.Tempo, jam.GridFrame, 0
	if c.For <= 0 {
		return s, usage.Errorf("--for %v: must be above 0", c.For)
	}
	if c.Budget < 0 {
		return s, usage.Errorf("--budget %v: must not be negative", c.Budget)
	}
	return s, asInput(s.Check())
}

// measure plays one arm and adds what it met to the result: the bundled tune over and over, in real time, through the
// loop of every jam, from and to ports in memory.
func (c *benchCmd) measure(ctx context.Context, to console, arm string, s jam.Settings, result *benchResult) (armFigures, error) {
	l, err := live.Prepare(live.Policies{Library: c.OrtLib, Provider: c.Provider, Log: to.Log}, c.Policy, "", c.Budget, s)
	if err != nil {
		return armFigures{}, err
	}
	defer l.Close()
	l.Config.Output = midiio.NewOut(midiio.NewRecorder(l.Clock.Now))
	result.Policy, result.Provider = l.Policy.Metadata().Name, l.Policy.Provider().String()
	result.Machine.ONNXRuntime = l.Policy.Library().Version

	began := make(chan time.Duration, 1)
	l.Config.Start, l.Config.Began, l.Config.Frames = jam.StartAtOnce, began, framesOf(c.For, s.Tempo)
	events, err := sway(s, l.Config.Frames)
	if err != nil {
		return armFigures{}, err
	}
	entries := jam.NewReader(int(l.Config.Frames) + len(events) + 64) // room for all of them: nobody reads before the end
	l.Config.Readers = []*jam.Reader{entries}
	loop, err := jam.NewLoop(l.Config)
	if err != nil {
		return armFigures{}, asInput(err)
	}
	if arm == loadArm {
		unload, err := loadMachine()
		if err != nil {
			return armFigures{}, err
		}
		defer unload()
	}
	player, leave := context.WithCancel(ctx)
	heard := make(chan []jam.Event, 1)
	go func() {
		var notes []jam.Event
		cable := midiio.NewCable(l.Clock.Now, func(e jam.Event) {
			l.Config.Inbox.TrySend(e)
			notes = append(notes, e)
		})
		live.Perform(player, l.Clock, events, began, func(e jam.Event) { _ = cable.Send(e.Status, e.Data1, e.Data2) })
		heard <- notes
	}()
	seen := make(chan int, 1)
	half := time.AfterFunc(c.For/2, func() { seen <- realTimeThreads() })
	stolen := watchStolen()
	summary, err := loop.Run(ctx)
	taken := stolen()
	leave()
	if err != nil {
		return armFigures{}, err
	}
	if err := ctx.Err(); err != nil {
		return armFigures{}, fmt.Errorf("the measurement was stopped: %w", err)
	}
	entries.Close()
	var reports []jam.FrameReport
	for e := range entries.C() {
		if e.Kind == jam.EntryReport {
			reports = append(reports, e.Report)
		}
	}
	a := newArmFigures(arm, reports, <-heard, c.Budget)
	a.Chords, a.Errors, a.Stolen = summary.Chords, summary.Errors, taken
	if a.RealTimeThreads = -1; !half.Stop() {
		a.RealTimeThreads = <-seen
	}
	return a, nil
}

// sway is the bundled tune, played over and over for some frames by a player who is before and behind the line by turns,
// by 0.4 frames at most.
func sway(s jam.Settings, frames int64) ([]jam.Event, error) {
	tune, err := demoTune(&s.Tempo)
	if err != nil {
		return nil, err
	}
	frame := float64(time.Minute) / s.Tempo / jam.FramesPerBeat
	length := jam.Bars{Meter: s.Meter}.Whole(tune.Frames())
	var events []jam.Event
	for first := int64(0); first < frames; first += length {
		for _, e := range tune.Events {
			e.At += time.Duration(float64(first) * frame)
			e.At += time.Duration(0.4 * frame * math.Sin(float64(e.At)/frame/9)) // a period of 57 frames: no whole bars
			events = append(events, e)
		}
	}
	return events, nil
}

// newArmFigures reads what an arm's reports say, and how the player's notes were answered.
func newArmFigures(arm string, reports []jam.FrameReport, notes []jam.Event, budget time.Duration) armFigures {
	a := armFigures{Arm: arm}
	monitor := latency.NewMonitor(latency.Drops{})
	step, late := latency.NewHistogram(), latency.NewHistogram()
	over := 0
	for _, r := range reports {
		monitor.Add(r)
		late.Add(r.Late)
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

// machineHere says what is measured on.
func machineHere() benchMachine {
	_, rights := realtime.Check()
	return benchMachine{
		CPU: processor(), Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Jamd: version, Rights: rights,
	}
}

// framesOf returns a duration in frames, at least one; 0 stays 0.
func framesOf(d time.Duration, bpm float64) int64 {
	if d == 0 {
		return 0
	}
	return max(1, int64(float64(d)/float64(time.Minute)*bpm*jam.FramesPerBeat+0.5))
}
