package jam

import (
	"context"
	"math"
	"time"
)

// A Clock shows the monotonic time of the jam. Events are stamped with the Now of the clock that drives the loop. Only one
// goroutine at a time may call Wait; the other methods are safe for concurrent use.
type Clock interface {
	// Now returns the time since the clock was made.
	Now() time.Duration
	// Wait returns at the given time, at a Wake since it last returned, or earlier: a return is a hint, Now decides.
	Wait(until time.Duration)
	// Wake ends the current Wait, or else the next one.
	Wake()
	// Beside makes a clock that shows the same time. Another goroutine can wait on it.
	Beside() Clock
}

// forever is the time to wait until when only a Wake should end the wait.
const forever = time.Duration(math.MaxInt64)

// waitUntil returns at the given time, or when ctx ends. The end of ctx must wake the clock.
func waitUntil(ctx context.Context, clock Clock, until time.Duration) {
	for clock.Now() < until && ctx.Err() == nil {
		clock.Wait(until)
	}
}

// A SystemClock is the clock of the operating system, with the timers of the Go runtime. On Windows its time moves in steps of up
// to 15.6 ms. Wait returns only when a thread of Go's scheduler is awake, which may take milliseconds on a busy machine; a
// LiveClock does not depend on that.
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

// Now is as exact as the system's clock.
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
