package follow

const (
	barShare  = 0.9 // share of the hypotheses that must put the bar line elsewhere
	barsFound = 2   // bars in a row that they must agree, before the bar line moves
	barsTold  = 8   // the same, if the player has set the bar line
)

// A barLine decides which beat begins a bar. It moves the bar line only when one passes, after enough bars of agreement.
type barLine struct {
	told   bool  // the player has set the bar line, with taps or Downbeat
	to     int64 // beats from the grid's bar line to the one that the hypotheses agree on
	agreed int   // number of bars in a row of agreement
}

// settle moves the grid's bar line to where most hypotheses have it. It is for a grid that has just been found or moved, so that
// nobody has heard its bars.
func (b *barLine) settle(g *grid, w *belief) {
	to, _ := w.bar(g)
	g.one += to
}

// bar returns how many beats after the grid's bar line most hypotheses have theirs, and the share of those hypotheses.
func (w *belief) bar(g *grid) (to int64, share float64) {
	for i, s := range w.bars[:min(g.beats(), int64(len(w.bars)))] {
		if s > share {
			to, share = int64(i), s
		}
	}
	return to, share
}

// moveBar is called each time a bar line passes. It moves the bar line if the hypotheses have agreed on another for long enough.
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
