package jam

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// A StartMode says when frame 0 begins.
type StartMode uint8

// The ways to start.
const (
	StartAtFirstNote StartMode = iota // with the player's first note
	StartAtOnce                       // after the count-in
)

// A Duty is what a thread of a jam is there for.
type Duty uint8

// The duties.
const (
	DutyTime   Duty = iota // to wake before each line and to send at it
	DutyPolicy             // to run a policy within the time that the lead gives it
)

// LoopConfig is what a Loop is made of.
type LoopConfig struct {
	Settings Settings
	Policy   Policy        // the loop's own while it runs; it is reset first
	Faster   Policy        // plays in the policy's place where the guard asks for it; may be nil
	Name     string        // of the policy, for the reports
	Output   Output        // used by the loop's goroutine alone
	Inbox    *Queue[Event] // the player's, stamped by Clock
	Clock    Clock

	Start     StartMode
	CountIn   int       // beats before frame 0, 0 to 64; with StartAtOnce only
	Click     bool      // the count-in is heard on channel 10
	Transport Transport // starts, stops and places the jam, in place of Start and CountIn; may be nil
	ClockOut  Output    // gets MIDI clock; may be nil, and is where there is a Transport

	Began chan<- time.Duration // gets the time of frame 0 once it is known; nil, or with room for it

	Frames int64 // length of the jam; 0: until the context ends

	// Guard gives the orders of each frame and sees how it went; nil: DefaultLead, RungFull. The lead is kept at 1 ms at
	// least, and so that lead and offset stay below half a frame.
	Guard Guard

	// Thread, if set, is called first thing on each thread that a jam depends on, to give it its priority. The thread is
	// the duty's alone, and ends with it.
	Thread func(Duty)

	// Release, if set, is called once with each policy that the loop is done with: Policy, Faster and those of controls,
	// the last before Run returns. It is called on goroutines of their own.
	Release func(Policy)

	Controls *Queue[Control]       // from the next frame on; a panic at once; may be nil
	Applied  []*Queue[Applied]     // each gets every control that was done
	Reports  []*Queue[FrameReport] // each gets every frame
	Events   []*Queue[Heard]       // each gets every event of the inbox
	Segments []*Queue[Moved]       // each gets every new stretch of the grid, the first when the start is known
	Errors   *Queue[error]         // of the policy, the output and controls; the jam goes on; may be nil
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
	output *stamped // the engine's
	cast   cast
	ran    bool
	open   bool // the player is heard: until the first note, where that starts the jam, the inbox is begin's

	segment   Segment // of the grid, in which the frame to be played is
	coming    Segment // that follows it; as segment where none does
	transport rolling
	pulses    pulses
	controls  waiting
	taps      Tapper

	orders  Orders
	woke    time.Duration // before the line of the frame to be played; 0 where it was decided before the start
	news    news          // since the last frame was listened for
	told    news          // what the frame to be played could know
	step    time.Duration // the policy's for the frame to be played
	since   int64         // the first frame that it remembered then
	voice   time.Duration // laying it out
	behind  int64         // frames that the policy had still to go through
	failed  bool          // the policy, at this frame
	skipped int64         // frames lost before the frame to be played
	last    FrameReport   // the guard's to see
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
	case c.Transport != nil && c.ClockOut != nil:
		return nil, errors.New("a jam follows a clock or sends one, not both")
	}
	if c.Guard == nil {
		c.Guard = unguarded{}
	}
	l := &Loop{config: c, clock: c.Clock, output: &stamped{to: c.Output, clock: c.Clock}}
	var err error
	if l.engine, err = NewEngine(c.Policy.Vocabulary(), c.Settings, l.output); err != nil {
		return nil, err
	}
	l.cast.init(c)
	l.pulses.out = c.ClockOut
	c.Inbox.Wakes(c.Clock)
	if c.Controls != nil {
		c.Controls.Wakes(c.Clock)
	}
	return l, nil
}

// unguarded is the guard of a loop that was given none.
type unguarded struct{}

func (unguarded) Orders(time.Duration) Orders { return Orders{Lead: DefaultLead} }
func (unguarded) Saw(*FrameReport)            {}

// Run plays until the context ends or the jam's length is reached; both are good ends. All notes have been let go when it
// returns. It runs once.
func (l *Loop) Run(ctx context.Context) (Summary, error) {
	if l.ran {
		return Summary{}, errors.New("a loop runs once")
	}
	l.ran = true
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
	l.cast.end() // the policies are their owner's again
	l.refuseControls()
	summary := l.engine.Summary()
	summary.Lost, summary.Errors = l.lost, l.errors
	return summary, nil
}

func (l *Loop) play(ctx context.Context) {
	l.cast.start()
	if l.config.Transport == nil {
		// Frame 0 needs nothing of the player, so its decision is made before the start.
		l.ask()
		l.decide(ctx, forever)
	}
	if l.begin(ctx) {
		for (l.config.Frames == 0 || l.engine.Frame() < l.config.Frames) && l.frame(ctx) {
		}
		if ctx.Err() == nil {
			l.wait(ctx, l.due(l.engine.Frame()))
		}
	}
	l.drain()
	l.report(l.engine.End())
	l.report(l.pulses.stop())
}

