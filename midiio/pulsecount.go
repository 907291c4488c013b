package midiio

import (
	"math"
	"time"
)

// A pulseCount numbers the pulses of a clock. A late pulse may be merely late; or a pulse before it was lost; or it is the
// first of a slower tempo. Only the pulses after it tell which. So a pulseCount follows several explanations of the pulses,
// each with a delay-locked loop of its own, and goes by the likeliest (a multiple-hypothesis tracker: Donald Reid, "An
// Algorithm for Tracking Multiple Targets", IEEE Transactions on Automatic Control 24, 1979). Unless there is evidence
// against it, a pulse is the next one, however late: jitter changes the times, not the numbers.
//
// Pulses that come in blocks are counted by [blocks] instead.
type pulseCount struct {
	at     float64 // when the newest pulse was due
	period float64 // until the next; before two were heard, as it was told
	number int64   // of the newest

	guesses [guesses]guess // the likeliest first
	n       int            // of these; 0: no pulse was heard
	blocks  blocks
}

// A guess is one explanation of the pulses heard up to now.
type guess struct {
	delayLoop
	number int64   // of the newest pulse
	loss   float64 // share of the pulses that were lost lately
	odds   float64 // logarithm of its probability, relative to the likeliest
}

const (
	guesses  = 16
	hopeless = -30.0 // odds
	likely   = -2.0  // odds
	surely   = 3.5   // standard deviations

	// A cable loses hardly any pulse. One that has lost some is likelier to lose more.
	leastLoss  = 1e-8
	lossMemory = 2000  // pulses
	oddsMore   = -0.25 // that the pulse after a lost one is lost too, and so on
	oddsTempo  = -9.0  // that a new tempo begins with a pulse

	// A steady clock may step by a part of a period and go on, if it comes in blocks that are not yet known.
	oddsStep     = -18.0
	leastStep    = 0.25 // of a period
	mostStep     = 0.75
	stepOfJitter = 8 // standard deviations
)

// newPulseCount makes a count that takes bpm for the tempo until two pulses have come.
func newPulseCount(bpm float64) pulseCount {
	return pulseCount{period: float64(time.Minute) / pulsesPerBeat / bpm}
}

// restart forgets all but the period.
func (c *pulseCount) restart() { *c = pulseCount{period: c.period} }

// settle makes the number of the newest pulse final: what later pulses reveal about the ones up to now no longer changes it.
func (c *pulseCount) settle() {
	for i := range c.guesses[:c.n] {
		c.guesses[i].number = c.number
	}
	c.blocks.settle(c.number)
}

// hear takes a pulse and returns how far it is from the one before, in pulses: 1, or more if some were lost. If it shows
// that recent pulses were numbered wrongly, the result includes the correction and may be any number.
func (c *pulseCount) hear(at float64) int64 {
	before, told := c.number, c.period
	if c.blocks.length == 0 {
		c.guessAt(at)
	}
	c.blocks.hear(at, c.number)
	switch left := c.n == 0; {
	case c.blocks.length > 0:
		c.goByBlocks()
	case left: // the blocks have ended with this pulse
		c.guesses[0], c.n = c.blocks.guess(c.at, c.period, c.number), 1
		c.guessAt(at)
		c.blocks.numbers[c.blocks.n-1] = c.number
	case c.blocks.together():
		c.period = told
	}
	return c.number - before
}

// goByBlocks takes the time and number of the newest pulse from the blocks.
func (c *pulseCount) goByBlocks() {
	c.at, c.number = c.blocks.newest()
	c.period = c.blocks.straight.slope * c.blocks.length
	c.n = 0
}

// guessAt explains a pulse in every way that the pulses before leave open.
func (c *pulseCount) guessAt(at float64) {
	was, n := c.guesses, c.n
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
		c.guesses[0], c.n = guess{delayLoop: newDelayLoop(at), number: c.number + 1, loss: leastLoss}, 1
	} else {
		other := was[0]
		other.memory = 1
		c.consider(other, at, 1, oddsTempo)
		if stepped := was[0]; stepped.steps(at) {
			stepped.at, stepped.number = at, stepped.number+1
			stepped.odds += oddsStep - math.Log(stepped.period)
			c.enter(stepped)
		}
	}
	c.believe()
}

// steps reports whether a pulse is farther from when it was due than jitter explains.
func (g *guess) steps(at float64) bool {
	off := math.Abs(at - g.at - g.period)
	return g.memory > 1 && off > leastStep*g.period && off < mostStep*g.period && off > stepOfJitter*math.Sqrt(g.variance)
}

// tellsLosses reports whether a guess can tell a lost pulse from a late one: while it goes by few pulses, only if a period
// is much longer than its error.
func (g *guess) tellsLosses() bool {
	if g.memory >= leastMemory || g.memory == 1 {
		return g.memory > 1
	}
	_, variance := g.late(0, 1)
	return g.period*g.period > surely*surely*variance
}

// consider enters the guess that a pulse is so many periods after the newest of another guess. odds is the logarithm of the
// probability of that many periods, whenever the pulse comes.
func (c *pulseCount) consider(g guess, at float64, periods int64, odds float64) {
	g.number += periods
	g.loss += (float64(min(periods-1, 1)) - g.loss) / lossMemory
	g.loss = max(g.loss, leastLoss)
	g.odds += odds + g.hear(at, periods)
	c.enter(g)
}

// enter adds a guess if it is among the likeliest and no likelier one says the same.
func (c *pulseCount) enter(g guess) {
	place := 0
	for ; place < c.n && c.guesses[place].odds >= g.odds; place++ {
		if c.guesses[place].says(&g) {
			return
		}
	}
	if place == guesses {
		return
	}
	// The guess takes its place; the less likely ones that say the same are removed.
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

// says reports whether another, less likely guess adds nothing to this one.
func (g *guess) says(other *guess) bool { return g.number == other.number && g.near(&other.delayLoop) }

// believe takes the number of the likeliest guess, and the mean of the times of all likely guesses with that number, weighted
// by their probability.
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
