package follow

import (
	"time"

	"jamd/jam"
)

var _ jam.Tracker = (*Follower)(nil)

// PlayerTime returns what the Follower knows at the time now, which must not be before the last time it was given. ok is false if
// it has heard nothing yet.
func (f *Follower) PlayerTime(now time.Duration) (t jam.PlayerTime, ok bool) {
	g := &f.grid
	t = jam.PlayerTime{After: now, State: jam.FindingBeat}
	if !g.on {
		return t, false
	}
	t.Beat = g.passed + 1
	t.Line, t.Period, t.InBar = duration(g.line(t.Beat)), duration(g.period), int(g.inBar(t.Beat))
	t.Meter, t.MeterSure = g.meter, !f.meter.on
	t.BPM, t.Sure = 60/g.period*quarters(g.meter), f.sure(seconds(now))
	switch {
	case f.frozen || g.found && !f.following:
		t.State = jam.HoldingTempo
	case g.found:
		t.State = jam.Following
	}
	return t, true
}
