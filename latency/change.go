package latency

import (
	"fmt"
	"time"

	"jamd/jam"
)

// A Kind is what changed.
type Kind uint8

// The kinds of changes.
const (
	LeadWidened  Kind = iota // the loop wakes as early as it may
	LeadNarrowed             // the loop wakes as early as the measured steps need
	RungChanged              // less of the policy is played, or more again
	BudgetBroken             // a policy step's p99 is longer than the user wants
	BudgetMet                // it was not for a window of frames
)

// A Change is one decision of the guard, and what it was decided by.
type Change struct {
	Frame  int64         // the decision was taken after it
	At     time.Duration // its line
	Kind   Kind
	Cause  Cause
	Rung   jam.Rung      // from now on
	Lead   time.Duration // ordered for Frame
	Step   time.Duration // p99 of the last 256 policy steps at most
	Misses int           // of the last 32 frames at most, for want of time
	Budget time.Duration // the user's; 0: none
}

// Grave tells whether a player should be told at once; a lead that moves is not heard.
func (c Change) Grave() bool { return c.Kind != LeadWidened && c.Kind != LeadNarrowed }

// String tells the change and its cause in one line.
func (c Change) String() string {
	switch c.Kind {
	case BudgetBroken:
		return fmt.Sprintf("budget broken: a policy step takes p99 %s, over %s", inMS(c.Step), inMS(c.Budget))
	case BudgetMet:
		return fmt.Sprintf("budget met again: a policy step takes p99 %s, within %s", inMS(c.Step), inMS(c.Budget))
	}
	var what string
	switch {
	case c.Kind == LeadWidened:
		what = "lead widened"
	case c.Kind == LeadNarrowed:
		what = "lead narrowed"
	case c.Rung == jam.RungFull:
		what = "the policy plays again"
	case c.Rung == jam.RungFaster:
		what = "the faster policy plays"
	default:
		what = "the chord is held"
	}
	if c.Cause == Calm || c.Cause == NewPolicy {
		return fmt.Sprintf("%s: %v", what, c.Cause)
	}
	return fmt.Sprintf("%s: %s (%d of the last 32 frames missed, a policy step takes p99 %s, lead %s)",
		what, c.Cause, c.Misses, inMS(c.Step), inMS(c.Lead))
}

func inMS(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}
