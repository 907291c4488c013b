// Package benchmark measures how soon and how exactly jamd answers on this machine, idle and under load, and what jamd uses while
// nobody plays.
package benchmark

import (
	"context"
	"fmt"
	"slices"
	"time"

	"jamd/jam"
	"jamd/live"
	"jamd/usage"
)

// The arms of a benchmark.
const (
	Idle      = "idle" // the machine as it is
	UnderLoad = "load" // all cores busy, the disk written to, garbage collected all the time

	andFollowing = ", following" // is added to the name of an arm whose jam follows its player
)

// A Benchmark says what to measure.
type Benchmark struct {
	Version  string // of jamd
	Arms     []string
	For      time.Duration // length of each arm
	Tempo    float64       // quarter notes a minute
	Policy   string        // name or file
	Policies live.Policies
	Follow   bool          // measure each arm a second time, in a jam that follows its player
	Budget   time.Duration // how long a policy step may take; 0 for no limit
	// Progress is called before each measurement with a text for the user and how long the measurement takes. end is called after it.
	Progress func(what string, length time.Duration) (end func())
}

// Check returns an error for values that are out of range.
func (b *Benchmark) Check() error {
	if b.For <= 0 {
		return usage.Errorf("--for %v: must be above 0", b.For)
	}
	if b.Budget < 0 {
		return usage.Errorf("--budget %v: must not be negative", b.Budget)
	}
	s := b.settings()
	return usage.Error(s.Check())
}

// settings returns the settings of the measured jam: chords may change in every frame, from the first on.
func (b *Benchmark) settings() jam.Settings {
	s := jam.DefaultSettings()
	s.Tempo, s.ChordGrid, s.Listen = b.Tempo, jam.GridFrame, 0
	return s
}

// Run measures all arms.
func (b *Benchmark) Run(ctx context.Context) (*Result, error) {
	result := &Result{Format: format, Machine: machineHere(b.Version), Tempo: b.Tempo}
	for _, arm := range b.Arms {
		a, err := b.arm(ctx, arm, nil, result)
		if err != nil {
			return nil, err
		}
		if arm == Idle {
			length := min(b.For, idleFor)
			end := b.Progress(fmt.Sprintf("measuring for %v (%s, nobody playing)", length, arm), length)
			a.Idle, err = b.idle(ctx)
			end()
			if err != nil {
				return nil, err
			}
		}
		result.Arms = append(result.Arms, a)
		if b.Follow {
			following, err := b.arm(ctx, arm, newListener(b.settings()), result)
			if err != nil {
				return nil, err
			}
			result.Arms = append(result.Arms, following)
			result.Following = append(result.Following, compareArms(&a, &following)...)
		}
	}
	return result, nil
}

// arm measures one arm. With a listener, the jam follows its player.
func (b *Benchmark) arm(ctx context.Context, arm string, follows *listener, result *Result) (Arm, error) {
	what := arm
	if follows != nil {
		what += andFollowing
	}
	end := b.Progress(fmt.Sprintf("measuring for %v (%s)", b.For, what), b.For)
	defer end()
	a, err := b.measure(ctx, arm, follows, result)
	a.Arm = what
	return a, err
}

// Judge returns an error if more than 1 % of the policy steps of an arm took longer than the budget.
func (b *Benchmark) Judge(r *Result) error {
	i := slices.IndexFunc(r.Arms, func(a Arm) bool { return a.OverBudget != nil && *a.OverBudget > 0.01 })
	if i < 0 {
		return nil
	}
	a := &r.Arms[i]
	return fmt.Errorf("budget broken (%s): %.1f %% of the policy's steps took longer than %v (1 %% may); p99 %.2f ms",
		a.Arm, 100**a.OverBudget, b.Budget, a.Step.P99)
}
