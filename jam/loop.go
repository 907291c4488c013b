package jam

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// A StartMode says when frame 0 begins.
type StartMode uint8

// The ways to start.
const (
	StartAtFirstNote StartMode = iota // with the player's first note
	StartAtOnce                       // after the count-in
)

// LoopConfig is what a Loop is made of.
type LoopConfig struct {
	Settings Settings
	Policy   Policy        // the loop's own while it runs; it is reset first
	Output   Output        // used by the loop's goroutine alone
	Inbox    *Queue[Event] // the player's, stamped by Clock
	Clock    Clock

	Start   StartMode
	CountIn int  // beats before frame 0, 0 to 64; with StartAtOnce only
	Click   bool // the count-in is heard on channel 10

	Began chan<- time.Duration // gets the time of frame 0 once it is known; nil, or with room for it

	Frames int64 // length of the jam; 0: until the context ends

	// Lead says how long before each line to wake, so that the policy is done at the line; nil: DefaultLead.
	// It is kept at 1 ms at least and below half a frame.
	Lead func() time.Duration

	Reports []*Queue[FrameReport] // each gets every frame
	Events  []*Queue[Heard]       // each gets every event of the inbox, and what was let go
	Errors  *Queue[error]         // of the policy and the output; the jam goes on; may be nil
}

// DefaultLead is how long before a line the loop wakes where nobody measures.
const DefaultLead = 20 * time.Millisecond

// longLoss is how much time must be lost before sounding notes are let go: by then nobody means them any more.
const longLoss = time.Second

// A Loop plays one jam in real time. It sleeps until shortly before each line, hands the tokens of the frame before to
// the policy, which runs on a thread of its own, and sends the chord at the line. A decision that is not there at the
// line is a miss: what sounds goes on. Frames that the machine slept through are counted and never made up for.
// In a steady jam nothing is allocated.
type Loop struct {
	config LoopConfig
	clock  Clock
	engine *Engine
	worker *worker
	ran    bool

	lead    time.Duration // before the line of the frame to be played, at waking
	step    time.Duration // the policy's for the frame to be played
	skipped int64         // frames lost before the frame to be played
	lost    uint64        // events that the inbox had lost when last asked
	errors  int64
}

// NewLoop makes a loop. The error is one of the settings or says what is missing in the configuration.
func NewLoop(c LoopConfig) (*Loop, error) {
	switch {
	case c.Policy == nil || c.Output == nil || c.Inbox == nil || c.Clock == nil:
		return nil, errors.New("a loop needs a policy, an output, an inbox and a clock")
	case c.CountIn < 0 || c.CountIn > 64:
		return nil, fmt.Errorf("count-in %d beats: must be 0 to 64", c.CountIn)
	case c.Frames < 0:
		return nil, fmt.Errorf("length %d frames: must not be negative", c.Frames)
	}
	engine, err := NewEngine(c.Policy.Vocabulary(), c.Settings, c.Output)
	if err != nil {
		return nil, err
	}
	if c.Lead == nil {
		c.Lead = func() time.Duration { return DefaultLead }
	}
	return &Loop{config: c, clock: c.Clock, engine: engine, worker: newWorker(c.Policy, c.Clock)}, nil
}

// Run plays until the context ends or the jam's length is reached; both are good ends. All notes have been let go when it
// returns. It runs once.
func (l *Loop) Run(ctx context.Context) (Summary, error) {
	if l.ran {
		return Summary{}, errors.New("a loop runs once")
	}
	l.ran = true
	l.config.Policy.Reset()
	defer context.AfterFunc(ctx, l.clock.Wake)()
	workerDone := make(chan struct{})
	go func() {
		defer close(workerDone)
		l.worker.run()
	}()

	// Frame 0 needs nothing of the player, so its decision is made before the start.
	l.ask()
	l.decide(ctx, math.MaxInt64)
	if l.begin(ctx) {
		for (l.config.Frames == 0 || l.engine.Frame() < l.config.Frames) && l.frame(ctx) {
		}
		if ctx.Err() == nil {
			l.wait(ctx, l.engine.Grid().Line(l.engine.Frame()))
		}
	}
	l.drain()
	l.report(l.engine.End())

	close(l.worker.requests)
	<-workerDone // the policy is its caller's again
	summary := l.engine.Summary()
	summary.Lost, summary.Errors = l.lost, l.errors
	return summary, nil
}

// begin sets the start of the grid; false where the context ended before frame 0.
func (l *Loop) begin(ctx context.Context) bool {
	if l.config.Start == StartAtOnce {
		grid := l.engine.Grid() // which begins at 0 so far
		grid.SetStart(l.clock.Now() - grid.Line(int64(-l.config.CountIn*FramesPerBeat)))
		l.began()
		return l.countIn(ctx)
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case e, open := <-l.config.Inbox.C():
			if !open {
				return false
			}
			l.take(e)
			if e.Status&0xF0 == noteOn && e.Data2 > 0 && l.config.Settings.MelodyChannels.Has(e.Status) {
				l.engine.Grid().SetStart(e.At)
				l.began()
				return true
			}
		}
	}
}

// began tells the time of frame 0.
func (l *Loop) began() {
	select {
	case l.config.Began <- l.engine.Grid().Line(0):
	default:
	}
}

