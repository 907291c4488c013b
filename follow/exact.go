package follow

import "math"

const (
	exactJitter = 0.006 // how far an onset of exact playing is from the grid, at most, in seconds: that of a machine, or of a file from a score
	exactOnsets = 12    // number of such onsets in a row, from which playing counts as exact
	exactReach  = 0.12  // beats that a hypothesis of the grid may lie off it in exact playing; less than a sixteenth
	exactPace   = 0.03  // how far its tempo may be from the grid's, as a share
	exactShare  = 0.01  // share of the weight that it must have
	elsewhere   = -1    // log probability, at each onset, that exact playing is elsewhere
)

// learnExactness learns how exactly the player meets the grid. off is how late the last onset was, in seconds.
func (f *Follower) learnExactness(off float64) {
	if f.met++; math.Abs(off) > exactJitter {
		f.met = 0
	}
}

// exact reports whether onsets meet a grid that was counted in, exactly. Such a grid stays while a hypothesis near it has any
// weight, in silence too: syncopated sixteenths are likelier a quarter of a beat elsewhere, but somebody who plays so exactly
// does not move by that.
func (f *Follower) exact() bool { return f.counted > 0 && f.met >= exactOnsets }

// leaves reports whether the grid may move to other hypotheses, given the share of those near it.
func (f *Follower) leaves(share float64) bool {
	if f.exact() {
		return share < exactShare
	}
	return share < doubting
}

// reach returns the distance, in beats, within which a hypothesis belongs to the grid.
func (f *Follower) reach() float64 {
	if f.exact() {
		return exactReach
	}
	return reach
}

// favour lowers the weight of the hypotheses elsewhere while playing is exact. Otherwise those that explain a long syncopated
// passage better would push the ones of the grid out of the beam.
func (f *Follower) favour(t float64) {
	g, b := &f.grid, f.beam
	for i := range b.hyps {
		if h := &b.hyps[i]; !g.near(h, t) || math.Abs(h.period-g.period) > exactPace*g.period {
			h.weight += elsewhere
		}
	}
	b.normalise()
}
