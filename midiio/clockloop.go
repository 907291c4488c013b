package midiio

import (
	"math"
	"time"

	"jamd/jam"
)

// The delay-locked loop hears pulses that come early, late or not at all, and says when they were due: Fons Adriaensen,
// "Using a DLL to filter time", Linux Audio Conference 2005. Three things are added, as a player should not wait for a
// loop that is narrow enough for jittery clocks:
//
//   - It begins with a short memory that grows with each pulse, by the gains of a least-squares line through all pulses
//     heard (alpha-beta filter, e.g. Eli Brookner, "Tracking and Kalman Filtering Made Easy", 1998, section 1.2), until
//     it is memorySpan long. So the tempo is as good after n pulses as n pulses can tell.
//   - Where the pulses come late, or early, time and again, its memory is halved: a ramp is followed.
//   - Where a new tempo explains the last pulses and the old one does not, it begins anew from them: a jump is followed.
const (
	pulsesPerBeat = jam.PulsesPerFrame * jam.FramesPerBeat

	memorySpan = float64(2 * time.Second)
	window     = 8 // intervals that a jump is known by: a third of a beat

	// Beyond these periods nothing is followed: half the slowest tempo and twice the fastest.
	slowestPeriod = 2 * float64(time.Minute) / pulsesPerBeat / jam.MinTempo
	fastestPeriod = float64(time.Minute) / pulsesPerBeat / jam.MaxTempo / 2

	calmest     = float64(200 * time.Microsecond) // jitter that any clock is granted
	assumed     = float64(2 * time.Millisecond)   // jitter before any was seen
	driftMemory = 16                              // pulses
	driftShare  = 0.65                            // of the squared mean in the mean square: 4.5 standard deviations of the mean
)

// A delayLoop is one such loop; times are nanoseconds. It is made by newDelayLoop.
type delayLoop struct {
	at     float64 // when the last pulse was due
	period float64
	memory float64 // pulses that it goes by; 0: none was heard

	past   [window + 1]pulse // the newest last
	heard  int               // pulses in past
	open   int               // of these, the newest, whose numbers may still turn out wrong
	jitter float64           // variance, of pulses before those in past
	drift  float64           // mean of how late pulses were
	spread float64           // mean square of the same
}

// A pulse is one that was heard.
type pulse struct {
	at      float64
	late    float64 // than it was expected
	periods int64   // since the one before: more than 1 where pulses were dropped
}

func newDelayLoop(bpm float64) delayLoop {
	return delayLoop{period: float64(time.Minute) / pulsesPerBeat / bpm}
}

// restart forgets all but the period.
func (d *delayLoop) restart() { *d = delayLoop{period: d.period} }

// settle makes the number of the newest pulse certain: what is found out later about those before it changes it no more.
func (d *delayLoop) settle() { d.open = 0 }

// hear takes a pulse and returns how far it is from the one before, in pulses: 1, or more where some were dropped. Where
// it shows that pulses heard lately were numbered wrongly, that is made good: then it may be anything.
func (d *delayLoop) hear(at float64) int64 {
	if d.memory == 0 {
		d.at, d.memory, d.jitter, d.spread = at, 1, assumed*assumed, assumed*assumed
		d.remember(pulse{at: at, periods: 1})
		d.settle()
		return 1
	}
	late := at - (d.at + d.period)
	periods := 1 + d.missing(late/d.period)
	late -= float64(periods-1) * d.period

	n := d.memory
	d.at = at - late + late*2*(2*n+1)/((n+1)*(n+2))
	d.period += late / float64(max(periods, 1)) * 6 / ((n + 1) * (n + 2))
	d.period = min(max(d.period, fastestPeriod), slowestPeriod)
	d.memory = min(n+1, max(memorySpan/d.period, window+1))

	d.remember(pulse{at: at, late: late, periods: periods})
	if n == window {
		return periods + d.census()
	}
	d.watchDrift(late)
	return periods - d.watchJump()
}

// missing is how many pulses were dropped before one that is so many periods late; or, where it is early as much, and
// pulses were taken for dropped lately that were only late, how many of those there are, negative.
func (d *delayLoop) missing(late float64) int64 {
	most := 0.65 // more than half: one is likelier late than dropped, and what is dropped shows at the next pulse too
	switch {
	case d.memory <= window:
		return 0 // the period is rough: census counts
	case d.memory < 4*window:
		most = 0.75
	}
	if late < 0 {
		return max(int64(math.Ceil(late-0.5)), -d.dropped())
	}
	return int64(math.Floor(late + 1 - most))
}

