package jam

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// longLoss is the length of a stop of the machine after which the loop ends what sounds, because nobody wants those notes any
// more.
const longLoss = time.Second

// A Loop plays one jam in real time. It sleeps until shortly before each line, gives the tokens of the last frame to the policy,
// which runs on its own thread, and sends the chord at the line. If the decision is not ready at the line, the frame is missed
// and what sounds continues. Frames lost while the machine was stopped are counted, and not played late. A steady jam allocates
// nothing.
type Loop struct {
	config   LoopConfig
	clock    Clock
	engine   *Engine
	output   *stamped // the engine's output
	policies policies
	phase    loopPhase

	startFrame int64         // the jam's first frame: 0, unless an external clock started within a bar
	startLine  time.Duration // its line

	newest    Segment       // the last segment that was sent to readers
	tempo     []TempoChange // the tune's tempo changes that readers have not been sent
	meters    []MeterChange // the tune's changes of meter still to come
	transport transportState
	player    playerState
	pulses    pulses
	controls  *Controls
	asksSeen  uint64                   // requests seen by takeControls
	asked     [paramCount]askedControl // buffer for the controls of one frame
	taps      tapper

	orders   Orders
	woke     time.Duration // how long before the next frame's line the loop woke; 0 if the frame was decided before the start
	arrivals arrivals      // since the last frame was closed
	known    arrivals      // what the decision on the next frame can take into account
	step     time.Duration // duration of the policy's step for the next frame
	since    int64         // the first frame that the policy remembered in that step
	voice    time.Duration // duration of choosing and voicing the chord
	behind   int64         // frames that the policy had not processed yet
	failed   bool          // the policy returned an error for this frame
	skipped  int64         // frames lost just before the next frame
	last     FrameReport   // for the guard to read
	lost     uint64        // events that the inbox had dropped when the loop last looked
	errors   int64
}

// A loopPhase says how far a loop is with its jam.
type loopPhase uint8

const (
	loopNew     loopPhase = iota
	loopWaiting           // for the start; before a start at the first note, only firstNote reads the inbox
	loopPlaying           // events are taken as they arrive
)

// NewLoop makes a loop. It returns an error if a setting is out of range, or the configuration lacks something or contradicts
// itself.
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
		return nil, errors.New("a jam runs on an external clock or sends one, not both")
	case c.Transport != nil && c.Player != nil:
		return nil, errors.New("a jam runs on an external clock or follows its player, not both")
	case c.Player != nil && len(c.Tempo)+len(c.Meters) > 0:
		return nil, errors.New("a jam follows its player or plays with a tune, not both")
	case c.Transport != nil && len(c.Tempo)+len(c.Meters) > 0:
		return nil, errors.New("a jam runs on an external clock or plays with a tune, not both")
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
	if l.player.times = c.Player; c.Player != nil {
		c.Player.wakeOn(c.Clock)
	}
	if l.controls = c.Controls; l.controls == nil {
		l.controls = NewControls()
	}
	l.controls.wake(c.Clock)
	return l, nil
}

// Run plays until ctx ends or the jam reaches its length; neither is an error. When it returns, no note sounds. Run may be called
// once.
func (l *Loop) Run(ctx context.Context) (Summary, error) {
	if l.phase != loopNew {
		return Summary{}, errors.New("a loop runs once")
	}
	l.phase = loopWaiting
	defer context.AfterFunc(ctx, l.clock.Wake)()
	var playing sync.WaitGroup
	playing.Go(func() {
		runtime.LockOSThread() // never unlocked, so the thread and its priority end with the jam
		if l.config.Thread != nil {
			l.config.Thread(DutyTime)
		}
		onFullStack(func() { l.play(ctx) })
	})
	playing.Wait()
	l.policies.end() // from here on the policies are the caller's again
	l.releaseAsked()
	summary := l.engine.Summary()
	summary.Lost, summary.Errors = l.lost, l.errors
	return summary, nil
}

func (l *Loop) play(ctx context.Context) {
	l.policies.start()
	if l.config.Transport == nil && !l.findsBeat() {
		// Frame 0 depends on nothing that the player does, so it is decided before the start.
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

// findsBeat reports whether the jam begins when the player's beat has been found.
func (l *Loop) findsBeat() bool {
	return l.player.times != nil && l.config.Start == StartAtFirstNote &&
		!l.config.Settings.HoldTempo && !l.config.PlayerLater
}

// over reports whether the jam has reached its length.
func (l *Loop) over() bool {
	return jamIsOver(l.config.Frames, l.config.Length, l.engine.Grid(), l.startLine, l.startFrame, l.engine.Frame())
}

// jamIsOver reports whether a jam that began with frame first, at the line start, ends before frame. It ends after the given
// number of frames, or at the line nearest to length after the start; 0 sets no limit. A jam has at least one frame.
func jamIsOver(frames int64, length time.Duration, grid *Grid, start time.Duration, first, frame int64) bool {
	return frames > 0 && frame >= frames || length > 0 && frame > first && frame >= grid.Nearest(start+length)
}

// wait returns at the given time, or when the context ends.
func (l *Loop) wait(ctx context.Context, until time.Duration) {
	for l.clock.Now() < until && ctx.Err() == nil {
		l.pause(until)
	}
}

// pause returns at the given time or earlier. It does what cannot wait for the next frame: it takes the player's events, handles
// a panic, sends clock pulses, and ends what sounds when an external clock stops.
func (l *Loop) pause(until time.Duration) {
	until = min(until, l.pulses.due(l.engine.Grid()))
	l.clock.Wait(until)
	if l.clock.Now()-until > longLoss { // the machine was stopped, but the player was not
		l.resync()
	}
	l.report(l.pulses.send(l.engine.Grid(), l.clock.Now()))
	if l.phase == loopPlaying {
		l.drain()
	}
	l.takeControls()
	l.stopWithTransport()
}

// report counts an error and sends it to the readers. nil does nothing.
func (l *Loop) report(err error) {
	if err == nil {
		return
	}
	l.errors++
	l.tell(&Entry{Kind: EntryError, Err: err})
}

// tell sends an entry to every reader.
func (l *Loop) tell(e *Entry) {
	for _, r := range l.config.Readers {
		r.trySend(e)
	}
}
