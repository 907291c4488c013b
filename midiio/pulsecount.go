package midiio

import (
	"math"
	"time"
)

// A pulseCount numbers the pulses of a clock. If a pulse comes late, it may just be late, or a pulse before it was lost, or a
// slower tempo begins. Only later pulses show which. So a pulseCount holds several explanations of the pulses, each with a
// delay-locked loop of its own, and uses the likeliest (a multiple-hypothesis tracker: Donald Reid, "An Algorithm for Tracking
// Multiple Targets", IEEE Transactions on Automatic Control 24, 1979). Without evidence against it, each pulse is the next one,
// however late: jitter changes the times, not the numbers.
//
// Pulses that arrive in blocks are numbered by [blocks] instead.
type pulseCount struct {
	at     float64 // when the newest pulse was due
	period float64 // time to the next pulse; the given one until two pulses have come
	number int64   // number of the newest pulse

	guesses [guesses]guess // the likeliest first
	n       int            // number of guesses; 0 before the first pulse, and while blocks numbers the pulses
	blocks  blocks
}

// A guess is one explanation of the pulses so far.
type guess struct {
	delayLoop
	number int64   // number of the newest pulse
	loss   float64 // share of recent pulses that were lost
	odds   float64 // logarithm of its probability, relative to the likeliest guess
}

const (
	guesses  = 16
	hopeless = -30.0 // a guess with lower odds is dropped
	likely   = -2.0  // a guess with higher odds counts in the mean
	surely   = 3.5   // standard deviations

	// Hardly any pulse is lost. A connection that has lost some is likelier to lose more.
	leastLoss  = 1e-8
	lossMemory = 2000  // number of pulses
	oddsMore   = -0.25 // for each further pulse that is lost after a lost one
	oddsTempo  = -9.0  // for a new tempo that begins with a pulse

	// A steady clock may shift once by part of a period, if it arrives in blocks that have not been detected yet.
	oddsStep     = -18.0
	leastStep    = 0.25 // share of a period
	mostStep     = 0.75
	stepOfJitter = 8 // standard deviations
)

// newPulseCount makes a count that assumes the tempo bpm, in quarter notes a minute, until two pulses have come.
func newPulseCount(bpm float64) pulseCount {
	return pulseCount{period: float64(time.Minute) / pulsesPerBeat / bpm}
}

// settled reports whether the tempo is known well.
func (c *pulseCount) settled() bool {
	return c.blocks.length > 0 || c.n > 0 && c.guesses[0].memory >= leastMemory
}

// move delays the clock, and skips pulses that were not heard.
func (c *pulseCount) move(by float64, skipped int64) {
	if c.blocks.length > 0 {
		c.blocks.grid.at += by
		c.blocks.skipped = skipped
		return
	}
	g := &c.guesses[0]
	g.at += by + float64(skipped)*g.period
	g.number += skipped
	g.odds, c.n = 0, 1
	c.number = g.number
	c.blocks.n = 0
}

// restart forgets everything except the period.
func (c *pulseCount) restart() { *c = pulseCount{period: c.period} }

// settle makes the number of the newest pulse final. Later pulses no longer change it.
func (c *pulseCount) settle() {
	for i := range c.guesses[:c.n] {
		c.guesses[i].number = c.number
	}
	c.blocks.settle(c.number)
}

// hear takes a pulse and numbers it: one more than the last, or more if some were lost between them. If the pulse shows that
// recent pulses were numbered wrongly, the number is corrected.
func (c *pulseCount) hear(at float64) {
	told := c.period
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
}

// goByBlocks takes the time and number of the newest pulse from the blocks.
func (c *pulseCount) goByBlocks() {
	c.at, c.number = c.blocks.newest()
	c.period = c.blocks.straight.slope * c.blocks.length
	c.n = 0
}

// guessAt extends each guess by the possible explanations of a pulse.
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

// steps reports whether a pulse is farther from its expected time than jitter explains.
func (g *guess) steps(at float64) bool {
	off := math.Abs(at - g.at - g.period)
	return g.memory > 1 && off > leastStep*g.period && off < mostStep*g.period && off > stepOfJitter*math.Sqrt(g.variance)
}

// tellsLosses reports whether a guess can tell a lost pulse from a late one. A guess that is made from few pulses can, only if
// its period is much longer than its error.
func (g *guess) tellsLosses() bool {
	if g.memory >= leastMemory || g.memory == 1 {
		return g.memory > 1
	}
	_, variance := g.late(0, 1)
	return g.period*g.period > surely*surely*variance
}

// consider enters the guess that a pulse is the given number of periods after the newest pulse of g. odds is the logarithm of the
// probability of that number, before the time of the pulse is known.
func (c *pulseCount) consider(g guess, at float64, periods int64, odds float64) {
	g.number += periods
	g.loss += (float64(min(periods-1, 1)) - g.loss) / lossMemory
	g.loss = max(g.loss, leastLoss)
	g.odds += odds + g.hear(at, periods)
	c.enter(g)
}

// enter adds a guess if it is among the likeliest and no likelier one is equal to it.
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
	// Insert the guess at place, and remove the less likely ones that are equal to it.
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

// says reports whether a less likely guess is equal to g, within the error of g's estimate.
func (g *guess) says(other *guess) bool { return g.number == other.number && g.near(&other.delayLoop) }

// believe uses the number of the likeliest guess. The time and the period are the means of all likely guesses with that number,
// weighted by their probability.
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
