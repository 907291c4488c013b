package latency

import (
	"time"

	"jamd/jam"
)

// A Cause is why a frame was missed, or why the guard changed something.
type Cause uint8

// The causes.
const (
	NoCause     Cause = iota
	LateWake          // the loop itself woke too late for a usual step, which its lead had room for
	SlowStep          // the policy took longer than usual
	PolicyError       // the policy returned an error
	Backlog           // the policy had still to go through frames before
	OverBudget        // of changes only: steps take longer than the user wants
	Calm              // of changes only: nothing was wrong for a time
	NewPolicy         // of changes only: another policy plays, which has no faster variant
)

// String is the cause as a log, a page and Prometheus have it.
func (c Cause) String() string {
	switch c {
	case LateWake:
		return "late wake"
	case SlowStep:
		return "slow step"
	case PolicyError:
		return "policy error"
	case Backlog:
		return "backlog"
	case OverBudget:
		return "over budget"
	case Calm:
		return "calm"
	case NewPolicy:
		return "new policy"
	default:
		return "none"
	}
}

// ofTime tells whether more time, or a faster policy, would have helped.
func (c Cause) ofTime() bool { return c == LateWake || c == SlowStep || c == Backlog }

// missCause says why a frame was missed, NoCause where it was not. usual is how long a step takes at most as a rule, given
// the lead that the loop was to have: where a usual step fits into that and not into what was left at waking, the policy
// could do nothing.
func missCause(r *jam.FrameReport, usual, given time.Duration) Cause {
	switch {
	case !r.Missed:
		return NoCause
	case r.Failed:
		return PolicyError
	case r.Behind > 0:
		return Backlog
	case r.Lead < usual && usual <= given:
		return LateWake
	default:
		return SlowStep
	}
}
