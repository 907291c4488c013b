package midiio

import "math"

// An arrivalGrid is a grid of lines, one block apart, that arrivals lie close to.
type arrivalGrid struct {
	at, period float64 // time of the newest line, and time from line to line, in nanoseconds
	line       int64   // number of the newest line
	heard      float64 // number of lines that the period is estimated from, at most gridMemory
}

const gridMemory = 100 // lines

// move makes the line nearest to an arrival the newest line. It returns how far the arrival is from it, in blocks. Its gains are
// those of [delayLoop].
func (g *arrivalGrid) move(at float64) (off float64) {
	lines := math.Round((at - g.at) / g.period)
	late := at - g.at - lines*g.period
	off = late / g.period
	g.line += int64(lines)
	g.at += lines * g.period
	if lines > 0 {
		g.heard = min(g.heard+1, gridMemory)
		n := g.heard
		g.at += late * 2 * (2*n + 1) / ((n + 1) * (n + 2))
		g.period += late / lines * 6 / ((n + 1) * (n + 2))
	}
	return off
}

// A straightLine maps the number of a pulse to the grid line that the pulse arrives with, before rounding up. It minimises the
// largest distance of any pulse from it.
type straightLine struct {
	slope  float64 // lines per pulse
	first  int64   // number of a pulse
	middle float64 // the value at that pulse
	spread float64 // from the pulse farthest below to the one farthest above
}

// off returns the distance of a pulse from the straight line, in lines, if the pulse arrives with the given grid line.
func (s *straightLine) off(number, line int64) float64 {
	return math.Abs(float64(line) - s.place(number))
}

// place returns the straight line's value at a pulse.
func (s *straightLine) place(number int64) float64 {
	return s.middle + s.slope*float64(number-s.first)
}

// straightThrough fits a straight line to the lines of at least two pulses with ascending numbers. The spread is a convex
// function of the slope, so golden-section search finds its minimum (Jack Kiefer, "Sequential minimax search for a maximum",
// Proceedings of the American Mathematical Society 4, 1953).
func straightThrough(numbers, lines []int64) straightLine {
	last := len(lines) - 1
	pulses, whole := float64(numbers[last]-numbers[0]), float64(lines[last]-lines[0])
	low, high := (whole-2)/pulses, (whole+2)/pulses
	const golden, steps = 0.6180339887498949, 30
	a, b := high-golden*(high-low), low+golden*(high-low)
	_, atA := spreadAt(numbers, lines, a)
	_, atB := spreadAt(numbers, lines, b)
	for range steps {
		if atA < atB {
			high, b, atB = b, a, atA
			a = high - golden*(high-low)
			_, atA = spreadAt(numbers, lines, a)
		} else {
			low, a, atA = a, b, atB
			b = low + golden*(high-low)
			_, atB = spreadAt(numbers, lines, b)
		}
	}
	s := straightLine{slope: (low + high) / 2, first: numbers[0]}
	s.middle, s.spread = spreadAt(numbers, lines, s.slope)
	s.middle += float64(lines[0])
	return s
}

// spreadAt returns the spread of the lines about a straight line of the given slope, and the middle of the spread relative to the
// first line.
func spreadAt(numbers, lines []int64, slope float64) (middle, spread float64) {
	least, most := math.Inf(1), math.Inf(-1)
	for i, line := range lines {
		off := float64(line-lines[0]) - slope*float64(numbers[i]-numbers[0])
		least, most = min(least, off), max(most, off)
	}
	return (least + most) / 2, most - least
}
