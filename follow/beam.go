package follow

import "math"

const (
	sigmas      = 4  // an onset farther from its expected time, in standard deviations, is not at that place
	fanOut      = 48 // the most places that a hypothesis tries for one onset
	missed      = -7 // log density of an onset that is at no place of the grid, such as a grace note or a slip
	jumpsFrom   = -5 // log weight from which a hypothesis also tries a jump of the tempo,
	returnsFrom = -3 // or a return to the home tempo
	hopeless    = 25 // a hypothesis this far below the best, in nats, is dropped

	room      = 1 << 13  // the most hypotheses before pruning
	slots     = 2 * room // of the hash table
	sameTime  = 0.06     // in seconds: hypotheses at the same place that differ by less in time and tempo are merged
	samePace  = 0.02     // relative difference of their periods
	sameDoubt = 9        // ratio of the variances of their periods
)

// A beam is a set of weighted hypotheses. It allocates nothing after newBeam.
type beam struct {
	hyps, next []hypothesis
	slots      [slots]slot
	stamp      uint32
	best       float64 // the largest weight in next
	least      float64 // hypotheses of no more weight than this are not added to next
}

// periods are the beat lengths that a hypothesis may have, in seconds, by class.
type periods struct {
	low, high [most]float64 // by class
	home      float64       // at the tempo that the player comes back to; 0 if it is not known
}

func (p *periods) allow(h *hypothesis) bool {
	return h.period >= p.low[h.class] && h.period <= p.high[h.class]
}

// A slot of the hash table holds the index of the merged hypothesis with a key. It is in use if its stamp is the beam's.
type slot struct {
	stamp uint32
	index int32
}

func newBeam() *beam {
	return &beam{hyps: make([]hypothesis, 0, room), next: make([]hypothesis, 0, room)}
}

// hear updates the hypotheses with an onset at the time t, with a motion. It drops those whose period is not allowed, and keeps
// the `size` heaviest.
func (b *beam) hear(t float64, motion, size int, allowed *periods) {
	b.next, b.best, b.least = b.next[:0], math.Inf(-1), math.Inf(-1)
	for i := range b.hyps {
		h := &b.hyps[i]
		b.expand(h, t, motion, allowed)
		n := *h
		n.weight += missed
		b.add(n)
		if h.settled && h.weight > jumpsFrom {
			n := h.jumped()
			b.expand(&n, t, motion, allowed)
		}
		if h.weight > returnsFrom && h.mayReturn(t, allowed.home) {
			n := h.returned(allowed.home)
			b.expand(&n, t, motion, allowed)
		}
	}
	b.merge()
	b.prune(size)
	b.normalise()
}

// expand adds the hypotheses that follow from h if the onset at t is at one of the places near t.
func (b *beam) expand(h *hypothesis, t float64, motion int, allowed *periods) {
	beats := max((t-h.at)/h.period, 0)
	variance, _, _ := h.predict(beats)
	variance += h.noise
	width := sigmas * math.Sqrt(variance) / h.period
	logs := 0.5 * math.Log(2*math.Pi*variance)
	low, high := int(math.Ceil((beats-width)*ticks)), int(math.Floor((beats+width)*ticks))
	if h.tapped {
		low = max(low, 0) // the first onset may be at the tap itself
	} else {
		low = max(low, 1)
	}
	if high-low >= fanOut {
		middle := (low + high) / 2
		low, high = middle-fanOut/2, middle+fanOut/2-1
	}
	for far := low; far <= high; far++ {
		expected := h.expected(far, motion)
		if h.weight+expected-logs < max(b.best-hopeless, b.least) {
			continue
		}
		if n := h.after(far, t, expected, logs); allowed.allow(&n) {
			b.add(n)
		}
	}
}

// add adds a hypothesis to next, unless it is hopeless. The order of the calls does not decide which stay.
func (b *beam) add(n hypothesis) {
	if n.weight <= max(b.best-hopeless, b.least) {
		return
	}
	if len(b.next) == room {
		b.halve()
	}
	b.next = append(b.next, n)
	b.best = max(b.best, n.weight)
}

// halve makes room in next: it keeps the heavier half, and add then ignores what is lighter.
func (b *beam) halve() {
	selectBest(b.next, room/2)
	b.next = b.next[:room/2]
	b.least = math.Inf(1)
	for i := range b.next {
		b.least = min(b.least, b.next[i].weight)
	}
}

// merge merges hypotheses that say the same. The result has the state of the heaviest and the weight of all.
func (b *beam) merge() {
	b.stamp++
	kept := b.next[:0]
	for i := range b.next {
		n := &b.next[i]
		s := b.find(n, kept)
		if s.stamp != b.stamp {
			*s = slot{b.stamp, int32(len(kept))}
			kept = append(kept, *n)
			continue
		}
		o := &kept[s.index]
		sum := logSum(o.weight, n.weight)
		if n.weight > o.weight {
			*o = *n
		}
		o.weight = sum
	}
	b.next = kept
}

// find returns the slot of the merged hypothesis that says the same as n, or the free slot for n.
func (b *beam) find(n *hypothesis, kept []hypothesis) *slot {
	tempo := uint32(int32(math.Floor(math.Log(n.period)/samePace)) + 500)
	moment := uint32(int64(math.Floor(n.at / sameTime)))
	key := (((tempo*64+uint32(n.place))*8+uint32(n.class))*8+uint32(n.context))*2654435761 ^ moment*40503*2654435761
	key ^= key >> 15
	for i := key % slots; ; i = (i + 1) % slots {
		s := &b.slots[i]
		if s.stamp != b.stamp {
			return s
		}
		o := &kept[s.index]
		if o.place == n.place && o.class == n.class && o.context == n.context &&
			math.Abs(o.at-n.at) < sameTime && math.Abs(o.period-n.period) < samePace*n.period &&
			o.pp < sameDoubt*n.pp && n.pp < sameDoubt*o.pp {
			return s
		}
	}
}

// prune drops hopeless hypotheses and keeps the `size` heaviest.
func (b *beam) prune(size int) {
	best := math.Inf(-1)
	for i := range b.next {
		best = max(best, b.next[i].weight)
	}
	kept := b.next[:0]
	for i := range b.next {
		if b.next[i].weight > best-hopeless {
			kept = append(kept, b.next[i])
		}
	}
	if len(kept) > size {
		selectBest(kept, size)
		kept = kept[:size]
	}
	b.hyps, b.next = kept, b.hyps
}

// normalise scales the weights so that the probabilities add up to 1.
func (b *beam) normalise() {
	best := math.Inf(-1)
	for i := range b.hyps {
		best = max(best, b.hyps[i].weight)
	}
	var sum float64
	for i := range b.hyps {
		sum += math.Exp(b.hyps[i].weight - best)
	}
	total := best + math.Log(sum)
	for i := range b.hyps {
		b.hyps[i].weight -= total
	}
}

// logSum returns log(exp(a) + exp(b)).
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// heaviest returns the heaviest hypothesis. There is always one, because an onset at no place is always possible.
func (b *beam) heaviest() *hypothesis {
	best := &b.hyps[0]
	for i := range b.hyps {
		if b.hyps[i].weight > best.weight {
			best = &b.hyps[i]
		}
	}
	return best
}

// lean moves all periods towards the given one, by a share of the difference.
func (b *beam) lean(period, share float64) {
	for i := range b.hyps {
		b.hyps[i].period += share * (period - b.hyps[i].period)
	}
}
