package midiio

import (
	"math"
	"time"

	"jamd/jam"
)

const (
	pulsesPerBeat = jam.PulsesPerFrame * jam.FramesPerBeat

	memorySpan  = float64(2 * time.Second)
	leastMemory = 9 // number of pulses, however slow the tempo

	// Periods beyond these, half the slowest tempo and twice the fastest, are not used.
	slowestPeriod = 2 * float64(time.Minute) / pulsesPerBeat / jam.MinTempo
	fastestPeriod = float64(time.Minute) / pulsesPerBeat / jam.MaxTempo / 2

	calmest      = float64(200 * time.Microsecond) // the least jitter that is assumed of a clock, in nanoseconds
	assumed      = float64(2 * time.Millisecond)   // the jitter that is assumed before any is measured
	jitterMemory = 32                              // number of pulses
	// tails is the number of degrees of freedom of Student's distribution, which models the jitter: now and then a pulse is far
	// later than a normal distribution allows.
	tails = 4
	// usualChange is the mean size of a sudden tempo change, as a share of the tempo.
	usualChange = 0.1
	alike       = 0.5 // loops that differ by fewer standard deviations are the same
)

// studentPeak is the logarithm of the density at the middle of Student's distribution with tails degrees of freedom.
var studentPeak = func() float64 {
	above, _ := math.Lgamma((tails + 1) / 2.0)
	below, _ := math.Lgamma(tails / 2.0)
	return above - below - 0.5*math.Log(tails*math.Pi)
}()

// A delayLoop is a delay-locked loop. From the arrival times of pulses, early or late, it estimates when they were due (Fons
// Adriaensen, "Using a DLL to filter time", Linux Audio Conference 2005). Its memory grows with each pulse until it is memorySpan
// long. Until then its gains are those of a least-squares line through all pulses so far (alpha-beta filter, e.g. Eli Brookner,
// "Tracking and Kalman Filtering Made Easy", 1998, section 1.2), so its tempo is always as good as that number of pulses allows.
// Times are nanoseconds.
type delayLoop struct {
	at       float64 // when the last pulse was due
	period   float64 // 0 if never known
	memory   float64 // number of pulses that the estimate is made from; at 1 only `at` is known
	heard    float64 // number of all pulses so far
	variance float64 // of the jitter
}

// newDelayLoop makes a loop that has heard one pulse.
func newDelayLoop(at float64) delayLoop {
	return delayLoop{at: at, memory: 1, variance: assumed * assumed}
}

// late returns how much later than expected a pulse arrives, if it is the given number of periods after the last one. variance is
// that of the expected time: the jitter's plus that of the extrapolation.
func (d *delayLoop) late(at float64, periods int64) (late, variance float64) {
	n, ahead := d.memory, (d.memory-1)/2+float64(periods)
	return at - d.at - float64(periods)*d.period, d.variance * (1 + 1/n + ahead*ahead*12/(n*(n*n-1)))
}

// hear takes a pulse that is the given number of periods after the last one. It returns the logarithm of the probability density
// of that arrival, per nanosecond.
func (d *delayLoop) hear(at float64, periods int64) (odds float64) {
	d.heard++
	if d.memory == 1 {
		odds = d.begin((at-d.at)/float64(periods)) - math.Log(max(at-d.at, 1))
		d.at, d.memory = at, 2
		return odds
	}
	late, variance := d.late(at, periods)
	square := late * late / variance
	trust := (tails + 1) / (tails + square) // less for a pulse that is far off
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

// begin sets the period, and returns the logarithm of its probability density, per unit of the period's logarithm. If the loop
// had a period before, a similar one is likelier (Laplace's distribution). Otherwise all periods are equally likely.
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

// bound limits the period to the range that is used.
func (d *delayLoop) bound() { d.period = min(max(d.period, fastestPeriod), slowestPeriod) }

// near reports whether two loops differ by less than alike times the error of o's estimate.
func (d *delayLoop) near(o *delayLoop) bool {
	n, at, period := o.memory, d.at-o.at, d.period-o.period
	return at*at < o.variance*alike*alike*2*(2*n-1)/(n*(n+1)) && period*period < o.variance*alike*alike*12/(n*(n*n-1))
}
