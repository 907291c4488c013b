package midiio

import (
	"math"
	"slices"
)

const (
	// gridNoise is how far arrivals may be from the grid's lines, as a share of a block (root mean square).
	gridNoise = 0.08
	// evenProof is the logarithm of how unlikely it must be that losses at random are as even as blocks. Losing much is itself
	// unlikely, which lowers it as far as leastProof: a fifth of the pulses by 0.4.
	evenProof     = 10
	leastProof    = 6
	togetherProof = 4
	// foundSlack is how uneven the rarer steps may be, in pulses: clocks jitter before they are delivered in blocks.
	foundSlack = 0.3
	// mostLines is the most blocks in a pulse. Shorter blocks are jitter like any other.
	mostLines = 4
	// alike is the ratio of two gaps between arrivals that are taken for the same number of blocks.
	alikeGaps = 1.25
	// A gap shorter than togetherGap of the longest ones is no gap: its pulses came in one block.
	togetherGap = 0.35
)

// find looks for blocks in the newest arrivals: in few of them at each pulse, in many now and then.
func (b *blocks) find() {
	for n := b.n; n >= leastRun; n = n * 3 / 4 {
		if b.heard%max(1, n/16) == 0 && b.findFrom(b.n-n) {
			return
		}
	}
}

// findFrom looks for blocks in the arrivals from one on. If it finds them, it numbers the pulses anew: none is lost.
func (b *blocks) findFrom(from int) bool {
	shortest := b.shortestGap(from)
	for part := 1.0; part <= mostLines; part++ {
		if !b.lay(from, shortest/part) {
			continue
		}
		rare, ok := twoSteps(b.lines[from:b.n])
		if !ok {
			return false
		}
		heard := b.numbers
		for i := from + 1; i < b.n; i++ {
			b.numbers[i] = b.numbers[i-1] + 1
		}
		if !b.fit(from) || b.straight.spread > 1+foundSlack*rare {
			b.numbers = heard
			return false
		}
		b.length, b.off, b.broken = b.grid.period, 0, 0
		return true
	}
	return false
}

// shortestGap is the mean of the shortest gaps between arrivals in different blocks.
func (b *blocks) shortestGap(from int) float64 {
	gaps := b.gaps[:b.n-from-1]
	for i := range gaps {
		gaps[i] = b.arrivals[from+i+1] - b.arrivals[from+i]
	}
	slices.Sort(gaps)
	longest := gaps[len(gaps)-1-len(gaps)/20] // one in twenty may be a loss
	first, _ := slices.BinarySearch(gaps, togetherGap*longest)
	var sum, n float64
	for _, gap := range gaps[first:] {
		if gap > alikeGaps*gaps[first] {
			break
		}
		sum += gap
		n++
	}
	return sum / n
}

// lay lays a grid through the arrivals from one on, and reports whether they are near to its lines.
func (b *blocks) lay(from int, period float64) bool {
	b.grid = arrivalGrid{at: b.arrivals[from], period: period, heard: 2}
	if !(period > 0) {
		return false
	}
	most := gridNoise * gridNoise * float64(b.n-from)
	square := 0.0
	for i := from; i < b.n && square < most; i++ {
		off := b.grid.move(b.arrivals[i])
		square += off * off
		b.lines[i] = b.grid.line
	}
	return square < most
}

// twoSteps reports whether the steps from line to line are of two kinds, one line apart, and so many that losses at random
// would not be even; rare is the share of the rarer kind. Of all orders of n steps of two kinds, some n^3/pi^2 are those of a straight line: on average n^2/pi^2
// for each number of longer steps.
func twoSteps(lines []int64) (rare float64, ok bool) {
	least, most := lines[1]-lines[0], lines[1]-lines[0]
	for i := range lines[1:] {
		step := lines[i+1] - lines[i]
		least, most = min(least, step), max(most, step)
	}
	if most != least+1 {
		return 0, false
	}
	n := float64(len(lines) - 1)
	long := float64(lines[len(lines)-1]-lines[0])/n - float64(least) // share of the longer steps
	proof := max(leastProof, evenProof*(1-2*long))
	if least == 0 {
		proof = togetherProof // no loss brings two pulses together
	}
	return min(long, 1-long), orders(n, long*n)-2*math.Log(n/math.Pi) > proof
}

// orders is the logarithm of the number of orders of n steps, of which so many are long.
func orders(n, long float64) float64 {
	all, _ := math.Lgamma(n + 1)
	some, _ := math.Lgamma(long + 1)
	others, _ := math.Lgamma(n - long + 1)
	return all - some - others
}

// together reports whether pulses came together among the first ones: then their gaps tell no tempo.
func (b *blocks) together() bool {
	if b.n > 2*leastRun {
		return false
	}
	for i := 1; i < b.n; i++ {
		if b.arrivals[i]-b.arrivals[i-1] < fastestPeriod/3 {
			return true
		}
	}
	return false
}
