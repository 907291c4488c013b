package midiio

import "math"

const (
	blockWindow = 512 // arrivals that are remembered
	leastRun    = 12  // arrivals, and
	leastLines  = 6   // blocks, that tell a tempo
	// evenSpread is the most that lines may spread about a straight line, in blocks; less than 1 without jitter.
	evenSpread = 1.15

	offGrid       = 0.25 // of a block
	offGridMost   = 0.3  // share of arrivals off the grid that ends the blocks
	offGridMemory = 32   // arrivals
	longestBlock  = float64(100e6)
)

// blocks finds out whether pulses come in blocks, and counts them while they do.
//
// An audio program delivers MIDI at the end of an audio buffer (up to 93 ms: 4,096 samples at 44.1 kHz), Bluetooth at each
// connection interval (7.5 to 50 ms). So arrivals lie on a grid of lines, a block apart: a pulse comes with the first line after it was due.
// If the block is a little shorter than a pulse, this looks like a faster clock that loses pulses. But the line of pulse i
// is a linear function of i, rounded up, and such numbers are spaced as evenly as can be (Christoffel words: Jean Berstel et
// al., "Combinatorics on Words", 2009). Pulses lost at random are not.
//
// While pulses come in blocks, blocks keeps a straight line through the longest run of arrivals that one explains. A pulse
// off that line is late, or pulses were lost before it, or the tempo changed: see [blocks.explain].
type blocks struct {
	length float64 // of a block, in nanoseconds; 0 while pulses come one by one
	grid   arrivalGrid
	off    float64 // share of the arrivals that were off the grid lately

	heard    int // arrivals
	n        int // arrivals that are remembered, the newest last
	arrivals [blockWindow]float64
	numbers  [blockWindow]int64 // of the pulses
	lines    [blockWindow]int64 // that they came with; while length > 0

	run      int // the first arrival that the straight line goes by
	straight straightLine
	broken   int // arrivals since the straight line last failed; 0: it holds

	gaps [blockWindow]float64 // for find to sort
}

// hear takes an arrival, and the number that the pulse is taken for if pulses come one by one.
func (b *blocks) hear(at float64, number int64) {
	if b.n == blockWindow {
		b.forgetHalf()
	}
	b.heard++
	b.arrivals[b.n], b.numbers[b.n] = at, number
	b.n++
	if b.length == 0 {
		b.find()
		return
	}
	off := 0.0
	if math.Abs(b.grid.move(at)) > offGrid {
		off = 1
	}
	if b.off += (off - b.off) / offGridMemory; b.off > offGridMost {
		b.length = 0
		return
	}
	b.length = b.grid.period
	b.lines[b.n-1], b.numbers[b.n-1] = b.grid.line, b.numbers[b.n-2]+1
	b.count()
}

func (b *blocks) forgetHalf() {
	const half = blockWindow / 2
	copy(b.arrivals[:], b.arrivals[half:])
	copy(b.numbers[:], b.numbers[half:])
	copy(b.lines[:], b.lines[half:])
	b.n, b.run = half, min(max(b.run-half, 0), half-2)
	if b.length > 0 && b.broken == 0 {
		b.straight = straightThrough(b.numbers[b.run:b.n], b.lines[b.run:b.n])
	}
}

// count numbers the newest pulse.
func (b *blocks) count() {
	newest := b.n - 1
	if b.broken == 0 {
		if b.straight.off(b.numbers[newest], b.lines[newest]) <= b.straight.spread/2 || b.fit(b.run) {
			return
		}
		if from := b.evenFrom(); b.tellsTempo(from, 3) {
			b.fit(from) // the tempo creeps
			return
		}
	}
	b.broken++
	b.explain()
}

// explain finds out why arrivals have left the straight line, once enough have come. If the newest ones are back on it, the
// ones between were late. If they would be on it had some pulses been lost, those were. If they lie on another straight
// line, the tempo has changed.
func (b *blocks) explain() {
	enough := max(leastRun, int(leastLines/b.straight.slope)) / 2
	for lost := range int64(freewheel) {
		if lost == 1 { // which takes more to believe than that some were late
			enough *= 2
		}
		if b.broken < enough {
			return
		}
		if !b.goesOn(enough, lost) {
			continue
		}
		for i := b.n - b.broken; i < b.n-enough; i++ {
			b.lines[i] = int64(math.Round(b.straight.place(b.numbers[i])))
		}
		for i := b.n - enough; i < b.n; i++ {
			b.numbers[i] += lost
		}
		if b.broken = 0; !b.fit(b.run) {
			b.fit(b.evenFrom())
		}
		return
	}
	if from := b.evenFrom(); b.tellsTempo(from, 1) {
		b.broken = 0
		b.fit(from)
	}
}

// goesOn reports whether the newest n arrivals are on the straight line if so many pulses were lost before them.
func (b *blocks) goesOn(n int, lost int64) bool {
	for i := b.n - n; i < b.n; i++ {
		if b.straight.off(b.numbers[i]+lost, b.lines[i]) > evenSpread/2 {
			return false
		}
	}
	return true
}

// tellsTempo reports whether the arrivals from one on are enough to tell a tempo, so many times over.
func (b *blocks) tellsTempo(from, times int) bool {
	return b.n-from >= times*leastRun && b.lines[b.n-1]-b.lines[from] >= int64(times*leastLines)
}

// fit lays the straight line through the arrivals from one on, if they are even.
func (b *blocks) fit(from int) bool {
	line := straightThrough(b.numbers[from:b.n], b.lines[from:b.n])
	if line.spread > evenSpread {
		return false
	}
	b.run, b.straight = from, line
	return true
}

// evenFrom returns the first arrival of the longest run up to now that is even.
func (b *blocks) evenFrom() int {
	low, high := b.run, b.n-2
	for low < high {
		middle := (low + high) / 2
		if straightThrough(b.numbers[middle:b.n], b.lines[middle:b.n]).spread > evenSpread {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// newest returns when the newest pulse was due, and its number. It is due half a block before its line on average; as the
// delay of the whole connection is not known either, the mean arrival counts as the time due.
func (b *blocks) newest() (at float64, number int64) {
	number = b.numbers[b.n-1]
	return b.grid.at + (b.straight.place(number)-float64(b.grid.line))*b.length, number
}

// guess returns what is known of the pulses as a guess, for when blocks end.
func (b *blocks) guess(at, period float64, number int64) guess {
	block := b.grid.period
	loop := delayLoop{at: at, period: period, memory: leastMemory, heard: jitterMemory, variance: block * block / 12}
	return guess{delayLoop: loop, number: number, loss: leastLoss}
}

// settle makes the numbers of all pulses up to the newest final.
func (b *blocks) settle(number int64) {
	if b.n == 0 {
		return
	}
	moved := number - b.numbers[b.n-1]
	b.straight.first += moved
	for i := range b.n {
		b.numbers[i] += moved
		if b.length == 0 { // any losses that were counted before stay counted
			b.numbers[i] = number - int64(b.n-1-i)
		}
	}
}
