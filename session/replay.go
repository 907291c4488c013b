package session

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"jamd/jam"
)

// Replaying says how a session is played again.
type Replaying struct {
	Policy jam.Policy // it is reset first
	Output jam.Output // nil: nothing is sent
	Missed bool       // frames that were missed are missed again; else the policy is always in time
}

// A Replayed is a frame of a replay.
type Replayed struct {
	Logged  *jam.FrameReport // nil where the log has none: its line is lost, or the frame was skipped
	Report  jam.FrameReport  // of the replay; only its Frame and Line where it was skipped
	Skipped bool             // the machine stood still, as in the jam
	Gone    int              // lines that could not be read so far
}

// Same reports whether the replay did in this frame what the jam did.
func (r *Replayed) Same() bool {
	if r.Logged == nil {
		return true
	}
	a, b := r.Logged, &r.Report
	return a.Melody == b.Melody && a.Chosen == b.Chosen && a.Sounded == b.Sounded && a.Symbol == b.Symbol &&
		a.Began == b.Began && a.Listening == b.Listening && a.Voicing == b.Voicing
}

// ahead is how many frames of the log are read before the first of them is played again: lines of two kinds may have
// changed places where the disk was slow.
const ahead = 256

// maxGap bounds the frames that a log may leave out at once: a day and a half at 120 BPM.
const maxGap = 1 << 20

// Replay plays the jam again, frame by frame, as fast as it is asked for: the player's events, the controls and the stretches
// of the grid reach the engine as they did in the jam, in bounded memory. The policy hears what the replay sounds. An error
// is of the log's file, the settings or the policy, and the last. The policy is the caller's again when the iteration ends.
func (r *Record) Replay(o Replaying) iter.Seq2[Replayed, error] {
	return func(yield func(Replayed, error) bool) {
		if o.Output == nil {
			o.Output = silent{}
		}
		engine, err := jam.NewEngine(o.Policy.Vocabulary(), r.Manifest.Settings, o.Output)
		if err != nil {
			yield(Replayed{}, err)
			return
		}
		o.Policy.Reset()
		next, stop := iter.Pull2(r.Lines())
		defer stop()
		p := &replay{Replaying: o, engine: engine, next: next, yield: yield}
		if err := p.run(); err != nil && !errors.Is(err, errStop) {
			yield(Replayed{}, err)
		}
	}
}

// errStop says that nobody wants more frames.
var errStop = errors.New("stop")

// A replay is one that is under way.
type replay struct {
	Replaying
	engine *jam.Engine
	next   func() (Line, error, bool)
	yield  func(Replayed, error) bool

	// What was read and is still to come.
	frames   []jam.FrameReport
	heard    []jam.Heard
	applied  []jam.Applied
	segments []jam.Segment
	gone     int // lines that could not be read
	over     bool

	placed bool // the grid has its start
	letGo  bool // the chord is let go in this frame
}

func (p *replay) run() error {
	for {
		if err := p.read(); err != nil {
			return err
		}
		if len(p.frames) == 0 {
			break
		}
		logged := p.frames[0]
		p.frames = p.frames[1:]
		if logged.Frame < p.engine.Frame() {
			continue // it is there twice
		}
		if logged.Frame-p.engine.Frame() > maxGap {
			return fmt.Errorf("the log leaves out all between frame %d and frame %d", p.engine.Frame(), logged.Frame)
		}
		for left := logged.Frame - p.engine.Frame(); left > 0; left-- {
			if err := p.play(&logged, left <= logged.Skipped); err != nil {
				return err
			}
		}
		if err := p.play(&logged, false); err != nil {
			return err
		}
	}
	return p.engine.End()
}

// read fills what is still to come.
func (p *replay) read() error {
	for !p.over && len(p.frames) < ahead {
		line, err, more := p.next()
		if !more {
			p.over = true
			return nil
		}
		if err != nil {
			var bad *LineError
			if !errors.As(err, &bad) {
				return err
			}
			p.gone++
		}
		switch e := line.Entry.(type) {
		case jam.FrameReport:
			p.frames = append(p.frames, e)
		case jam.Heard:
			p.heard = append(p.heard, e)
		case jam.Applied:
			p.applied = append(p.applied, e)
		case jam.Segment:
			p.segments = append(p.segments, e)
		}
	}
	return nil
}

