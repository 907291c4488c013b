package follow

import "jamd/jam"

const (
	meterShare = 0.98 // share that a meter needs among the hypotheses near the grid
	meterBeats = 4    // number of beats in a row at which it needs that share
)

// meters are the meters of the classes. No other can be found.
var meters = [...]jam.Meter{jam.Quarters(4), jam.Quarters(3), {Count: 6, Unit: 8}}

// A meterSearch finds the meter if the player has not set one. It ends when it has found one.
type meterSearch struct {
	on     bool
	to     int // index in meters of the likeliest one
	agreed int // number of beats in a row at which it was the likeliest
}

// likeliest returns the meter with the largest share of the hypotheses near the grid, as an index in meters.
func (w *belief) likeliest() (meter int, share float64) {
	for i, s := range w.meters {
		if s > share {
			meter, share = i, s
		}
	}
	return meter, share
}

// findMeter settles on a meter if the last beats agree on it. It is called at each beat.
func (f *Follower) findMeter() {
	s := &f.meter
	if !s.on {
		return
	}
	to, share := f.belief.likeliest()
	if !f.locked || share < meterShare || to != s.to {
		s.to, s.agreed = to, 0
		return
	}
	if s.agreed++; s.agreed >= meterBeats {
		f.settleMeter(meters[to])
	}
}

// settleMeter drops the hypotheses of other meters, and puts the bar line where most of the rest have it.
func (f *Follower) settleMeter(m jam.Meter) {
	b, g := f.beam, &f.grid
	f.meter, f.config.Meter, g.meter = meterSearch{}, m, m
	left := b.hyps[:0]
	for _, h := range b.hyps {
		if classes[h.class].meter == m {
			left = append(left, h)
		}
	}
	b.hyps = left
	b.normalise()
	if f.belief = weigh(b, g, f.heardAt); !f.bar.told {
		f.bar.settle(g, &f.belief)
	}
}

// SetMeter sets the meter; the zero Meter makes the Follower find it. It may be called during the music. The grid keeps its
// beats, or its eighths if one of the two meters counts eighths, as 7/8 does. A beat that began a bar still begins one.
func (f *Follower) SetMeter(m jam.Meter) {
	g := &f.grid
	f.config.Meter, f.meter = m, meterSearch{on: m == jam.Meter{}}
	if !f.meter.on {
		if was, is := quarters(g.meter), quarters(m); min(was, is) < 1 { // to or from a meter that counts eighths, which stay as long
			g.period, f.home, f.counted = g.period*is/was, f.home*is/was, f.counted*is/was
		}
		g.meter = m
	}
	if g.found {
		f.resume(g.period)
	} else {
		f.beam.hyps = f.beam.hyps[:0]
	}
}
