package midiio

import (
	"math"
	"time"
)

// A pulseCount numbers the pulses of a clock. A pulse that comes late may be just late, or the next but one as one was
// lost, or the first of a slower tempo; which of these it was, the pulses after it tell. So each way to understand the
// pulses is followed by a delay-locked loop of its own, and the one counts that explains best what has come since (a
// tracker of many hypotheses: Donald Reid, "An Algorithm for Tracking Multiple Targets", IEEE Transactions on Automatic
// Control 24, 1979). Without better reason a pulse is the next one, however late: jitter moves what the loops say of the
// time, and not the number.
type pulseCount struct {
	at     float64 // when the newest pulse was due
	period float64 // until the next; before two were heard, as it was told
	number int64   // of the newest

	guesses [guesses]guess // the likeliest first
	n       int            // of these; 0: no pulse was heard
}

// A guess is one way to understand the pulses up to now.
type guess struct {
	delayLoop
	number int64   // of the newest pulse
	loss   float64 // share of the pulses that were lost lately
	odds   float64 // logarithm of its probability, against the likeliest's
}

const (
	guesses  = 16
	hopeless = -30.0 // odds
	likely   = -2.0  // odds
	surely   = 3.5   // standard deviations

	// A cable loses hardly any pulse. One that has lost some is likelier to lose more.
	leastLoss  = 1e-8
	lossMemory = 2000  // pulses
	oddsMore   = -0.25 // that where one is lost the one after it is too, and so on
	oddsTempo  = -9.0  // that with a pulse another tempo begins
)

// newPulseCount makes a count that takes bpm for the tempo until two pulses have come.
func newPulseCount(bpm float64) pulseCount {
	return pulseCount{period: float64(time.Minute) / pulsesPerBeat / bpm}
}

// restart forgets all but the period.
func (c *pulseCount) restart() { *c = pulseCount{period: c.period} }

// settle makes the number of the newest pulse certain: what is found out later about those before changes it no more.
func (c *pulseCount) settle() {
	for i := range c.guesses[:c.n] {
		c.guesses[i].number = c.number
	}
}

// hear takes a pulse and returns how far it is from the one before, in pulses: 1, or more where some were lost. Where
// it shows that pulses heard lately were numbered wrongly, that is made good: then it may be anything.
func (c *pulseCount) hear(at float64) int64 {
	before, was, n := c.number, c.guesses, c.n
	c.n = 0
	for _, g := range was[:n] {
		c.consider(g, at, 1, 0)
		if !g.tellsLosses() {
			continue
		}
		few := int64(max(1, min((at-g.at)/g.period, freewheel)))
		if few > 1 {
			c.consider(g, at, few, math.Log(g.loss)+oddsMore*float64(few-2))
		}
		c.consider(g, at, few+1, math.Log(g.loss)+oddsMore*float64(few-1))
	}
	if n == 0 {
		c.guesses[0], c.n = guess{delayLoop: newDelayLoop(at), number: before + 1, loss: leastLoss}, 1
	} else {
		other := was[0]
		other.memory = 1
		c.consider(other, at, 1, oddsTempo)
	}
	c.believe()
	return c.number - before
}

// tellsLosses is whether a guess can tell a pulse that was lost from one that is late: while it goes by few pulses, only where a
// period is much longer than it can be wrong by.
func (g *guess) tellsLosses() bool {
	if g.memory >= leastMemory || g.memory == 1 {
		return g.memory > 1
	}
	_, variance := g.late(0, 1)
	return g.period*g.period > surely*surely*variance
}

// consider adds the guess that a pulse is so many periods after the newest of another guess, where it has a place among
// the likeliest and none of these says the same. odds are those of so many periods, whenever the pulse comes.
func (c *pulseCount) consider(g guess, at float64, periods int64, odds float64) {
	g.number += periods
	g.loss += (float64(min(periods-1, 1)) - g.loss) / lossMemory
	g.loss = max(g.loss, leastLoss)
	g.odds += odds + g.hear(at, periods)
	place := 0
	for ; place < c.n && c.guesses[place].odds >= g.odds; place++ {
		if c.guesses[place].says(&g) {
			return
		}
	}
	if place == guesses {
		return
	}
	// It takes its place, and those behind it that say the same leave theirs.
	kept, moved := place, g
	for _, next := range c.guesses[place:c.n] {
		if !g.says(&next) {
			c.guesses[kept], moved = moved, next
			kept++
		}
	}
	if kept < guesses {
		c.guesses[kept] = moved
		kept++
	}
	c.n = kept
}

// says reports whether another, less likely guess has nothing to say that this one does not.
func (g *guess) says(other *guess) bool { return g.number == other.number && g.near(&other.delayLoop) }

// believe takes the number of the likeliest guess for what is, and of the likely guesses with that number the mean of what
// they say of the time, by their probability.
func (c *pulseCount) believe() {
	likeliest := c.guesses[0].odds
	c.number, c.at = c.guesses[0].number, 0
	var all, period float64
	for i := range c.guesses[:c.n] {
		g := &c.guesses[i]
		if g.odds -= likeliest; g.number == c.number && g.odds > likely {
			p := math.Exp(g.odds)
			all += p
			c.at += p * (g.at - c.guesses[0].at)
			period += p * g.period
		}
	}
	c.at = c.guesses[0].at + c.at/all
	if c.guesses[0].memory > 1 {
		c.period = period / all
	}
	for c.n > 1 && c.guesses[c.n-1].odds < hopeless {
		c.n--
	}
}
