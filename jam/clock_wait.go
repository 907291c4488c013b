//go:build linux || windows

package jam

import "time"

// Spin makes Wait wake earlier by d and spin for the rest of the time, which saves the remaining cost of waking. It is only for a
// thread with real-time priority; any other thread would be preempted for it. Call it before the first Wait.
func (c *LiveClock) Spin(d time.Duration) { c.spin = d }

// Wait allocates nothing. It spins for at most the d of Spin.
func (c *LiveClock) Wait(until time.Duration) {
	for c.woken.Swap(0) == 0 {
		left := until - c.Now()
		switch {
		case left <= 0:
			return
		case left > c.spin:
			c.sleep(until - c.spin)
		}
	}
}
