package jam

import "time"

// A Clock is the jam's monotonic time. Events are stamped with the Now of the clock that drives the loop.
// Wait has one caller at a time.
type Clock interface {
	// Now is the time since the clock was made.
	Now() time.Duration
	// Wait returns at the given time, or when wake has something to receive (which it then has received), or sooner:
	// a return is a hint, Now decides.
	Wait(until time.Duration, wake <-chan struct{})
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
