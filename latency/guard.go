package latency

import (
	"math/bits"
	"time"

	"jamd/jam"
)

const (
	// margin is for waking late before that was ever measured: on two fully loaded cores a sleep of the Go runtime ends
	// up to 15 ms late in 99 of 100 cases.
	margin = 15 * time.Millisecond
	// A frame's melody is known half a frame before the next line; waking earlier would lose notes. A sixteenth of a
	// frame below that is left for a note stamped just before to reach the loop.
	widestOf16 = 7
)

const (
	fewMisses   = 4   // misses of 32 frames, for want of time, after which the faster policy plays
	holdAfter   = 16  // the same, after which the chord is held: changes at random hours are worse than none
	leastRest   = 64  // frames before more is tried again; doubled each time that this fails, up to
	longestRest = 512 // frames
	enoughSteps = 100 // for a p99 that is not one single step
)

// A level is how far the guard has gone down, from the top.
type level uint8

const (
	near   level = iota // the lead is what the measured steps need
	wide                // as wide as it may be
	faster              // and the faster policy plays
	hold                // and the chord is held
)

// GuardConfig is what a Guard is made of.
type GuardConfig struct {
	Steps   []time.Duration      // of the policy, measured before the jam; the first half counts as warming up
	Faster  bool                 // the loop has a faster variant of the policy
	Budget  time.Duration        // within which the p99 of the policy's steps is to stay; 0: none
	Changes []*jam.Queue[Change] // each gets every change
}

// A Guard is the jam.Guard of a live jam.
//
// As long as all is well the lead is p99 + 15 ms, where p99 is the 99th percentile of what the last 256 frames needed:
// by how much the loop woke late, plus the policy's step, plus laying out the chord. It is 7/16 of a frame at most.
// When the time of a frame did not suffice the guard goes down, one level at a time:
//
//	after one miss                          the widest lead, until 256 frames passed without a miss
//	after 4 misses of 32 at that lead       the faster policy, where there is one
//	after 16 misses of 32                   the chord is held
//	the p99 of 100 to 256 steps over Budget the faster policy, where there is one
//
// and up again, one level at a time, after 64 frames without a miss (where the chord is held: after 64 frames, the last 32
// of them with 4 misses at most). Where it has to come down again, the next trial is after 128 frames, and so on up to
// 512. Errors of the policy are not the guard's: time does not mend them.
type Guard struct {
	faster  bool
	budget  time.Duration
	changes []*jam.Queue[Change]

	needs, steps tail          // of the policy that plays
	ordered      time.Duration // lead of the frame that comes next
	level        level
	recent       uint32 // the last 32 frames at this level, the newest lowest: 1 a miss for want of time
	here         int    // frames at this level
	calm         int    // frames since the last such miss or change of level
	rest         int    // frames of calm before more is tried again
	changed      bool   // another policy plays since the last frame that was seen
	broken       bool   // the budget
	met          int    // frames in a row that met the broken budget
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

// Orders are those of the next frame: a lead of 7/16 of the frame at most.
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

// rungs are the orders of the levels.
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

// Saw learns from a frame, and goes up or down.
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

// measure takes the times of a frame. A missed one needed at least what it was given.
func (g *Guard) measure(r *jam.FrameReport, cause Cause) {
	switch {
	case r.Lead <= 0 || r.Skipped > 0: // decided before the jam, or after the machine stood still
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

// watchBudget says once that the budget is broken, and once that it is met again.
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

// climb goes one level up or down, where it is time to.
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

// forget is for another policy: its steps are not those measured so far.
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
