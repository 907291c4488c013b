package session

import (
	"errors"
	"fmt"
	"iter"

	"jamd/jam"
)

// Replaying configures [Record.Replay].
type Replaying struct {
	Policy jam.Policy // reset first
	Output jam.Output // nil to send nothing
	Missed bool       // miss the frames again that were missed in the jam; otherwise the policy is always in time

	// Load returns the other policies that played: the faster variant, and those that replaced the first one during the jam,
	// whose hashes are not known. The caller owns them again when the iteration ends. If Load is nil, Policy plays throughout.
	Load func(Policy) (jam.Policy, error)
}

// A Replayed is one frame of a replay.
type Replayed struct {
	Logged  *jam.FrameReport // the jam's report; nil if its line is lost or the frame was skipped
	Report  jam.FrameReport  // the replay's report; for a skipped frame only Frame and Line
	Skipped bool             // the machine was stopped in this frame of the jam
	Gone    int              // number of unreadable lines so far
}

// Same reports whether the frame is the same in the replay as in the jam. A frame without a logged report counts as the same.
func (r *Replayed) Same() bool {
	if r.Logged == nil {
		return true
	}
	a, b := r.Logged, &r.Report
	return a.Melody == b.Melody && a.Chosen == b.Chosen && a.Sounded == b.Sounded && a.Symbol == b.Symbol &&
		a.Began == b.Began && a.Listening == b.Listening && a.Voicing == b.Voicing && a.Notes == b.Notes
}

// ahead is how many frames of the log are read before the first of them is replayed. In older logs, a slow disk could change the
// order of lines of different types.
const ahead = 256

// maxGap is the largest number of frames that may be missing in a row: a day and a half at 120 BPM.
const maxGap = 1 << 20

// Replay replays the jam frame by frame, as fast as the caller iterates, in bounded memory. The player's events, the controls and
// the segments of the grid reach the engine as they did in the jam. The policy gets what sounds in the replay. An error of the
// log file, the settings or a policy ends the iteration. The caller owns the policy again when the iteration ends.
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
		policies, err := r.policies(o)
		if err != nil {
			yield(Replayed{}, err)
			return
		}
		next, stop := iter.Pull2(r.Lines())
		defer stop()
		p := &replay{Replaying: o, old: r.Manifest.Format == format1, engine: engine, policies: policies, next: next, yield: yield}
		if err := p.run(); err != nil && !errors.Is(err, errStop) {
			yield(Replayed{}, err)
		}
	}
}

// errStop says that the caller has stopped iterating.
var errStop = errors.New("stop")

// A replay is the state of a replay in progress.
type replay struct {
	Replaying
	old      bool // version 1
	engine   *jam.Engine
	policies *replayPolicies
	next     func() (Line, error, bool)
	yield    func(Replayed, error) bool

	// Entries that were read from the log and not replayed yet.
	frames  []jam.FrameReport
	before  []Entry       // of type jam.Input and jam.LoopAction, and jam.Applied of before the first report, in order
	applied []jam.Applied // the later ones
	moved   []jam.Moved
	meters  []jam.MeterChange
	gone    int // number of unreadable lines
	over    bool

	began    bool // the start of the grid was read
	reported bool // a frame's report was read
	placed   bool // the start of the grid is set
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
		if logged.Frame-p.engine.Frame() > maxGap {
			return fmt.Errorf("the log has nothing between frame %d and frame %d", p.engine.Frame(), logged.Frame)
		}
		for p.engine.Frame() <= logged.Frame { // a second report of a frame is skipped
			if err := p.play(&logged); err != nil {
				return err
			}
		}
	}
	return p.engine.End()
}

// read reads ahead in the log.
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
			p.frames, p.reported = append(p.frames, e), true
		case jam.Input, jam.LoopAction:
			p.before = append(p.before, e)
		case jam.Applied:
			switch {
			case e.Param == jam.ParamPanic: // the log also has a jam.LoopAction for it
			case !p.reported: // in the order of the log: what is set when a key is played decides whether it is melody
				p.before = append(p.before, e)
				if !p.began && e.Frame == 1 && (e.Param == jam.ParamSwing || e.Param == jam.ParamSwingPercent) { // set while the jam waited
					if err := p.set(e.Control); err != nil { // so frame 0 begins a pair that swings
						return err
					}
				}
			default:
				p.applied = append(p.applied, e)
			}
		case jam.Moved:
			p.moved, p.began = append(p.moved, e), true
		case jam.MeterChange:
			p.meters = append(p.meters, e)
		}
	}
	return nil
}

// play plays the engine's next frame: that of the logged report, or one before it.
func (p *replay) play(logged *jam.FrameReport) error {
	if err := p.repeat(logged); err != nil {
		return err
	}
	t := p.engine.Frame()
	if t > logged.Frame {
		return nil // the song jumped past it
	}
	if err := p.apply(t); err != nil {
		return err
	}
	logits, err := p.ask()
	if err != nil {
		return err
	}
	left := logged.Frame - t
	for _, e := range p.before {
		if a, ok := e.(jam.LoopAction); ok && a.Frame < logged.Frame {
			left -= a.Frames
		}
	}
	out := Replayed{Skipped: t < logged.Frame && left <= logged.Skipped, Gone: p.gone}
	if out.Skipped {
		out.Report = jam.FrameReport{Frame: t, Line: p.engine.Grid().Line(t)}
		p.engine.Skip()
		return p.give(out)
	}
	if logged.Frame == t {
		out.Logged = logged
	}
	switch l := out.Logged; {
	case l != nil && l.Held:
		p.engine.Hold()
	case l != nil && l.Missed && p.Missed: // nothing is decided
	default:
		if err := p.engine.Decide(logits); err != nil {
			return fmt.Errorf("the policy at frame %d: %w", t, err)
		}
	}
	if out.Report, err = p.engine.Play(); err != nil {
		return err
	}
	if p.old {
		logged.Notes = out.Report.Notes // version 1 does not have them
	}
	return p.give(out)
}

func (p *replay) give(r Replayed) error {
	if !p.yield(r, nil) {
		return errStop
	}
	return nil
}

// ask gives the policies the tokens of what sounded, and returns the logits of the one that plays.
func (p *replay) ask() ([]float32, error) {
	t := p.engine.Frame()
	if err := p.place(t); err != nil {
		return nil, err
	}
	if err := p.changeMeter(t); err != nil { // apply does not see the frames that a song jumps over
		return nil, err
	}
	chord, melody, place := p.engine.Hear()
	return p.policies.ask(t, chord, melody, place, p.engine.Busy())
}

// silent is an output that discards everything.
type silent struct{}

func (silent) Send(_, _, _ byte) error { return nil }
