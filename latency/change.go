package latency

import (
	"fmt"
	"time"

	"jamd/jam"
)

// A Kind is the kind of a change.
type Kind uint8

// The kinds of change.
const (
	LeadWidened  Kind = iota // the loop wakes as early as it may
	LeadNarrowed             // the loop wakes as early as the measured steps need
	RungChanged              // the guard plays less of the policy, or more again
	BudgetBroken             // the p99 of the policy's steps is longer than the user wants
	BudgetMet                // the budget was met for 256 frames
)

// A Change is one decision of the guard, with the figures behind it.
type Change struct {
	Frame  int64         // the last frame before the decision
	At     time.Duration // its line
	Kind   Kind
	Cause  Cause
	Rung   jam.Rung      // in force from now on
	Lead   time.Duration // the lead that was ordered for Frame
	Step   time.Duration // p99 of the last policy steps, at most 256
	Misses int           // number of misses for lack of time in the last 32 frames
	Budget time.Duration // the user's; 0 for none
}

// Grave reports whether a player should be told at once. A change of lead cannot be heard.
func (c Change) Grave() bool { return c.Kind != LeadWidened && c.Kind != LeadNarrowed }

// String returns the change and its cause in one line.
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