// The count-in's clicks: General MIDI's high and low wood block.
const (
	clickChannel  = 10
	clickDownbeat = 76
	clickBeat     = 77
	clickVelocity = 100
)

// countIn clicks the beats before frame 0.
func (l *Loop) countIn(ctx context.Context) bool {
	grid := l.engine.Grid()
	for beat := -l.config.CountIn; beat < 0; beat++ {
		line := int64(beat * FramesPerBeat)
		if l.wait(ctx, grid.Line(line)); ctx.Err() != nil {
			return false
		}
		click := byte(clickBeat)
		if beat%l.config.Settings.BeatsPerBar == 0 {
			click = clickDownbeat
		}
		if l.config.Click {
			l.report(l.config.Output.Send(noteOn|(clickChannel-1), click, clickVelocity))
		}
		l.wait(ctx, grid.Line(line+1))
		if l.config.Click {
			l.report(l.config.Output.Send(noteOff|(clickChannel-1), click, 0))
		}
		l.drain()
	}
	return ctx.Err() == nil
}

// frame plays the next frame; false where the context ended before it.
func (l *Loop) frame(ctx context.Context) bool {
	grid, frame := l.engine.Grid(), l.engine.Frame()
	if frame > 0 {
		l.wait(ctx, grid.Line(frame)-l.leadOf(frame))
		if ctx.Err() != nil {
			return false
		}
		frame = l.listen(frame)
		l.decide(ctx, grid.Line(frame))
	}
	line := grid.Line(frame)
	if l.wait(ctx, line); ctx.Err() != nil {
		return false
	}
	if grid.Current(l.clock.Now()) > frame { // stopped while waiting: nothing is struck so late
		l.engine.Skip()
		l.skipped++
		return true
	}
	report, err := l.engine.Play()
	report.Late = l.clock.Now() - line
	report.Lead, report.Step, report.Skipped = l.lead, l.step, l.skipped
	l.lead, l.step, l.skipped = 0, 0, 0
	l.report(err)
	for _, q := range l.config.Reports {
		q.TrySend(report)
	}
	return true
}

// leadOf is the guard's lead, kept below half a frame: what is nearer to the line before than to this one has then come.
func (l *Loop) leadOf(frame int64) time.Duration {
	return min(max(l.config.Lead(), time.Millisecond), l.engine.Grid().Step(frame-1)*7/16)
}

// listen closes the melody up to the frame and hands it to the policy. It returns the frame to play: a later one where
// the machine was stopped meanwhile.
func (l *Loop) listen(frame int64) int64 {
	grid, now := l.engine.Grid(), l.clock.Now()
	current := max(grid.Current(now), frame)
	tooLong := current > frame && now-grid.Line(frame) > longLoss
	if tooLong {
		l.resync()
	}
	l.drain()
	for ; frame < current; frame++ {
		l.ask()
		l.engine.Skip()
		l.skipped++
	}
	l.ask()
	if tooLong {
		l.report(l.engine.LetGo())
		l.tell(Event{At: l.clock.Now(), Data1: ChordLetGo})
	}
	l.lead = grid.Line(frame) - now
	return frame
}

// ask hands the tokens of the frame before the one to be played to the policy.
func (l *Loop) ask() {
	frame := l.engine.Frame()
	chord, melody := l.engine.Hear()
	l.worker.ask(request{frame, chord, melody})
}

// decide waits for the policy's answer, until the given time at most, and lets the engine decide by it.
func (l *Loop) decide(ctx context.Context, until time.Duration) {
	frame := l.engine.Frame()
	for {
		if a, ok := l.worker.answer(); ok {
			err, mine := a.err, a.frame == frame // or else one that came too late
			if err == nil && mine {
				l.step = a.step
				err = l.engine.Decide(a.logits)
			}
			l.worker.done(a)
			l.report(err)
			if mine {
				return
			}
			continue
		}
		if l.clock.Now() >= until || ctx.Err() != nil {
			return
		}
		l.clock.Wait(until)
	}
}

// wait returns at the given time, or when the context ends.
func (l *Loop) wait(ctx context.Context, until time.Duration) {
	waitUntil(ctx, l.clock, until)
}

// drain takes all that has arrived. Where the inbox had no room for some of it, a key's release may be missing.
func (l *Loop) drain() {
	for n := len(l.config.Inbox.C()); n > 0; n-- {
		e, open := <-l.config.Inbox.C()
		if !open {
			break
		}
		l.take(e)
	}
	if lost := l.config.Inbox.Dropped(); lost != l.lost {
		l.lost = lost
		l.resync()
	}
}

// resync lets the melody go, and tells so.
func (l *Loop) resync() {
	l.engine.Resync()
	l.tell(Event{At: l.clock.Now(), Data1: MelodyLetGo})
}

func (l *Loop) take(e Event) {
	l.engine.Push(e)
	l.tell(e)
}

// tell passes on what was heard.
func (l *Loop) tell(e Event) {
	heard := Heard{l.engine.Frame(), e}
	for _, q := range l.config.Events {
		q.TrySend(heard)
	}
}

// report counts an error and passes it on.
func (l *Loop) report(err error) {
	if err == nil {
		return
	}
	l.errors++
	if l.config.Errors != nil {
		l.config.Errors.TrySend(err)
	}
}
