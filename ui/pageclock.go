package ui

import "time"

const (
	// believed is the longest delay between an event and its arrival that a pageClock believes. After a longer one it begins anew: the page's clock
	// has stood still, or was set.
	believed = 250 * time.Millisecond
	// drift bounds how much two clocks drift apart: a part in so many.
	drift = 10_000
)

// A pageClock tells how long ago a message left its page, although the page has a clock of its own: the quickest message so far
// is taken to have needed no time. So a browser that is busy drawing, or a network that delivers unevenly, does not shift notes.
type pageClock struct {
	known   bool
	ahead   time.Duration // of the server's clock, by the quickest message
	arrived time.Duration // the last message
}

// age returns how long ago something happened that arrives now, at a time on the server's clock. sent is when it happened, in
// milliseconds on the page's clock; 0 if that is not known, and the age is then 0 too.
func (c *pageClock) age(arrived time.Duration, sent float64) time.Duration {
	if !(sent > 0 && sent < 1e12) { // 30 years, in which nothing overflows
		return 0
	}
	ahead := arrived - time.Duration(sent*float64(time.Millisecond))
	c.ahead += (arrived - c.arrived) / drift
	if !c.known || ahead < c.ahead || ahead-c.ahead > believed {
		c.known, c.ahead = true, ahead
	}
	c.arrived = arrived
	return ahead - c.ahead
}