// dropped is how many of the last pulses are taken for dropped, and may not have been.
func (d *delayLoop) dropped() (n int64) {
	for _, p := range d.past[d.heard-d.open:] {
		n += p.periods - 1
	}
	return n
}

func (d *delayLoop) remember(p pulse) {
	if d.heard == len(d.past) {
		d.jitter += (d.past[0].late*d.past[0].late - d.jitter) / 32
		d.jitter = max(d.jitter, calmest*calmest)
		copy(d.past[:], d.past[1:])
		d.heard--
	}
	d.past[d.heard] = p
	d.heard++
	d.open = min(d.open+1, window)
}

// census looks for pulses dropped among the first ones: none, one or two, whatever brings the pulses closest to a line,
// where one more dropped must bring them twice as close. It returns those whose absence changes the newest's number.
func (d *delayLoop) census() (missing int64) {
	var best [2]int // intervals in which a pulse is missing; 0: none
	bestScore := math.Inf(1)
	try := func(a, b int, penalty float64) {
		d.drop(a, b)
		if _, _, off := d.line(); max(off, calmest*calmest)*penalty < bestScore {
			best, bestScore = [2]int{a, b}, max(off, calmest*calmest)*penalty
		}
	}
	try(0, 0, 1)
	for a := 1; a <= window; a++ {
		try(0, a, 4)
		for b := a; b <= window; b++ {
			try(a, b, 16)
		}
	}
	d.drop(best[0], best[1])
	d.period, d.at, _ = d.line()
	d.period = min(max(d.period, fastestPeriod), slowestPeriod)
	return d.dropped()
}

// drop sets the intervals in which a pulse is missing, 0 for none.
func (d *delayLoop) drop(a, b int) {
	for i := range d.past {
		d.past[i].periods = 1
	}
	for _, i := range [2]int{a, b} {
		if i > 0 {
			d.past[i].periods++
		}
	}
}

// watchDrift halves the memory where pulses are late, or early, on the whole.
func (d *delayLoop) watchDrift(late float64) {
	d.drift += (late - d.drift) / driftMemory
	d.spread += (late*late - d.spread) / driftMemory
	d.spread = max(d.spread, calmest*calmest)
	if d.drift*d.drift > driftShare*d.spread {
		d.memory = max(d.memory/2, window+1)
		d.drift /= 2
	}
}

// watchJump begins anew where the last pulses, none dropped, lie on a line, and the loop's tempo was wrong about them. It
// returns how many pulses were wrongly taken for dropped.
func (d *delayLoop) watchJump() (never int64) {
	if d.heard < len(d.past) {
		return 0
	}
	var wrong float64
	allDropped := true
	for _, p := range d.past[1:] {
		wrong += p.late * p.late
		allDropped = allDropped && p.periods > 1
	}
	period, last, off := d.plainLine()
	slope := 6 * math.Sqrt(d.jitter/60) // six standard deviations of a slope through nine points
	switch {
	case off > 1.5*1.5*d.jitter:
		return 0
	case wrong/window < 2*2*d.jitter && !allDropped:
		return 0
	case math.Abs(period-d.period) < slope || period < fastestPeriod || period > slowestPeriod:
		return 0
	}
	never = d.dropped()
	for i := range d.past {
		d.past[i].periods, d.past[i].late = 1, 0
	}
	d.at, d.period, d.memory, d.drift = last, period, window+1, 0
	d.spread = d.jitter
	return never
}

// plainLine is line with none of the pulses dropped.
func (d *delayLoop) plainLine() (period, last, variance float64) {
	plain := *d
	plain.drop(0, 0)
	return plain.line()
}

// line is the least-squares line through the pulses of past: its slope, its end and the variance about it.
func (d *delayLoop) line() (period, last, variance float64) {
	var number, at, numbers, products, n float64 // from the first pulse
	for i, p := range d.past {
		if i > 0 {
			n += float64(p.periods)
		}
		t := p.at - d.past[0].at
		number += n / (window + 1)
		at += t / (window + 1)
		numbers += n * n
		products += n * t
	}
	period = (products - (window+1)*number*at) / (numbers - (window+1)*number*number)
	last = d.past[0].at + at + period*(n-number)
	n = 0
	for i, p := range d.past {
		if i > 0 {
			n += float64(p.periods)
		}
		e := p.at - d.past[0].at - at - period*(n-number)
		variance += e * e / (window - 1)
	}
	return period, last, variance
}
