package midiio

import "math"

const (
	blockWindow = 512 // number of arrivals that are stored
	leastRun    = 12  // number of arrivals that give a tempo, if they span leastLines
	leastLines  = 6   // number of blocks
	// evenSpread is the largest spread of lines about a straight line, in blocks. Without jitter it is below 1.
	evenSpread = 1.15

	offGrid       = 0.25           // distance from a line from which an arrival is off the grid, in blocks
	offGridMost   = 0.3            // if a larger share of arrivals is off the grid, the blocks have ended
	offGridMemory = 32             // number of arrivals
	longestBlock  = float64(100e6) // nanoseconds
)

// blocks detects whether pulses arrive in blocks, and numbers the pulses while they do.
//
// An audio program delivers MIDI at the end of an audio buffer (up to 93 ms: 4,096 samples at 44.1 kHz), Bluetooth at each
// connection interval (7.5 to 50 ms). So arrivals lie on a grid of lines, one block apart: a pulse arrives with the first
// line after it was due. If the block is a little shorter than a pulse, this looks like a faster clock that loses pulses.
// But the line of pulse i is a linear function of i, rounded up, and such numbers are spaced as evenly as possible
// (Christoffel words: Jean Berstel et al., "Combinatorics on Words", 2009). Pulses lost at random are not.
//
// While pulses arrive in blocks, a straight line is fitted to the longest run of arrivals that one straight line explains. A
// pulse off that line is late, or pulses were lost before it, or the tempo changed: see [blocks.explain].
type blocks struct {
	length float64 // length of a block in nanoseconds; 0 while pulses arrive one by one
	grid   arrivalGrid
	off    float64 // share of the last arrivals that were off the grid

	heard    int // number of all arrivals
	n        int // number of arrivals in the arrays; the newest is last
	arrivals [blockWindow]float64
	numbers  [blockWindow]int64 // numbers of the pulses
	lines    [blockWindow]int64 // grid lines that the pulses arrived with; only valid while length > 0

	run      int // index of the first arrival that straight is fitted to
	straight straightLine
	broken   int   // number of arrivals since one was off straight; 0 if none is off
	skipped  int64 // number of pulses to skip before the next arrival, set by [pulseCount.move]

	gaps [blockWindow]float64 // scratch space of find
}

// hear adds an arrival. number is the pulse's number if pulses arrive one by one.
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
	b.lines[b.n-1], b.numbers[b.n-1] = b.grid.line, b.numbers[b.n-2]+1+b.skipped
	b.skipped = 0
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
			b.fit(from) // the tempo is changing slowly
			return
		}
	}
	b.broken++
	b.explain()
}

// explain finds out why arrivals have left the straight line, as soon as enough of them have come. If the newest are back on the
// line, the ones in between were late. If they are on the line once some pulses are counted as lost, those pulses were lost. If
// they lie on another straight line, the tempo has changed.
func (b *blocks) explain() {
	enough := max(leastRun, int(leastLines/b.straight.slope)) / 2
	for lost := range int64(freewheel) {
		if lost == 1 { // a loss needs more evidence than late pulses
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

// goesOn reports whether the newest n arrivals are on the straight line if `lost` pulses were lost before them.
func (b *blocks) goesOn(n int, lost int64) bool {
	for i := b.n - n; i < b.n; i++ {
		if b.straight.off(b.numbers[i]+lost, b.lines[i]) > evenSpread/2 {
			return false
		}
	}
	return true
}

// tellsTempo reports whether the arrivals from index from on are enough for a tempo, `times` times over.
func (b *blocks) tellsTempo(from, times int) bool {
	return b.n-from >= times*leastRun && b.lines[b.n-1]-b.lines[from] >= int64(times*leastLines)
}

// fit fits the straight line to the arrivals from index from on. It reports false, and changes nothing, if they are not even
// enough.
func (b *blocks) fit(from int) bool {
	line := straightThrough(b.numbers[from:b.n], b.lines[from:b.n])
	if line.spread > evenSpread {
		return false
	}
	b.run, b.straight = from, line
	return true
}

// evenFrom returns the index of the first arrival of the longest even run that ends with the newest.
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

// newest returns when the newest pulse was due, and its number. On average a pulse is due half a block before its line. But the
// delay of the connection is not known either, so newest returns the mean time of arrival as the time due.
func (b *blocks) newest() (at float64, number int64) {
	number = b.numbers[b.n-1]
	return b.grid.at + (b.straight.place(number)-float64(b.grid.line))*b.length, number
}

// guess makes a guess from the blocks, for the pulses that come after the blocks have ended.
func (b *blocks) guess(at, period float64, number int64) guess {
	block := b.grid.period
	loop := delayLoop{at: at, period: period, memory: leastMemory, heard: jitterMemory, variance: block * block / 12}
	return guess{delayLoop: loop, number: number, loss: leastLoss}
}

// settle makes number the final number of the newest pulse, and moves the earlier ones with it.
func (b *blocks) settle(number int64) {
	if b.n == 0 {
		return
	}
	moved := number - b.numbers[b.n-1]
	b.straight.first += moved
	for i := range b.n {
		b.numbers[i] += moved
		if b.length == 0 { // losses that were counted before stay counted
			b.numbers[i] = number - int64(b.n-1-i)
		}
	}
}
