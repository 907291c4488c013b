package follow

const (
	barShare  = 0.9 // of the hypotheses, by which a bar line is elsewhere
	barsFound = 2   // bars in a row that they agree on it, before the bar line moves
	barsTold  = 8   // where the player has put it
)

// A barLine decides where bars begin. It moves by whole beats, at a bar line, after bars of agreement.
type barLine struct {
	told   bool  // by taps
	to     int64 // beats
	agreed int   // bars
}

// settle puts the bar line where most hypotheses have it: before the grid is found, nobody has heard another.
func (b *barLine) settle(g *grid, w *belief) {
	to, _ := w.bar(g)
	g.one += to
}

// bar is how many beats after the grid's bar line most hypotheses have theirs, and their share.
func (w *belief) bar(g *grid) (to int64, share float64) {
	for i, s := range w.bars[:min(g.beats(), int64(len(w.bars)))] {
		if s > share {
			to, share = int64(i), s
		}
	}
	return to, share
}

// moveBar is called at each bar line.
func (f *Follower) moveBar() {
	b, g := &f.bar, &f.grid
	to, share := f.belief.bar(g)
	if to == 0 || share < barShare || !f.locked {
		b.agreed = 0
		return
	}
	if to != b.to {
		b.to, b.agreed = to, 0
	}
	b.agreed++
	need := barsFound
	if b.told {
		need = barsTold
	}
	if b.agreed >= need {
		g.one += to
		*b = barLine{told: b.told}
	}
}
