package midiio

import (
	"math"
	"time"

	"jamd/jam"
)

const (
	pulsesPerBeat = jam.PulsesPerFrame * jam.FramesPerBeat

	memorySpan  = float64(2 * time.Second)
	leastMemory = 9 // pulses, however slow the tempo

	// Beyond these periods nothing is followed: half the slowest tempo and twice the fastest.
	slowestPeriod = 2 * float64(time.Minute) / pulsesPerBeat / jam.MinTempo
	fastestPeriod = float64(time.Minute) / pulsesPerBeat / jam.MaxTempo / 2

	calmest      = float64(200 * time.Microsecond) // jitter that any clock is granted
	assumed      = float64(2 * time.Millisecond)   // jitter before any was seen
	jitterMemory = 32                              // pulses
	// tails are the degrees of freedom of Student's distribution that jitter is taken to have: now and then a pulse comes
	// far later than a bell curve would have it.
	tails = 4
	// usualChange is how much of a tempo is changed at once on average.
	usualChange = 0.1
	alike       = 0.5 // standard deviations: loops that are so near are one
)

// studentPeak is the logarithm of the density of Student's distribution at its middle, for tails degrees of freedom.
var studentPeak = func() float64 {
	above, _ := math.Lgamma((tails + 1) / 2.0)
	below, _ := math.Lgamma(tails / 2.0)
	return above - below - 0.5*math.Log(tails*math.Pi)
}()

// A delayLoop is a delay-locked loop: it hears pulses that come early or late, and says when they were due (Fons
// Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005). Its memory grows with each pulse, by the gains
// of a least-squares line through all pulses heard (alpha-beta filter, e.g. Eli Brookner, "Tracking and Kalman Filtering
// Made Easy", 1998, section 1.2), until it is memorySpan long. So the tempo is as good after n pulses as n pulses can
// tell. Times are nanoseconds.
type delayLoop struct {
	at       float64 // when the last pulse was due
	period   float64 // 0: it never knew any
	memory   float64 // pulses that it goes by; 1: it knows when the last one was due, and no period
	heard    float64 // pulses, at any tempo
	variance float64 // of the jitter
}

// newDelayLoop is a loop that has heard one pulse.
func newDelayLoop(at float64) delayLoop {
	return delayLoop{at: at, memory: 1, variance: assumed * assumed}
}

// late is how much later a pulse comes than the loop expects one that is so many periods after the last, and the variance
// of that: of the jitter, and of the line that is extended.
func (d *delayLoop) late(at float64, periods int64) (late, variance float64) {
	n, ahead := d.memory, (d.memory-1)/2+float64(periods)
	return at - d.at - float64(periods)*d.period, d.variance * (1 + 1/n + ahead*ahead*12/(n*(n*n-1)))
}

// hear takes a pulse that is so many periods after the last, and returns the logarithm of the probability density, over
// the nanoseconds, that it comes just then.
func (d *delayLoop) hear(at float64, periods int64) (odds float64) {
	d.heard++
	if d.memory == 1 {
		odds = d.begin((at-d.at)/float64(periods)) - math.Log(max(at-d.at, 1))
		d.at, d.memory = at, 2
		return odds
	}
	late, variance := d.late(at, periods)
	square := late * late / variance
	trust := (tails + 1) / (tails + square) // less in a pulse that is far off
	d.variance += (trust*square - 1) * d.variance / min(d.heard+3, jitterMemory)
	d.variance = max(d.variance, calmest*calmest)

	n := d.memory
	late *= min(trust, 1)
	d.at += float64(periods)*d.period + late*2*(2*n+1)/((n+1)*(n+2))
	d.period += late / float64(periods) * 6 / ((n + 1) * (n + 2))
	d.bound()
	d.memory = min(n+1, max(memorySpan/d.period, leastMemory))
	return studentPeak - 0.5*math.Log(variance) - (tails+1)/2.0*math.Log1p(square/tails)
}

// begin takes a period, and returns the logarithm of the probability density, over the period's logarithm, that it is this
// one: after another period the nearer the likelier, by Laplace's distribution; at first all are the same.
func (d *delayLoop) begin(period float64) (odds float64) {
	odds = -math.Log(math.Log(slowestPeriod / fastestPeriod))
	if d.period > 0 {
		odds = -math.Abs(math.Log(max(period, 1)/d.period))/usualChange - math.Log(2*usualChange)
	}
	if d.period = period; period < fastestPeriod || period > slowestPeriod {
		odds -= 50
		d.bound()
	}
	return odds
}

func (d *delayLoop) bound() { d.period = min(max(d.period, fastestPeriod), slowestPeriod) }

// near reports whether another loop differs from this one by less than it could tell itself.
func (d *delayLoop) near(o *delayLoop) bool {
	n, at, period := o.memory, d.at-o.at, d.period-o.period
	return at*at < o.variance*alike*alike*2*(2*n-1)/(n*(n+1)) && period*period < o.variance*alike*alike*12/(n*(n*n-1))
}