// frame plays the next frame; false where the context ended before it.
func (l *Loop) frame(ctx context.Context) bool {
	if !l.engine.heard {
		frame := l.engine.Frame()
		l.order(frame)
		if l.wait(ctx, l.due(frame)-l.orders.Lead); ctx.Err() != nil {
			return false
		}
		if !l.follow(ctx) {
			return ctx.Err() == nil // the line is elsewhere now
		}
		frame = l.listen(frame)
		l.decide(ctx, l.due(frame)+l.transport.grace)
		l.transport.grace = 0
	}
	frame := l.engine.Frame()
	if l.wait(ctx, l.due(frame)); ctx.Err() != nil {
		return false
	}
	if l.current() > frame { // stopped while waiting: nothing is struck so late
		l.engine.Skip()
		l.skipped++
		return true
	}
	l.sound(frame)
	return true
}

// order asks the guard for the orders of the frame to be played.
func (l *Loop) order(frame int64) {
	step := l.length(frame)
	l.orders = l.config.Guard.Orders(step)
	most := step*7/16 - max(l.offset(frame), 0) // what is nearer to the line before than to this one has then come
	l.orders.Lead = max(min(l.orders.Lead, most), time.Millisecond)
}

// offset is how much earlier than its line a frame is sent, for a synth that sounds late.
func (l *Loop) offset(frame int64) time.Duration {
	wanted := time.Duration(l.engine.settings.Offset * float64(time.Millisecond))
	return min(wanted, l.length(frame)*7/16-time.Millisecond)
}

// length is the time that is there for a frame: that of the one before it, or its own where that is less or where there is
// none before it, as the grid was moved.
func (l *Loop) length(frame int64) time.Duration {
	before, own := l.engine.Grid().Step(frame-1), l.engine.Grid().Step(frame)
	if before <= 0 {
		return own
	}
	return min(before, own)
}

// due is when a frame is sent.
func (l *Loop) due(frame int64) time.Duration { return l.engine.Grid().Line(frame) - l.offset(frame) }

// current is the frame that was due last.
func (l *Loop) current() int64 {
	return l.engine.Grid().Current(l.clock.Now() + l.offset(l.engine.Frame()))
}

// listen closes the melody up to the frame and hands it to the policy. It returns the frame to play: a later one where
// the machine was stopped meanwhile.
func (l *Loop) listen(frame int64) int64 {
	current, now := max(l.current(), frame), l.clock.Now()
	tooLong := current > frame && now-l.due(frame) > longLoss
	l.drain()
	for ; frame < current; frame++ {
		l.ask()
		l.engine.Skip()
		l.skipped++
	}
	l.applyControls()
	l.change(frame)
	l.told = l.news
	l.news.next()
	l.ask()
	if tooLong {
		l.letGo()
	}
	l.woke = l.due(frame) - now
	return frame
}

// change lets another policy play from the frame on, where one is to and has caught up.
func (l *Loop) change(frame int64) {
	brought := l.cast.fresh
	p, err := l.cast.next(frame, l.orders.Rung)
	l.report(err)
	if p == nil {
		return
	}
	l.engine.Swap(p.vocabulary)
	if p == brought {
		tell(l.config.Applied, Applied{frame, l.cast.control})
	}
}

// ask hands the tokens of the frame before the one to be played to the policy.
func (l *Loop) ask() {
	frame := l.engine.Frame()
	chord, melody, place := l.engine.Hear()
	l.behind = l.cast.ask(request{frame, chord, melody, place})
}

// decide waits for the policy's answer, until the given time at most, and lets the engine decide by it.
func (l *Loop) decide(ctx context.Context, until time.Duration) {
	frame := l.engine.Frame()
	worker := l.cast.playing.worker
	for {
		if a, ok := worker.answer(); ok {
			err, mine := a.err, a.frame == frame // or else one that came too late
			if err == nil && mine {
				l.step, l.since = a.step, a.since
				err = l.voiced(a.logits)
			}
			worker.done(a)
			l.report(err)
			if mine {
				l.failed = err != nil
				return
			}
			continue
		}
		if l.clock.Now() >= until || ctx.Err() != nil {
			return
		}
		l.pause(until)
	}
}

// voiced decides by the policy's logits, or against them where the guard has the chord held or the jam stands.
func (l *Loop) voiced(logits []float32) (err error) {
	began := l.clock.Now()
	if l.orders.Rung == RungHold || l.engine.decided {
		l.engine.Keep()
	} else {
		err = l.engine.Decide(logits)
	}
	l.voice = l.clock.Now() - began
	return err
}

// sound plays the frame at its line and tells of it.
func (l *Loop) sound(frame int64) {
	due := l.due(frame)
	if frame >= l.coming.Frame {
		l.segment = l.coming
	}
	l.output.n = 0
	r, err := l.engine.Play()
	r.Late, r.Send = l.clock.Now()-due, l.output.took()
	r.Lead, r.Step, r.Voice, r.Skipped = l.woke, l.step, l.voice, l.skipped
	r.Arrival, r.Age = l.told.arrival, l.told.age(r.Line)
	r.Failed, r.Behind = r.Missed && l.failed, l.behind
	r.Tempo, r.Rung, r.Policy = l.segment.BPM, l.orders.Rung, l.cast.playing.name
	r.Faster, r.Since = l.cast.playing == l.cast.faster, l.since
	l.woke, l.step, l.since, l.voice, l.failed, l.skipped, l.behind = 0, 0, 0, 0, false, 0, 0
	l.report(err)
	l.last = r // the loop's own, so that showing it allocates nothing
	l.config.Guard.Saw(&l.last)
	tell(l.config.Reports, r)
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
	if l.open {
		l.drain()
	}
	l.takeControls()
	l.heed()
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

func tell[T any](queues []*Queue[T], v T) {
	for _, q := range queues {
		q.TrySend(v)
	}
}