// play plays the engine's next frame: that of the report, or one before it.
func (p *replay) play(logged *jam.FrameReport, skipped bool) error {
	t := p.engine.Frame()
	if err := p.place(t, logged); err != nil {
		return err
	}
	p.apply(t)
	p.push(t, logged.Line-logged.Lead)
	logits, err := p.Policy.Step(p.engine.Hear())
	if err != nil {
		return fmt.Errorf("the policy at frame %d: %w", t, err)
	}
	if p.letGo {
		p.letGo = false
		if err := p.engine.LetGo(); err != nil {
			return err
		}
	}
	out := Replayed{Skipped: skipped, Gone: p.gone}
	if skipped {
		out.Report = jam.FrameReport{Frame: t, Line: p.engine.Grid().Line(t)}
		p.engine.Skip()
		return p.give(out)
	}
	if logged.Frame == t {
		out.Logged = logged
	}
	if missed := out.Logged != nil && logged.Missed; !missed || !p.Missed {
		if err := p.engine.Decide(logits); err != nil {
			return fmt.Errorf("the policy at frame %d: %w", t, err)
		}
	}
	if out.Report, err = p.engine.Play(); err != nil {
		return err
	}
	return p.give(out)
}

func (p *replay) give(r Replayed) error {
	if !p.yield(r, nil) {
		return errStop
	}
	return nil
}

// place moves the grid to where it was before the decision on a frame. Where the log does not say where it begins, its first
// report does.
func (p *replay) place(t int64, logged *jam.FrameReport) error {
	grid := p.engine.Grid()
	for len(p.segments) > 0 && p.segments[0].Frame <= t {
		s := p.segments[0]
		p.segments = p.segments[1:]
		if err := grid.SetTempo(s.Frame, s.BPM); err != nil {
			return err
		}
		if s.Frame == 0 {
			grid.SetStart(s.At)
			p.placed = true
		}
	}
	if !p.placed {
		grid.SetStart(logged.Line - (grid.Line(logged.Frame) - grid.Line(0)))
		p.placed = true
	}
	return nil
}

// apply sets what was set before the decision on a frame.
func (p *replay) apply(t int64) {
	for len(p.applied) > 0 && p.applied[0].Frame <= t {
		p.applied = p.applied[1:]
	}
}

// push takes the events that the loop took before the decision on a frame. Of those that nobody noted the frame of, it took
// what had arrived when it woke.
func (p *replay) push(t int64, woke time.Duration) {
	later := p.heard[:0]
	for _, h := range p.heard {
		switch {
		case h.Frame > t, h.Frame == jam.UnknownFrame && (t == 0 || h.At > woke):
			later = append(later, h)
		case h.Status != 0:
			p.engine.Push(h.Event)
		case h.Data1 == jam.ChordLetGo:
			p.letGo = true
		default:
			p.engine.Resync()
		}
	}
	p.heard = later
}

// silent is the output of nothing.
type silent struct{}

func (silent) Send(_, _, _ byte) error { return nil }

// A Comparison tells how a replay went beside the jam.
type Comparison struct {
	Frames  int64     // compared
	Unknown int64     // frames whose report is lost, and those that the machine slept through
	Apart   float32   // the most that the probabilities of the same choice differ by
	Parting *Replayed // the first frame in which the replay does something else, which ends it; nil where there is none
	Gone    int       // lines that could not be read
}

// Compare plays the jam again with its own misses, and compares each frame, up to the first that differs.
func (r *Record) Compare(ctx context.Context, p jam.Policy) (Comparison, error) {
	var c Comparison
	for frame, err := range r.Replay(Replaying{Policy: p, Missed: true}) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return c, err
		}
		c.Gone = frame.Gone
		if frame.Logged == nil {
			c.Unknown++
			continue
		}
		c.Frames++
		if !frame.Same() {
			c.Parting = &frame
			return c, nil
		}
		c.Apart = max(c.Apart, frame.Logged.Prob-frame.Report.Prob, frame.Report.Prob-frame.Logged.Prob)
	}
	return c, nil
}
