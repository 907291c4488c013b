//go:build !linux && !windows

package jam

import "time"

// A LiveClock is the clock of a jam in real time. On this system it is a SystemClock.
type LiveClock struct{ *SystemClock }

// NewLiveClock makes a clock that shows zero now.
func NewLiveClock() *LiveClock { return &LiveClock{NewSystemClock()} }

// Spin does nothing on this system.
func (*LiveClock) Spin(time.Duration) {}
