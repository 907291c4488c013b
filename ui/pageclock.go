package ui

import "time"

const (
	// maxDelay is the longest time that a message may take to arrive. After a longer one the estimate starts again, because the
	// page's clock was set or has stopped. A busy browser took 0.8 s for a touch, while it built its sound for the touch before.
	maxDelay = 2 * time.Second
	// drift says how far two clocks may drift apart: by one part in drift.
	drift = 10_000
)

// A pageClock tells how long ago a message left its page, which has a clock of its own. It assumes that the quickest message so
// far arrived at once. So a busy browser, or a network with uneven delays, does not shift notes in time.
type pageClock struct {
	known   bool
	ahead   time.Duration // how far the server's clock is ahead of the page's, by the quickest message
	arrived time.Duration // arrival of the last message, on the server's clock
}

// age returns how long ago an event happened. arrived is the time of arrival on the server's clock. sent is the time of the event
// in milliseconds on the page's clock, or 0 if it is not known; the age is then 0. The result is from 0 to maxDelay.
func (c *pageClock) age(arrived time.Duration, sent float64) time.Duration {
	if !(sent > 0 && sent < 1e12) { // 30 years, in which nothing overflows
		return 0
	}
	ahead := arrived - time.Duration(sent*float64(time.Millisecond))
	c.ahead += (arrived - c.arrived) / drift
	if !c.known || ahead < c.ahead || ahead-c.ahead > maxDelay {
		c.known, c.ahead = true, ahead
	}
	c.arrived = arrived
	return ahead - c.ahead
}
