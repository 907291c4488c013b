package follow

import "math"

const (
	exactJitter = 0.006 // the most that an onset of exact playing is off the grid, in seconds: a machine plays so, or a file made from a score
	exactOnsets = 12    // number of such onsets in a row from which playing counts as exact
	exactReach  = 0.12  // beats that a hypothesis of the grid may lie off it in exact playing; less than a sixteenth
	exactPace   = 0.03  // how far the tempo of such a hypothesis may be from the grid's, as a share
	exactShare  = 0.01  // share of the weight that these hypotheses must have
	elsewhere   = -1    // log weight that the other hypotheses lose at each onset
)

// learnExactness learns how exactly the player meets the grid. off is how late the last onset was, in seconds.
func (f *Follower) learnExactness(off float64) {
	if f.met++; math.Abs(off) > exactJitter {
		f.met = 0
	}
}

// exact reports whether the player meets a grid that was counted in exactly, as a machine does. Such a grid stays, in silence
// too, as long as a hypothesis near it has any weight. Otherwise syncopated sixteenths would move it by a quarter of a beat,
// where the tables find them likelier.
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

// favour lowers the weight of the hypotheses that are not near the grid, for exact playing. Otherwise those that explain a long
// syncopated passage better would push the ones near the grid out of the beam.
func (f *Follower) favour(t float64) {
	g, b := &f.grid, f.beam
	for i := range b.hyps {
		if h := &b.hyps[i]; !g.near(h, t) || math.Abs(h.period-g.period) > exactPace*g.period {
			h.weight += elsewhere
		}
	}
	b.normalise()
}
