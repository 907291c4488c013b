package jam

import (
	"context"
	"time"
)

// A Clock is the jam's monotonic time. Events are stamped with the Now of the clock that drives the loop.
// Wait has one caller at a time.
type Clock interface {
	// Now is the time since the clock was made.
	Now() time.Duration
	// Wait returns at the given time, or when wake has something to receive (which it then has received), or sooner:
	// a return is a hint, Now decides.
	Wait(until time.Duration, wake <-chan struct{})
}

// poke ends the present or next wait of a clock's caller; wake has room for one.
func poke(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// waitUntil returns at the given time, or when the context ends, which must poke wake.
func waitUntil(ctx context.Context, clock Clock, until time.Duration, wake <-chan struct{}) {
	for clock.Now() < until && ctx.Err() == nil {
		clock.Wait(until, wake)
	}
}

// A SystemClock is the Clock of the operating system, through the Go runtime's timers.
type SystemClock struct {
	zero  time.Time
	timer *time.Timer
}

// NewSystemClock makes a clock that shows zero now.
func NewSystemClock() *SystemClock {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &SystemClock{zero: time.Now(), timer: timer}
}

// Beside makes a clock that shows the same time, for another goroutine to wait on.
func (c *SystemClock) Beside() *SystemClock {
	other := NewSystemClock()
	other.zero = c.zero
	return other
}

// Now may be called from any goroutine.
func (c *SystemClock) Now() time.Duration { return time.Since(c.zero) }

// Wait allocates nothing.
func (c *SystemClock) Wait(until time.Duration, wake <-chan struct{}) {
	left := until - c.Now()
	if left <= 0 {
		return
	}
	c.timer.Reset(left)
	select {
	case <-c.timer.C:
	case <-wake:
		c.timer.Stop()
	}
}
