package follow

import "math"

const (
	rivalHeard = 6  // onsets that a rival hears before it is compared
	rivalLeast = 8  // onsets that it is compared on, at least
	rivalMost  = 48 // at most: then another begins
	rivalLead  = 25 // nats by which it must have explained them better
	usual      = 40 // onsets that the usual evidence of the held beam is the mean of
	recent     = 6  // and its recent evidence
	worse      = 2  // nats by which that is worse where something has happened: then a rival begins that hears from there
	octave     = 1.42
)

// A rival is a beam that is not bound to the grid.
type rival struct {
	beam   *beam
	keep   keep
	onsets int
	lead   float64 // of its evidence over the held beam's
	usual  float64 // evidence of the held beam
	recent float64
}

func (r *rival) stop() { r.beam.hyps, r.onsets, r.lead = r.beam.hyps[:0], 0, 0 }

// challenge lets the rival hear an onset, and replaces the held beam by it where it has won.
func (f *Follower) challenge(t float64) {
	r, g := &f.rival, &f.grid
	if len(r.beam.hyps) == 0 {
		f.beginRival(t)
		return
	}
	for i := range classes {
		r.keep.low[i], r.keep.high[i] = g.period/octave, g.period*octave
	}
	r.beam.hear(t, 2*kept, &r.keep)
	r.onsets++
	r.usual += (f.beam.evidence - r.usual) / usual
	r.recent += (f.beam.evidence - r.recent) / recent
	if r.recent < r.usual-worse && r.onsets >= rivalHeard+rivalLeast && r.lead < rivalLead/2 {
		f.beginRival(t)
		return
	}
	if r.onsets <= rivalHeard {
		return
	}
	r.lead += r.beam.evidence - f.beam.evidence
	switch {
	case r.onsets >= rivalHeard+rivalLeast && r.lead > rivalLead && f.wins(t):
		f.beam, r.beam = r.beam, f.beam
		f.locked = false
		f.grid.found = false
		f.read(t)
		f.locked, f.grid.found = true, true
		r.stop()
	case r.onsets >= rivalHeard+rivalMost:
		r.stop()
	}
}

// wins says whether the rival's hypotheses agree on a beat that is not the grid's.
func (f *Follower) wins(t float64) bool {
	best := f.rival.beam.heaviest()
	if f.grid.near(best, t) {
		return false
	}
	g := f.grid
	g.put(best, t)
	return weigh(f.rival.beam, &g, t).share > agreeing
}

// beginRival makes the rival's hypotheses: any place, any tempo within an octave.
func (f *Follower) beginRival(t float64) {
	b := f.rival.beam
	f.rival.stop()
	const step = 1.05
	for i := range classes {
		c := &classes[i]
		if c.meter != f.grid.meter {
			continue
		}
		for period := f.grid.period / octave * step; period < f.grid.period*octave; period *= step {
			z := math.Log(period/f.grid.period) / 0.2
			for place := range c.bar {
				h := begun(uint8(i), place, t, period, 0.02, period*(step-1)/1.7)
				h.weight = c.prior + c.onset[place] - z*z/2
				if len(b.hyps) < room {
					b.hyps = append(b.hyps, h)
				}
			}
		}
	}
	b.normalise()
}
