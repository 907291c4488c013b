package follow

const (
	exactJitter = 0.006 // standard deviation of the onsets of exact playing, in seconds: that of a machine, or of a file from a score
	exactOnsets = 20    // number of onsets that the deviation is learned from
	exactReach  = 0.12  // beats that a hypothesis of the grid may lie off it in exact playing; less than a sixteenth
)

// learnExactness learns how exactly the player meets the grid. off is how late the last onset was, in seconds.
func (f *Follower) learnExactness(off float64) {
	f.variance += (off*off - f.variance) / exactOnsets
}

// exact reports whether onsets meet a grid that was counted in, exactly. Such a grid stays while any hypothesis has it, in silence too:
// syncopated sixteenths are likelier a quarter of a beat elsewhere, but somebody who plays so exactly does not move by that.
func (f *Follower) exact() bool { return f.counted > 0 && f.variance < exactJitter*exactJitter }

// leaves reports whether the grid may move to other hypotheses, given the share of those near it.
func (f *Follower) leaves(share float64) bool {
	if f.exact() {
		return share == 0
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
