package follow

import (
	"time"

	"jamd/jam"
)

// A State is how a Follower stands with the player's time.
type State uint8

// The states.
const (
	Finding   State = iota // there is no grid yet, or only a guess
	Following              // the grid moves with the player
	Holding                // the grid goes on as it was: by Hold, in silence, or in doubt
)

// String is what a player reads.
func (s State) String() string { return [...]string{"finding your beat", "following", "holding"}[s] }

// A Reading is what a Follower says at a moment of the next beat and those after it.
type Reading struct {
	State  State
	Beat   int64         // the next beat's number: beats are counted on and never back
	At     time.Duration // its line
	Period time.Duration // to the beat after it
	BPM    float64       // quarter notes a minute
	InBar  int           // its place in the bar: 0 is the first
	Meter  jam.Meter
	Sure   float64 // the probability that the next beat is within a tenth of a beat of the player's
}

// Line is the time of a beat as it is expected now, for beats from the next one on.
func (r Reading) Line(beat int64) time.Duration { return r.At + time.Duration(beat-r.Beat)*r.Period }

// Reading is what the Follower says at the time it was last told of; ok is false where it has heard nothing yet.
func (f *Follower) Reading(now time.Duration) (r Reading, ok bool) {
	g := &f.grid
	if !g.on {
		return Reading{}, false
	}
	next := g.passed + 1
	r = Reading{Beat: next, At: duration(g.line(next)), Period: duration(g.period), BPM: 60 / g.period * quarters(g.meter),
		InBar: int(g.inBar(next)), Meter: g.meter, Sure: f.sure(seconds(now))}
	switch {
	case f.frozen || g.found && !f.following:
		r.State = Holding
	case g.found:
		r.State = Following
	}
	return r, true
}

// Position lets a Follower be the clock of a jam: it is a jam.Transport that runs once the beat is found. A bar
// of its frames begins where the bar line is; where that is moved, the song is elsewhere in its bar from there on.
func (f *Follower) Position(now time.Duration) (song jam.Segment, running, ok bool) {
	f.Advance(now)
	r, ok := f.Reading(now)
	if !ok || !f.grid.found {
		return jam.Segment{}, false, false
	}
	beat, bar := r.Meter.Beat(), r.Meter.Bar()
	first := ((-f.grid.one*beat)%bar + bar) % bar
	return jam.Segment{Frame: r.Beat*beat + first, At: r.At, BPM: r.BPM}, true, true
}
