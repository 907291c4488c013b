package follow

import (
	"time"

	"jamd/jam"
)

// A Reading is what a Follower says at a moment of the next beat and those after it.
type Reading struct {
	State  jam.FollowState
	Beat   int64         // the next beat's number: beats are counted on and never back
	At     time.Duration // its line
	Period time.Duration // to the beat after it
	BPM    float64       // quarter notes a minute
	InBar  int           // its place in the bar: 0 is the first
	Meter  jam.Meter
	Sure   float64 // the probability that the next beat is within a tenth of a beat of the player's
}

// Reading is what the Follower says at the time it was last told of; ok is false where it has heard nothing yet.
func (f *Follower) Reading(now time.Duration) (r Reading, ok bool) {
	g := &f.grid
	if !g.on {
		return Reading{State: jam.FindingBeat}, false
	}
	next := g.passed + 1
	r = Reading{State: jam.FindingBeat, Beat: next, At: duration(g.line(next)), Period: duration(g.period), BPM: 60 / g.period * quarters(g.meter),
		InBar: int(g.inBar(next)), Meter: g.meter, Sure: f.sure(seconds(now))}
	switch {
	case f.frozen || g.found && !f.following:
		r.State = jam.HoldingTempo
	case g.found:
		r.State = jam.Following
	}
	return r, true
}
