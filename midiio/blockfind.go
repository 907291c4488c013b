package midiio

import (
	"math"
	"slices"
)

const (
	// gridNoise is the largest root mean square distance of arrivals from the lines of the grid, in blocks.
	gridNoise = 0.08
	// Random losses are sometimes as even as blocks. findFrom accepts blocks if random losses would be that even with a
	// probability below exp(-evenProof). If the losses would be many, they are unlikely by themselves, and less proof is enough:
	// 0.6·evenProof for a fifth of the pulses, but never below leastProof. If two pulses arrived together, togetherProof is
	// enough.
	evenProof     = 10
	leastProof    = 6
	togetherProof = 4
	// foundSlack limits how uneven the rarer steps may be, in pulses. They are uneven because clocks jitter before they are
	// delivered in blocks.
	foundSlack = 0.3
	// foundRare limits the share of the rarer steps where the pulses also lie on a grid of longer blocks, with steps of one length.
	// Rarer steps each look like a new tempo; frequent ones look like jitter.
	foundRare = 0.1
	// mostLines is the largest number of blocks in a pulse. jamd treats shorter blocks as jitter.
	mostLines = 4
	// alikeGaps is the largest ratio of two gaps that count as the same number of blocks.
	alikeGaps = 1.25
	// A gap shorter than togetherGap times the longest gap is ignored, because its two pulses came in one block.
	togetherGap = 0.35
)

// find looks for blocks in the newest arrivals: in short stretches of them at each pulse, in long ones less often.
func (b *blocks) find() {
	for n := b.n; n >= leastRun; n = n * 3 / 4 {
		if b.heard%max(1, n/16) == 0 && b.findFrom(b.n-n) {
			return
		}
	}
}

// findFrom looks for blocks in the arrivals from index from on, and reports whether it found them. It then numbers their pulses
// without gaps, because no pulse was lost.
func (b *blocks) findFrom(from int) bool {
	shortest, whole := b.shortestGap(from), false
	for part := 1.0; part <= mostLines; part++ {
		if !b.lay(from, shortest/part) {
			continue
		}
		rare, ok := twoSteps(b.lines[from:b.n])
		if !ok { // perhaps the blocks are shorter: one more block in a pulse now and then looks like jitter of the whole pulse
			whole = true
			continue
		}
		if whole && rare > foundRare { // then the pulses can be followed as they come, and lost ones are counted sooner so
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

// shortestGap returns the mean of the shortest gaps between arrivals in different blocks.
func (b *blocks) shortestGap(from int) float64 {
	gaps := b.gaps[:b.n-from-1]
	for i := range gaps {
		gaps[i] = b.arrivals[from+i+1] - b.arrivals[from+i]
	}
	slices.Sort(gaps)
	longest := gaps[len(gaps)-1-len(gaps)/20] // one gap in twenty may be a lost pulse
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

// lay fits a grid of the given period to the arrivals from index from on. It reports whether they are close enough to its lines.
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

// twoSteps reports whether the steps from line to line have two lengths that differ by one line, and are so many that random
// losses would hardly be as even. rare is the share of the rarer length. Of all orders of n steps of two lengths, about n^3/pi^2
// follow a straight line: on average n^2/pi^2 for each number of longer steps.
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
		proof = togetherProof // a lost pulse cannot bring two others together
	}
	return min(long, 1-long), orders(n, long*n)-2*math.Log(n/math.Pi) > proof
}

// orders returns the logarithm of the number of orders of n steps, of which `long` are long.
func orders(n, long float64) float64 {
	all, _ := math.Lgamma(n + 1)
	some, _ := math.Lgamma(long + 1)
	others, _ := math.Lgamma(n - long + 1)
	return all - some - others
}

// together reports whether some of the first pulses arrived together. If so, the gaps between them give no tempo.
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
