package jam

import (
	"context"
	"time"
)

// A Clock is the jam's monotonic time. Events are stamped with the Now of the clock that drives the loop.
// Wait has one caller at a time; Now and Wake may be called from any goroutine.
type Clock interface {
	// Now is the time since the clock was made.
	Now() time.Duration
	// Wait returns at the given time, or at a Wake since the last return, or sooner: a return is a hint, Now decides.
	Wait(until time.Duration)
	// Wake ends the present Wait, or else the next.
	Wake()
}

// waitUntil returns at the given time, or when the context ends, which must wake the clock.
func waitUntil(ctx context.Context, clock Clock, until time.Duration) {
	for clock.Now() < until && ctx.Err() == nil {
		clock.Wait(until)
	}
}

// A SystemClock is the Clock of the operating system, through the Go runtime's timers.
type SystemClock struct {
	zero  time.Time
	timer *time.Timer
	wake  chan struct{} // has room for one
}

// NewSystemClock makes a clock that shows zero now.
func NewSystemClock() *SystemClock {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &SystemClock{zero: time.Now(), timer: timer, wake: make(chan struct{}, 1)}
}

// Beside makes a clock that shows the same time, for another goroutine to wait on.
func (c *SystemClock) Beside() *SystemClock {
	other := NewSystemClock()
	other.zero = c.zero
	return other
}

// Now is exact to the system's clock.
func (c *SystemClock) Now() time.Duration { return time.Since(c.zero) }

// Wait allocates nothing.
func (c *SystemClock) Wait(until time.Duration) {
	left := until - c.Now()
	if left <= 0 {
		return
	}
	c.timer.Reset(left)
	select {
	case <-c.timer.C:
	case <-c.wake:
		c.timer.Stop()
	}
}

// Wake allocates nothing.
func (c *SystemClock) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
