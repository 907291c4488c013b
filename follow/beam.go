package follow

import "math"

const (
	sigmas    = 4  // an onset farther than this from where it is expected is no onset of that place
	fanOut    = 48 // places that one onset may be of, in one hypothesis
	missed    = -7 // logarithm of the density of an onset that is of no place: a grace note, a slip
	jumpsFrom = -5 // the tempo jumps in hypotheses at least as likely as this
	hopeless  = 25 // below the best, in nats

	room      = 1 << 13
	slots     = 2 * room
	sameTime  = 0.06 // seconds and share of tempo within which hypotheses of one place are one
	samePace  = 0.02
	sameDoubt = 9 // ratio of the variances of their tempi
)

// A beam is a set of hypotheses. It allocates nothing after it is made.
type beam struct {
	hyps, next []hypothesis
	slots      [slots]slot
	stamp      uint32
	best       float64 // weight of next
}

// keep says which hypotheses may be: those whose beat is of a length, in seconds.
type keep struct {
	low, high [most]float64 // by class
}

func (k *keep) allows(h *hypothesis) bool {
	return h.period >= k.low[h.class] && h.period <= k.high[h.class]
}

// A slot leads from what makes two hypotheses one to the better of both.
type slot struct {
	stamp uint32
	index int32
}

func newBeam() *beam {
	return &beam{hyps: make([]hypothesis, 0, room), next: make([]hypothesis, 0, room)}
}

// hear takes an onset. k says which hypotheses may be; at most size of them are kept.
func (b *beam) hear(t float64, size int, k *keep) {
	b.next, b.best = b.next[:0], math.Inf(-1)
	for i := range b.hyps {
		h := &b.hyps[i]
		b.expand(h, t, k)
		n := *h
		n.weight += missed
		b.add(n)
		if h.settled && h.weight > jumpsFrom {
			n := h.jumped()
			b.expand(&n, t, k)
		}
	}
	b.merge()
	b.prune(size)
	b.normalise()
}

// expand adds what may follow from a hypothesis: an onset of one of the places that are near.
func (b *beam) expand(h *hypothesis, t float64, k *keep) {
	beats := max((t-h.at)/h.period, 0)
	variance, _, _ := h.predict(beats)
	variance += h.noise
	width := sigmas * math.Sqrt(variance) / h.period
	logs := 0.5 * math.Log(2*math.Pi*variance)
	low, high := int(math.Ceil((beats-width)*ticks)), int(math.Floor((beats+width)*ticks))
	if h.tapped {
		low = max(low, 0) // an onset with the tap
	} else {
		low = max(low, 1)
	}
	if high-low >= fanOut {
		middle := (low + high) / 2
		low, high = middle-fanOut/2, middle+fanOut/2-1
	}
	for far := low; far <= high; far++ {
		if h.weight+h.expected(far)-logs < b.best-hopeless {
			continue
		}
		if n := h.after(far, t, logs); k.allows(&n) {
			b.add(n)
		}
	}
}

func (b *beam) add(n hypothesis) {
	if len(b.next) < room && n.weight > b.best-hopeless {
		b.next = append(b.next, n)
		b.best = max(b.best, n.weight)
	}
}

// merge makes one of hypotheses that say the same: it has the state of the better and the weight of both.
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

// prune keeps the best, size of them at most.
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

// normalise makes the weights a distribution.
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

// selectBest puts the n heaviest first, in no order (Hoare's selection).
func selectBest(h []hypothesis, n int) {
	low, high := 0, len(h)-1
	for low < high {
		pivot := h[(low+high)/2].weight
		i, j := low, high
		for i <= j {
			for h[i].weight > pivot {
				i++
			}
			for h[j].weight < pivot {
				j--
			}
			if i <= j {
				h[i], h[j] = h[j], h[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n-1 <= j:
			high = j
		case n-1 >= i:
			low = i
		default:
			return
		}
	}
}

func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// heaviest is the best hypothesis. There is always one: none of a beam's ways to go on is closed.
func (b *beam) heaviest() *hypothesis {
	best := &b.hyps[0]
	for i := range b.hyps {
		if b.hyps[i].weight > best.weight {
			best = &b.hyps[i]
		}
	}
	return best
}

// lean moves all periods a share of the way to one.
func (b *beam) lean(period, share float64) {
	for i := range b.hyps {
		b.hyps[i].period += share * (period - b.hyps[i].period)
	}
}
