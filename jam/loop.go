package jam

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// longLoss is how much time must be lost before sounding notes are let go: by then nobody means them any more.
const longLoss = time.Second

// A Loop plays one jam in real time. It sleeps until shortly before each line, hands the tokens of the frame before to
// the policy, which runs on a thread of its own, and sends the chord at the line. A decision that is not there at the
// line is a miss: what sounds goes on. Frames that the machine slept through are counted and never made up for.
// In a steady jam nothing is allocated.
type Loop struct {
	config   LoopConfig
	clock    Clock
	engine   *Engine
	output   *stamped // the engine's
	policies policies
	phase    loopPhase

	startFrame int64         // the jam's first frame: 0, unless the clock that is followed began within a bar
	startLine  time.Duration // its line

	coming    Segment       // the newest stretch of the grid that was told of
	tempo     []TempoChange // of the tune, to be told of
	meters    []MeterChange // of the tune, to come
	transport transportState
	pulses    pulses
	controls  *Controls
	asked     [paramCount]askedControl // room for those of one frame
	taps      tapper

	orders   Orders
	woke     time.Duration // before the line of the frame to be played; 0 where it was decided before the start
	arrivals arrivals      // since the last frame was listened for
	known    arrivals      // what the frame to be played could know
	step     time.Duration // the policy's for the frame to be played
	since    int64         // the first frame that it remembered then
	voice    time.Duration // laying it out
	behind   int64         // frames that the policy had still to go through
	failed   bool          // the policy, at this frame
	skipped  int64         // frames lost before the frame to be played
	last     FrameReport   // the guard's to see
	lost     uint64        // events that the inbox had lost when last asked
	errors   int64
}

// A loopPhase is how far a loop is with its jam.
type loopPhase uint8

const (
	loopNew     loopPhase = iota
	loopWaiting           // for the start: if that is the first note, the inbox is firstNote's
	loopPlaying           // what the player plays is heard as it comes
)

// NewLoop makes a loop. The error is one of the settings or says what is missing in the configuration.
func NewLoop(c LoopConfig) (*Loop, error) {
	switch {
	case c.Policy == nil || c.Output == nil || c.Inbox == nil || c.Clock == nil:
		return nil, errors.New("a loop needs a policy, an output, an inbox and a clock")
	case c.CountIn < 0 || c.CountIn > 64:
		return nil, fmt.Errorf("count-in %d beats: must be 0 to 64", c.CountIn)
	case c.Frames < 0:
		return nil, fmt.Errorf("length %d frames: must not be negative", c.Frames)
	case c.Length < 0:
		return nil, fmt.Errorf("length %v: must not be negative", c.Length)
	case c.Transport != nil && c.ClockOut != nil:
		return nil, errors.New("a jam follows a clock or sends one, not both")
	case c.Transport != nil && len(c.Tempo)+len(c.Meters) > 0:
		return nil, errors.New("a jam follows a clock or a tune, not both")
	}
	if c.Guard == nil {
		c.Guard = unguarded{}
	}
	l := &Loop{config: c, clock: c.Clock, output: &stamped{to: c.Output, clock: c.Clock}}
	var err error
	if l.engine, err = NewEngine(c.Policy.Vocabulary(), c.Settings, l.output); err != nil {
		return nil, err
	}
	if err := l.setTune(c.Tempo, c.Meters); err != nil {
		return nil, err
	}
	l.policies.init(c)
	l.pulses.out = c.ClockOut
	c.Inbox.wakeOn(c.Clock)
	if l.controls = c.Controls; l.controls == nil {
		l.controls = NewControls()
	}
	l.controls.wake(c.Clock)
	return l, nil
}

// Run plays until the context ends or the jam's length is reached; both are good ends. All notes have been let go when it
// returns. It runs once.
func (l *Loop) Run(ctx context.Context) (Summary, error) {
	if l.phase != loopNew {
		return Summary{}, errors.New("a loop runs once")
	}
	l.phase = loopWaiting
	defer context.AfterFunc(ctx, l.clock.Wake)()
	var playing sync.WaitGroup
	playing.Go(func() {
		runtime.LockOSThread() // and never unlocked: the thread and its priority end with the jam
		if l.config.Thread != nil {
			l.config.Thread(DutyTime)
		}
		l.play(ctx)
	})
	playing.Wait()
	l.policies.end() // they are their owner's again
	l.releaseAsked()
	summary := l.engine.Summary()
	summary.Lost, summary.Errors = l.lost, l.errors
	return summary, nil
}

func (l *Loop) play(ctx context.Context) {
	l.policies.start()
	if l.config.Transport == nil {
		// Frame 0 needs nothing of the player, so its decision is made before the start.
		l.ask()
		l.decide(ctx, forever)
	}
	if l.begin(ctx) {
		for !l.over() && l.frame(ctx) {
		}
		if ctx.Err() == nil {
			l.wait(ctx, l.due(l.engine.Frame()))
		}
	}
	l.drain()
	l.report(l.engine.End())
	l.report(l.pulses.stop())
}

// over reports whether the jam has reached its length.
func (l *Loop) over() bool {
	return jamIsOver(l.config.Frames, l.config.Length, l.engine.Grid(), l.startLine, l.startFrame, l.engine.Frame())
}

// jamIsOver reports whether a jam that began at the line start of frame first ends before a frame: after so many frames,
// or at the line that is nearest to so long after the start. A jam has one frame at least; 0 sets no end.
func jamIsOver(frames int64, length time.Duration, grid *Grid, start time.Duration, first, frame int64) bool {
	return frames > 0 && frame >= frames || length > 0 && frame > first && frame >= grid.Nearest(start+length)
}

// wait returns at the given time, or when the context ends.
func (l *Loop) wait(ctx context.Context, until time.Duration) {
	for l.clock.Now() < until && ctx.Err() == nil {
		l.pause(until)
	}
}

// pause returns at the given time or sooner, and does what cannot wait for the next frame: what the player plays is
// taken, a panic done, a pulse sent, and all let go where the clock that is followed stands.
func (l *Loop) pause(until time.Duration) {
	until = min(until, l.pulses.due(l.engine.Grid()))
	l.clock.Wait(until)
	if l.clock.Now()-until > longLoss { // the machine was stopped, and the player's hands were not
		l.resync()
	}
	l.report(l.pulses.send(l.engine.Grid(), l.clock.Now()))
	if l.phase == loopPlaying {
		l.drain()
	}
	l.takeControls()
	l.stopWithTransport()
}

// report counts an error and passes it on.
func (l *Loop) report(err error) {
	if err == nil {
		return
	}
	l.errors++
	l.tell(Entry{Kind: EntryError, Err: err})
}

// tell tells every reader.
func (l *Loop) tell(e Entry) {
	for _, r := range l.config.Readers {
		r.TrySend(e)
	}
}
