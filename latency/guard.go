package latency

import (
	"math/bits"
	"time"

	"jamd/jam"
)

const (
	// margin covers late waking before that has been measured: on two fully loaded cores a sleep of the Go runtime ends up to
	// 15 ms late in 99 of 100 cases.
	margin = 15 * time.Millisecond
	// A frame's melody is known half a frame before the next line; waking earlier would lose notes. Waking another sixteenth of
	// a frame later leaves time for a note stamped just before to reach the loop.
	widestOf16 = 7
)

const (
	fewMisses   = 4   // misses of 32 frames, for lack of time, after which the faster policy plays
	holdAfter   = 16  // the same, after which the chord is held: changes at random times are worse than none
	leastRest   = 64  // frames before the guard tries more again; doubled each time that this fails
	longestRest = 512 // frames, the most that leastRest is doubled to
	enoughSteps = 100 // so that the p99 does not depend on one step
)

// A level says how much the guard has given up so far.
type level uint8

const (
	near   level = iota // the lead is what the measured steps need
	wide                // the lead is as wide as it may be
	faster              // and the faster policy plays
	hold                // and the chord is held
)

// GuardConfig configures a Guard.
type GuardConfig struct {
	Steps   []time.Duration      // durations of the policy's steps before the jam; the first half is warm-up
	Faster  bool                 // the loop has a faster variant of the policy
	Budget  time.Duration        // limit for the p99 of the policy's steps; 0 for none
	Changes []*jam.Queue[Change] // each queue gets every change
}

// A Guard is the [jam.Guard] of a live jam.
//
// While all is well, the lead is p99 + 15 ms, where p99 is the 99th percentile of what the last 256 frames needed: how late the
// loop woke, plus the policy's step, plus laying out the chord. The lead is at most 7/16 of a frame. If the time of a frame was
// not enough, the guard goes down, one level at a time:
//
//	after one miss                          the widest lead, until 256 frames passed without a miss
//	after 4 misses of 32 at that lead       the faster policy, if there is one
//	after 16 misses of 32                   the chord is held
//	the p99 of 100 to 256 steps over Budget the faster policy, if there is one
//
// It goes up again, one level at a time, after 64 frames without a miss. If the chord is held, it goes up after 64 frames, the
// last 32 of them with 4 misses at most. If it has to come down again, the next trial is after 128 frames, and so on up to 512.
// The guard ignores errors of the policy: more time would not help.
type Guard struct {
	faster  bool
	budget  time.Duration
	changes []*jam.Queue[Change]

	needs, steps tail          // of the active policy
	ordered      time.Duration // the lead of the next frame
	level        level
	recent       uint32 // the last 32 frames at this level, the newest in the lowest bit; 1 for a miss for lack of time
	here         int    // number of frames at this level
	calm         int    // number of frames since the last such miss or change of level
	rest         int    // how many calm frames the guard waits before it tries more again
	changed      bool   // another policy became active since the last frame
	broken       bool   // the budget is broken
	met          int    // number of frames in a row that met the broken budget
}

// NewGuard makes a guard for one jam.
func NewGuard(c GuardConfig) *Guard {
	g := &Guard{faster: c.Faster, budget: c.Budget, changes: c.Changes}
	for _, d := range c.Steps[len(c.Steps)/2:] {
		g.needs.add(d)
		g.steps.add(d)
	}
	return g
}

// Orders returns the orders for the next frame. The lead is at most 7/16 of the frame.
func (g *Guard) Orders(frame time.Duration) jam.Orders {
	g.ordered = frame * widestOf16 / 16
	if g.level == near {
		g.ordered = min(g.needs.p99()+margin, g.ordered)
	}
	return jam.Orders{Lead: g.ordered, Rung: g.rung()}
}

// PolicyChanged forgets the times of the policy before, and its faster variant.
func (g *Guard) PolicyChanged() {
	g.faster, g.changed = false, true
	g.forget()
}

// rungs holds the rung of each level.
var rungs = [...]jam.Rung{near: jam.RungFull, wide: jam.RungFull, faster: jam.RungFaster, hold: jam.RungHold}

