package follow

import "math"

// A belief is the weighted mean of what the hypotheses near the grid say about it.
type belief struct {
	share  float64              // total weight of these hypotheses
	off    float64              // how late the last onset was for them, in seconds
	delta  float64              // how late their next beat is for the grid, in beats
	period float64              // seconds a beat
	spread float64              // variance of the time of the next beat, in beats squared
	drift  float64              // relative variance of the period
	bars   [8]float64           // share of hypotheses by how many beats their bar line is after the grid's
	meters [len(meters)]float64 // share of hypotheses by meter
}

// weigh returns the belief after an onset at t.
func weigh(b *beam, g *grid, t float64) (w belief) {
	var square float64
	for i := range b.hyps {
		h := &b.hyps[i]
		if !g.near(h, t) {
			continue
		}
		p := math.Exp(h.weight)
		at, inBar := h.line(t)
		beat, after := g.nearest(at)
		aa, _, pp := h.predict((at - h.at) / h.period)
		w.share += p
		w.off += p * h.off
		w.delta += p * after
		w.period += p * h.period
		square += p * (after*after + aa/(g.period*g.period))
		w.drift += p * pp / (h.period * h.period)
		c := &classes[h.class]
		w.meters[c.meterIndex] += p
		if c.meter == g.meter {
			w.bars[g.inBar(beat-int64(inBar))] += p
		}
	}
	if w.share > 0 {
		w.off, w.delta, w.period, w.drift = w.off/w.share, w.delta/w.share, w.period/w.share, w.drift/w.share
		w.spread = max(square/w.share-w.delta*w.delta, 0)
	}
	return w
}

// read updates the belief after an onset at t and moves the grid with it.
func (f *Follower) read(t float64) {
	g := &f.grid
	g.reach = f.reach()
	decided := false
	if !f.locked {
		g.put(f.beam.heaviest(), t, f.meter.on)
		decided = t-f.begun > undecided && f.decide(t)
	}
	if f.exact() {
		f.favour(t)
	}
	f.belief = weigh(f.beam, g, t)
	w := &f.belief
	if f.locked && f.leaves(w.share) {
		f.elsewhere(t)
		return
	}
	if w.share > doubting {
		f.learnExactness(w.off)
	}
	if w.share > 0 {
		beat, _ := g.nearest(t)
		g.move(beat, g.line(beat)+w.delta*g.period, w.period)
	}
	if !f.locked {
		if !g.found {
			f.bar.settle(g, w)
		}
		if decided || w.share > agreeing {
			f.locked, g.found = true, true
		}
	}
}

// decide reports whether the hypotheses agree on the beats but for how many of them to count: all or every other one. If so, it
// drops those that count otherwise than most, and puts the grid on the others.
func (f *Follower) decide(t float64) bool {
	b, g := f.beam, &f.grid
	var share [levels]float64
	for i := range b.hyps {
		if level, ok := g.level(&b.hyps[i], t); ok {
			share[level] += math.Exp(b.hyps[i].weight)
		}
	}
	if share[sameLevel]+share[slower]+share[faster] < agreeing {
		return false
	}
	most := sameLevel
	for level, s := range share {
		if s > share[most] {
			most = level
		}
	}
	left := b.hyps[:0]
	for _, h := range b.hyps {
		if level, ok := g.level(&h, t); ok && level == most {
			left = append(left, h)
		}
	}
	b.hyps = left
	b.normalise()
	g.put(b.heaviest(), t, f.meter.on)
	return true
}

// elsewhere moves the grid to the heaviest hypothesis, if most of the weight is near that one.
func (f *Follower) elsewhere(t float64) {
	g := f.grid
	g.put(f.beam.heaviest(), t, f.meter.on)
	if w := weigh(f.beam, &g, t); w.share > moving {
		f.grid, f.belief = g, w
		if _, share := w.bar(&g); share > moving {
			f.bar.settle(&f.grid, &w)
		}
	}
}

// sure returns the probability that the next beat is within a tenth of a beat of the player's.
func (f *Follower) sure(now float64) float64 {
	if !f.grid.on {
		return 0
	}
	w := &f.belief
	beats := max((now-f.last)/f.grid.period, 0)
	spread := w.spread + beats*beats*w.drift + placeWalk*placeWalk*beats + tempoWalk*tempoWalk*beats*beats*beats/3
	return calibrated(w.share * math.Erf(0.1/math.Sqrt(2*spread+1e-9)))
}

const (
	asynchronyGain = 0.05 // share of the error learned in each beat, after the first beats
	asynchronyMost = 0.05 // in seconds
	leak           = 0.05 // share of the way back to the counted-in tempo, a beat: two who follow each other have no other reference
)

// learnAsynchrony learns how early or late the player plays for the beat. People who hear a partner play early, and a partner who
// mistakes that for a faster tempo speeds up without end. A player who hears nothing has no such habit, and learning it would
// make following worse.
func (f *Follower) learnAsynchrony(rest float64) {
	if f.locked && f.config.Heard {
		beats := min(rest/f.grid.period, 1)
		f.heard += beats
		f.asynchrony += max(asynchronyGain, 1/(2+f.heard)) * beats * f.belief.off
		f.asynchrony = min(max(f.asynchrony, -asynchronyMost), asynchronyMost)
		if f.counted > 0 {
			f.beam.lean(f.counted, leak*beats)
		}
	}
}
