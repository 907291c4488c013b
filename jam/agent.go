package jam

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// AgentConfig configures an Agent.
type AgentConfig struct {
	Policy      Policy  // plays melodies and has the vocabulary of the loop's policy; the agent owns it while it runs, and resets it first
	Meter       Meter   // of the loop
	Temperature float64 // as in Settings
	TopP        float64
	Seed        uint64
	Clock       Clock // shows the loop's time; only the agent waits on it

	Frames  int64         // as in LoopConfig
	Length  time.Duration // as in LoopConfig
	Entries *Reader       // from the loop
	Play    func(Event)   // is called with what the agent plays, and must put it into the loop's inbox; must not block
	Failed  func(error)   // is called with errors of the policy, after which the agent continues; may be nil
}

// AgentChannel is the MIDI channel of an agent's notes, 1 to 16.
const AgentChannel = 1

// agentVelocity is the velocity of an agent's notes.
const agentVelocity = 90

// An Agent plays the melody of a jam with a policy of its own, as a player would. When the chord of a frame sounds, the agent
// decides on its next frame, and at that frame's line puts its note into the loop's inbox, stamped with the line. So both
// policies know the frames before t when they decide on frame t, and no more. If a decision is not ready at the line, the frame
// is missed: the note or rest continues, and the agent's policy gets that as its next input. The agent has a goroutine of its
// own, and only the end of the jam waits for it. The agent swings as the jam does.
type Agent struct {
	config  AgentConfig
	grid    *Grid
	memory  Memory
	sampler *Sampler[MelodyToken]
	ran     bool

	frame   int64            // the next frame to be played
	lines   [3]time.Duration // when the last frame was due, and when the next two are
	chord   ChordToken       // of the last frame
	sounded MelodyToken      // of the last frame
	start   time.Duration    // of frame 0
	acted   time.Duration    // the last line at which a decision was played
	summary AgentSummary
}

// An AgentSummary counts what an agent did in a jam.
type AgentSummary struct {
	Frames int64 `json:"frames"` // frames that passed
	Notes  int64 `json:"notes"`  // notes that began
	Misses int64 `json:"misses"` // frames whose decision was not ready at the line
	Errors int64 `json:"errors"` // errors of the policy
}

// NewAgent makes an agent. It returns an error if the sampling values are out of range or the configuration lacks something.
func NewAgent(c AgentConfig) (*Agent, error) {
	if c.Policy == nil || c.Clock == nil || c.Entries == nil || c.Play == nil {
		return nil, errors.New("an agent needs a policy, a clock, the loop's entries, and somewhere to play")
	}
	if err := checkSampling(c.Temperature, c.TopP); err != nil {
		return nil, fmt.Errorf("agent: %w", err)
	}
	return &Agent{
		config: c, grid: unplacedGrid(), memory: NewMemory(c.Policy),
		sampler: NewMelodySampler(c.Temperature, c.TopP, c.Seed),
		chord:   c.Policy.Vocabulary().Start(), sounded: MelodyStart,
	}, nil
}

// Run plays until the jam reaches its length, the entries end or ctx ends. When it returns, the agent's note has ended. Run may
// be called once.
func (a *Agent) Run(ctx context.Context) (AgentSummary, error) {
	if a.ran {
		return AgentSummary{}, errors.New("an agent runs once")
	}
	a.ran = true
	runtime.LockOSThread() // an inference should not move between cores
	defer runtime.UnlockOSThread()
	defer context.AfterFunc(ctx, a.config.Clock.Wake)()

	// Frame 0 depends on nothing before it, so it is decided before the start.
	token, decided := a.decide()
	if !a.begin(ctx) {
		return a.summary, nil
	}
	for a.play(ctx, token, decided) && a.hear(ctx) {
		token, decided = a.decide()
	}
	// A quarter of a frame before the end, so that the loop still hears the last note end.
	waitUntil(ctx, a.config.Clock, a.lines[1]-(a.lines[1]-a.lines[0])/4)
	a.endNote(a.config.Clock.Now())
	return a.summary, nil
}

