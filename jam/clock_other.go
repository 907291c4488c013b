//go:build !linux && !windows

package jam

import "time"

// A LiveClock is the clock of a jam in real time: here a SystemClock.
type LiveClock struct{ *SystemClock }

// NewLiveClock makes a clock that shows zero now.
func NewLiveClock() *LiveClock { return &LiveClock{NewSystemClock()} }

// Spin does nothing here.
func (*LiveClock) Spin(time.Duration) {}
