package follow

import (
	"time"

	"jamd/jam"
)

// A Reading says what a Follower knows about the next beat and the beats after it.
type Reading struct {
	State     jam.FollowState
	Beat      int64         // number of the next beat; numbers only increase
	At        time.Duration // time of that beat
	Period    time.Duration // from that beat to the one after it
	BPM       float64       // quarter notes a minute
	InBar     int           // place of that beat in the bar, from 0
	Meter     jam.Meter
	MeterSure bool    // the meter was set or found; otherwise it is the likeliest so far
	Sure      float64 // probability that the next beat is within a tenth of a beat of the player's
}

// Reading returns what the Follower knows at the time now, which must not be before the last time it was given. ok is false if it
// has heard nothing yet.
func (f *Follower) Reading(now time.Duration) (r Reading, ok bool) {
	g := &f.grid
	if !g.on {
		return Reading{State: jam.FindingBeat}, false
	}
	next := g.passed + 1
	r = Reading{State: jam.FindingBeat, Beat: next, At: duration(g.line(next)), Period: duration(g.period), BPM: 60 / g.period * quarters(g.meter),
		InBar: int(g.inBar(next)), Meter: g.meter, MeterSure: !f.meter.on, Sure: f.sure(seconds(now))}
	switch {
	case f.frozen || g.found && !f.following:
		r.State = jam.HoldingTempo
	case g.found:
		r.State = jam.Following
	}
	return r, true
}