// begin takes the start of the grid from the loop's first segment. It returns false if the jam ended before that.
func (a *Agent) begin(ctx context.Context) bool {
	e, ok := a.config.Entries.await(ctx, EntryMoved)
	if !ok {
		return false
	}
	a.start = e.Moved.At
	a.acted = a.start
	if a.grid.Move(e.Moved.Segment) != nil {
		return false
	}
	a.lines = [3]time.Duration{a.grid.Line(-1), a.grid.Line(0), a.grid.Line(1)} // the first frame does not swing
	return true
}

// decide gives the policy the tokens of the last frame and draws the token of the next one. ok is false if the policy failed.
func (a *Agent) decide() (token MelodyToken, ok bool) {
	draw := a.sampler.Draw()
	logits, err := a.memory.Step(a.frame, a.chord, a.sounded, a.config.Meter.Place(a.frame))
	if err == nil {
		token, _, err = a.sampler.Choose(logits, a.sounded, AnyLegal, 0, draw)
	}
	if err == nil {
		return token, true
	}
	a.summary.Errors++
	if a.config.Failed != nil {
		a.config.Failed(fmt.Errorf("agent at frame %d: %w", a.frame, err))
	}
	return 0, false
}

// play waits for the line and plays the decision if it was ready in time. It returns false if the jam is over.
func (a *Agent) play(ctx context.Context, token MelodyToken, decided bool) bool {
	clock, line := a.config.Clock, a.lines[1]
	inTime := decided && clock.Now() <= line
	if inTime {
		if waitUntil(ctx, clock, line); ctx.Err() != nil {
			return false
		}
		// Half a frame later (a stopped machine) the loop may have closed the frame.
		inTime = clock.Now() < line+(a.lines[2]-line)/2
	}
	if inTime {
		a.sound(token, line)
		a.next()
	} else {
		a.miss()
	}
	return !jamIsOver(a.config.Frames, a.config.Length, a.grid, a.start, 0, a.frame)
}

// hear waits for the report of the last frame, or of a later one. If reports are missing, it assumes that what sounded before the
// gap continued. It returns false if the jam is over.
func (a *Agent) hear(ctx context.Context) bool {
	e, ok := a.config.Entries.await(ctx, EntryReport)
	if !ok {
		return false
	}
	r := &e.Report
	if a.grid.Line(r.Frame) != r.Line || a.grid.tempo(r.Frame) != r.Tempo {
		_ = a.grid.Move(Segment{r.Frame, r.Line, r.Tempo}) // the loop's grid accepted this tempo, so this one does too
	}
	for a.frame <= r.Frame {
		a.chord = a.config.Policy.Vocabulary().continued(a.chord)
		if r.Frame-a.frame < backlog {
			a.decide() // for the policy's memory; the line has passed
		} else {
			a.sampler.Draw()
		}
		a.miss()
	}
	a.chord = r.Sounded
	a.lines[1], a.lines[2] = r.Next[0], r.Next[1]
	if now := a.config.Clock.Now(); now-a.acted > longLoss {
		a.endNote(now)
	}
	return true
}

// sound plays a token at the line of its frame.
func (a *Agent) sound(token MelodyToken, line time.Duration) {
	a.acted = line
	if token == melodyGrammar.goesOn(a.sounded) {
		a.sounded = token
		return
	}
	a.endNote(line)
	if pitch, ok := token.Pitch(); ok {
		a.config.Play(Event{At: line, Status: noteOn | (AgentChannel - 1), Data1: pitch, Data2: agentVelocity})
		a.summary.Notes++
	}
	a.sounded = token
}

// endNote ends the agent's note, if one sounds.
func (a *Agent) endNote(at time.Duration) {
	if pitch, ok := a.sounded.Pitch(); ok {
		a.config.Play(Event{At: at, Status: noteOff | (AgentChannel - 1), Data1: pitch})
		a.sounded = Silence
	}
}

// miss passes a frame in which what sounded continues.
func (a *Agent) miss() {
	a.sounded = melodyGrammar.goesOn(a.sounded)
	a.summary.Misses++
	a.next()
}

func (a *Agent) next() {
	a.frame++
	a.lines[0], a.lines[1] = a.lines[1], a.lines[2]
	a.summary.Frames++
}
