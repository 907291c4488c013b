package follow

import (
	"math"
	"time"

	"jamd/jam"
)

const (
	tapsKept  = 8     // number of taps that are remembered
	tapPause  = 2.2   // seconds without a tap, after which a new series begins
	tapBounce = 0.15  // a tap sooner after the last, in seconds, is a bounce of the key
	tapJitter = 0.012 // standard deviation of a tap, in seconds

	tapShare     = 0.15 // how far the tempo may have changed at a single tap during the music, as a share
	tapElsewhere = -2   // log probability that this beat is another one of the bar
)

// taps is a series of taps on beats.
type taps struct {
	at    [tapsKept]float64
	n     int   // number of taps in at
	first int64 // number of the beat of the first tap in at
	opens bool  // its first tap began a bar, at the beat one, because no beat was known
	one   int64
}

// CountIn returns the beats of a count-in that ends at zero, which are given as taps: at least three, in whole bars.
func CountIn(m jam.Meter, bpm float64, zero time.Duration) (taps []time.Duration) {
	beat := time.Duration(jam.FrameLength(bpm) * float64(m.Beat()))
	for beats := m.Beats() * (2/m.Beats() + 1); beats > 0; beats-- {
		taps = append(taps, zero-time.Duration(beats)*beat)
	}
	return taps
}

// Tap puts a beat at a time. If no beat has been found, the first tap begins a bar, so that four taps are a count-in. During the
// music, a tap moves the nearest beat, and a series of taps also sets the tempo.
func (f *Follower) Tap(at time.Duration) {
	f.Advance(at)
	t, s, g := seconds(at), &f.taps, &f.grid
	if s.n > 0 {
		switch since := t - s.at[s.n-1]; {
		case since < tapBounce:
			return
		case since > tapPause:
			s.n = 0
		}
	}
	if s.n == tapsKept {
		s.n = copy(s.at[:], s.at[1:])
		s.first++
	}
	s.at[s.n] = t
	s.n++
	switch {
	case s.n > 1:
		f.count()
	case g.found:
		s.first, _ = g.nearest(t)
		s.first, s.opens = max(s.first, g.passed), false
		f.place(t, s.first)
	default:
		s.first = g.passed + 1
		if g.on {
			s.first, _ = g.nearest(t)
		}
		s.one, s.opens = s.first, true
		g.one, f.bar.told = s.one, true
	}
}

// Downbeat makes the beat nearest to a time the first of a bar, and puts it at that time.
func (f *Follower) Downbeat(at time.Duration) {
	f.Advance(at)
	f.bar = barLine{told: true}
	f.taps.opens = false
	if g := &f.grid; g.on {
		beat, _ := g.nearest(seconds(at))
		g.one = beat
		f.place(seconds(at), beat)
	}
}

// place restarts the hypotheses with a beat at t, at the grid's tempo or, if the player has changed it, another.
func (f *Follower) place(t float64, beat int64) {
	f.restart(t, beat, f.grid.period, 1.5*tapJitter, 0, 0.02*f.grid.period)
	f.widen()
}

// resume restarts the hypotheses at the grid's next beat, with a new period.
func (f *Follower) resume(period float64) {
	g := &f.grid
	next := g.passed + 1
	f.restart(g.line(next), next, period, 0.1*period, 0, 0.05*period)
	f.widen()
}

// widen adds hypotheses of other tempi, and of other places in the bar, to those that restart has made.
func (f *Follower) widen() {
	b := f.beam
	for i := range b.hyps {
		n := b.hyps[i]
		n.pp = tapShare * tapShare * n.period * n.period
		b.hyps = append(b.hyps, n)
		n.weight += tapElsewhere
		bar := classes[n.class].bar
		for range bar/ticks - 1 {
			n.place = (n.place + ticks) % bar
			b.hyps = append(b.hyps, n)
		}
	}
	b.normalise()
}

// count begins anew from a series of taps: the straight line through them (least squares).
func (f *Follower) count() {
	s, g := &f.taps, &f.grid
	if late := g.passed - (s.first + int64(s.n) - 1); late > 0 { // notes between the taps made beats pass too fast
		s.first, s.one = s.first+late, s.one+late
	}
	if s.opens {
		g.one = s.one
		if f.meter.on { // a count-in ends at a bar line, whatever the meter
			g.one = s.first + int64(s.n)
		}
	}
	n := float64(s.n)
	var sy, sxy float64
	for i, y := range s.at[:s.n] {
		sy += y
		sxy += float64(i) * y
	}
	middle := (n - 1) / 2
	squares := n * (n*n - 1) / 12
	period := (sxy - middle*sy) / squares
	f.counted = period
	variance := tapJitter * tapJitter / squares // of the period
	f.restart(sy/n+period*middle, s.first+int64(s.n)-1, period,
		math.Sqrt(tapJitter*tapJitter/n+variance*middle*middle), variance*middle, math.Sqrt(variance))
}

// restart locks the grid with a beat at t and restarts the hypotheses there. The last parameters are the standard deviations of t
// and of the period, and their covariance.
func (f *Follower) restart(t float64, beat int64, period, sdAt, covariance, sdPeriod float64) {
	g := &f.grid
	g.on, g.found, f.locked = true, true, true
	g.passed = max(g.passed, beat)
	g.move(beat, t, period)
	f.home = period
	b := f.beam
	b.hyps = b.hyps[:0]
	for i := range classes {
		if c := &classes[i]; f.plays(c) {
			h := begun(uint8(i), c.place(beat-g.one), t, period, sdAt, sdPeriod)
			h.ap, h.tapped, h.weight = covariance, true, c.prior
			b.hyps = append(b.hyps, h)
		}
	}
	b.normalise()
	f.belief = weigh(b, g, t)
	f.last = max(f.last, t-2*sameOnset)
}
