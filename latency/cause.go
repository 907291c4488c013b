package latency

import (
	"time"

	"jamd/jam"
)

// A Cause says why a frame was missed, or why the guard changed something.
type Cause uint8

// The causes.
const (
	NoCause     Cause = iota
	LateWake          // the loop woke too late for a usual step, for which its lead had room
	SlowStep          // the policy took longer than usual
	PolicyError       // the policy returned an error
	Backlog           // the policy still had to go through earlier frames
	OverBudget        // only of changes: steps take longer than the user wants
	Calm              // only of changes: nothing was wrong for some time
	NewPolicy         // only of changes: another policy is active, which has no faster variant
)

// String returns the cause as the log, the page and Prometheus show it.
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

// ofTime reports whether more time, or a faster policy, would have helped.
func (c Cause) ofTime() bool { return c == LateWake || c == SlowStep || c == Backlog }

// missCause returns why a frame was missed, or NoCause if it was not. usual is the longest time that a step normally takes; given
// is the lead that the loop was to have. If a usual step fits into the given lead but not into the time left at waking, the
// policy was not the cause.
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