func (g *Guard) rung() jam.Rung {
	switch {
	case g.level == faster && g.faster:
		return jam.RungFaster
	case g.level == hold:
		return jam.RungHold
	default:
		return jam.RungFull
	}
}

// Saw learns from a frame, and changes the level if needed.
func (g *Guard) Saw(r *jam.FrameReport) {
	if g.changed {
		g.changed = false
		if g.level == faster {
			g.move(r, wide, NewPolicy)
		}
	}
	cause := missCause(r, g.steps.p99(), g.ordered)
	g.measure(r, cause)
	g.watchBudget(r)
	g.climb(r, cause)
}

// measure adds the times of a frame. A missed frame needed at least the time that it was given.
func (g *Guard) measure(r *jam.FrameReport, cause Cause) {
	switch {
	case r.Lead <= 0 || r.Skipped > 0: // decided before the jam, or after the machine was stopped
	case cause.ofTime():
		g.needs.add(g.ordered)
		if cause == SlowStep {
			g.steps.add(r.Lead)
		}
	case r.Step > 0:
		g.needs.add(max(0, g.ordered-r.Lead) + r.Step + r.Voice)
		g.steps.add(r.Step)
	}
}

// watchBudget reports once that the budget is broken, and once that it is met again.
func (g *Guard) watchBudget(r *jam.FrameReport) {
	if g.budget == 0 || g.steps.n < enoughSteps {
		return
	}
	if over := g.steps.p99() > g.budget; over == g.broken {
		g.met = 0
		return
	}
	if g.met++; g.broken && g.met < window {
		return
	}
	g.met, g.broken = 0, !g.broken
	kind, cause := BudgetMet, Calm
	if g.broken {
		kind, cause = BudgetBroken, OverBudget
	}
	g.tell(r, kind, cause)
}

// climb moves one level up or down when it is time to.
func (g *Guard) climb(r *jam.FrameReport, cause Cause) {
	g.recent <<= 1
	g.here++
	g.calm++
	if cause.ofTime() {
		g.recent |= 1
		g.calm = 0
	}
	misses := bits.OnesCount32(g.recent)
	rested := g.level == hold && g.here >= g.rest && misses <= fewMisses
	switch {
	case g.level == near && cause.ofTime():
		g.move(r, wide, cause)
	case g.level < faster && g.faster && g.broken:
		g.move(r, faster, OverBudget)
	case g.level == wide && g.faster && misses >= fewMisses:
		g.move(r, faster, cause)
	case (g.level == wide || g.level == faster) && misses >= holdAfter:
		g.move(r, hold, cause)
	case rested && g.faster:
		g.move(r, faster, Calm)
	case rested, g.level == faster && g.calm >= g.rest && !g.broken:
		g.move(r, wide, Calm)
	case g.level == wide && g.calm >= window:
		g.move(r, near, Calm)
	}
}

func (g *Guard) move(r *jam.FrameReport, to level, cause Cause) {
	from, before := g.level, rungs[g.level]
	g.level = to
	rung := g.rung()
	if to >= faster && from < to { // down
		g.rest = min(max(2*g.rest, leastRest), longestRest)
	}
	kind := RungChanged
	switch {
	case to == near:
		g.rest = 0
		kind = LeadNarrowed
	case rung == before:
		kind = LeadWidened
	}
	g.tell(r, kind, cause)
	g.recent, g.here, g.calm = 0, 0, 0
	if rung == jam.RungFaster || before == jam.RungFaster {
		g.forget()
	}
}

// forget drops the measured times when another policy becomes active.
func (g *Guard) forget() {
	g.needs.clear()
	g.steps.clear()
}

func (g *Guard) tell(r *jam.FrameReport, kind Kind, cause Cause) {
	for _, q := range g.changes {
		q.TrySend(Change{
			Frame: r.Frame, At: r.Line, Kind: kind, Cause: cause, Rung: g.rung(), Lead: g.ordered,
			Step: g.steps.p99(), Misses: bits.OnesCount32(g.recent), Budget: g.budget,
		})
	}
}
