package follow

import (
	"time"

	"jamd/jam"
)

var _ jam.Tracker = (*Follower)(nil)

// PlayerTime returns a Reading in the terms of package jam.
func (f *Follower) PlayerTime(now time.Duration) (jam.PlayerTime, bool) {
	r, ok := f.Reading(now)
	return jam.PlayerTime{After: now, State: r.State, Beat: r.Beat, Line: r.At, Period: r.Period, InBar: r.InBar,
		Meter: r.Meter, MeterSure: r.MeterSure, BPM: r.BPM, Sure: min(r.Sure, 1)}, ok
}
