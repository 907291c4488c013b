package jam

import (
	"context"
	"math"
	"time"
)

// A Clock is the jam's monotonic time. Events are stamped with the Now of the clock that drives the loop.
// Wait has one caller at a time; all else may be called from any goroutine.
type Clock interface {
	// Now is the time since the clock was made.
	Now() time.Duration
	// Wait returns at the given time, or at a Wake since the last return, or sooner: a return is a hint, Now decides.
	Wait(until time.Duration)
	// Wake ends the present Wait, or else the next.
	Wake()
	// Beside makes a clock that shows the same time, for another goroutine to wait on.
	Beside() Clock
}

// forever is what a Wait for a Wake waits until.
const forever = time.Duration(math.MaxInt64)

// waitUntil returns at the given time, or when the context ends, which must wake the clock.
func waitUntil(ctx context.Context, clock Clock, until time.Duration) {
	for clock.Now() < until && ctx.Err() == nil {
		clock.Wait(until)
	}
}

// A SystemClock is the Clock of the operating system, through the Go runtime's timers. They are of high resolution on
// Windows and macOS too. To return from Wait it needs a thread of Go's scheduler to be awake: on a busy machine that may
// take milliseconds, and LiveClock does without.
type SystemClock struct {
	zero  time.Time
	timer *time.Timer
	wake  chan struct{} // has room for one
}

// NewSystemClock makes a clock that shows zero now.
func NewSystemClock() *SystemClock { return systemClock(time.Now()) }

func systemClock(zero time.Time) *SystemClock {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &SystemClock{zero: zero, timer: timer, wake: make(chan struct{}, 1)}
}

// Beside makes a clock that shows the same time.
func (c *SystemClock) Beside() Clock { return systemClock(c.zero) }

// Now is exact to the system's clock.
func (c *SystemClock) Now() time.Duration { return time.Since(c.zero) }

// Wait allocates nothing.
func (c *SystemClock) Wait(until time.Duration) {
	if until == forever {
		<-c.wake
		return
	}
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
