package midiio

import "math"

const (
	stallArrivals = 128           // number of arrivals after which a stall is given up in any case
	stallPatience = 64            // number of arrivals after the burst; then a stall that is not explained is given up
	stallGap      = 1.2           // a gap this many times longer than those before it is a stall
	shortestStall = float64(45e6) // nanoseconds
	gapMemory     = 128           // number of arrivals
	regularRun    = 8             // number of regular arrivals that explain a stall, if pulses arrive one by one
	samePhase     = 0.2           // largest distance of a pulse from its place, in pulses, at which the clock did not stand still
	burstGap      = 1.0 / 3       // largest gap in a burst, in pulses
)

// A clockCount is a pulseCount that survives stalls. In a stall nothing arrives, because the host, the connection or the sender
// hangs. Then the pulses that were due come in a burst, or they are lost, or the sender goes on late from where it stopped. Each
// looks like another tempo at first, and a burst looks like blocks.
//
// So the count keeps what it knew before the stall. When the clock is regular again, at the tempo from before, it goes on from
// there, with the burst counted and the phase corrected. If that does not happen, because the tempo is another, the pulses are
// taken as they came.
type clockCount struct {
	at     float64 // when the newest pulse was due
	period float64 // time to the next pulse; the given one until two pulses have come
	number int64   // number of the newest pulse

	heard   pulseCount // takes the pulses as they come
	last    float64    // when the newest pulse arrived
	longest float64    // the longest gap lately; a stall counts as a gap twice as long as those before it at most

	stalled bool
	before  pulseCount             // heard, before the stall
	n       int                    // number of arrivals since the stall
	after   [stallArrivals]float64 // their times
	burst   int                    // number of arrivals up to the end of the burst; 0 if there was none
}

// newClockCount makes a count that assumes the tempo bpm, in quarter notes a minute, until two pulses have come.
func newClockCount(bpm float64) clockCount {
	heard := newPulseCount(bpm)
	return clockCount{heard: heard, period: heard.period}
}

// settle makes the number of the newest pulse final. Later pulses no longer change it.
func (c *clockCount) settle() {
	if c.stalled {
		c.stalled = false
		c.goByHeard()
	}
	c.heard.settle()
}

// hear takes a pulse and returns its distance from the last one, in pulses: 1, or more if some were lost between them. If the
// pulse shows that recent pulses were numbered wrongly, the distance includes the correction and may be any number. anew means
// that the clock has paused, so that its phase and its numbers are new.
func (c *clockCount) hear(at float64, anew bool) int64 {
	gap := at - c.last
	c.last = at
	if long := gap > max(shortestStall, stallGap*c.longest); long && !c.stalled && c.longest > 0 && c.heard.settled() {
		c.before, c.n, c.burst, c.stalled = c.heard, 0, 0, true
		gap = min(gap, 2*c.longest) // if such gaps come again and again, they are blocks and no stalls
	}
	if anew {
		c.heard.restart()
		c.number = 0
	} else {
		c.longest = max(gap, c.longest+(gap-c.longest)/gapMemory)
	}
	number := c.number
	c.heard.hear(at)
	c.goByHeard()
	if c.stalled {
		c.doubt(at, gap)
	}
	return c.number - number
}

// doubt takes a pulse after a stall.
func (c *clockCount) doubt(at, gap float64) {
	c.after[c.n] = at
	c.n++
	if c.n > 1 && c.n-c.burst <= regularRun && gap < burstGap*c.before.period { // what was due comes at once, not much later
		c.burst = c.n
	}
	due := c.before.at + float64(c.n)*c.before.period // if no pulse was lost
	early := due > at+c.before.period+c.before.blocks.length
	switch {
	case c.explain():
		c.stalled = false
		c.goByHeard()
	case c.n-c.burst == stallPatience, c.n == stallArrivals, c.burst > 0 && early: // more have come than were due: the tempo is another
		c.stalled = false
	case c.burst > 0 && c.before.blocks.length == 0:
		c.at, c.period, c.number = due, c.before.period, c.before.number+int64(c.n)
	}
}

func (c *clockCount) goByHeard() {
	c.at, c.period, c.number = c.heard.at, c.heard.period, c.heard.number
}

// explain finds out what the stall was, as soon as the newest arrivals are regular at the tempo from before it. It then goes on
// with the count from before the stall, and reports true.
func (c *clockCount) explain() bool {
	run, missed := regularRun, c.missed
	if block := c.before.blocks.length; block > 0 {
		run, missed = max(leastRun, int(math.Ceil(leastLines*block/c.before.period))), c.missedInBlocks
	}
	first := c.n - run
	if first < 0 {
		return false
	}
	still, lost, ok := missed(first)
	if !ok {
		return false
	}
	if lost == 0 || c.burst > 0 || c.before.blocks.length > 0 { // otherwise heard has counted the loss
		c.heard = c.before
		c.heard.move(still, int64(first)+lost)
		for i := first; i < c.n; i++ {
			c.heard.hear(c.after[i])
		}
	}
	return true
}

// missed returns how long the clock stood still, or how many pulses were lost. It reports false if the arrivals from first on are
// not regular.
func (c *clockCount) missed(first int) (still float64, lost int64, ok bool) {
	period := c.before.period
	least, most := math.Inf(1), math.Inf(-1) // how late the arrivals are, if no pulse was lost and the clock did not stand still
	for i := first; i < c.n; i++ {
		late := c.after[i] - c.before.at - float64(i+1)*period
		least, most = min(least, late), max(most, late)
	}
	jitter := surely * math.Sqrt(c.before.guesses[0].variance)
	if most-least > 2*min(max(jitter, 0.1*period), 0.35*period) {
		return 0, 0, false
	}
	still = (least + most) / 2
	lost = int64(math.Round(still / period))
	if math.Abs(still-float64(lost)*period) > samePhase*period {
		return still, 0, true
	}
	return 0, lost, lost >= 0
}

// missedInBlocks is missed for arrivals in blocks. A grid that has moved shows that the clock stood still.
func (c *clockCount) missedInBlocks(first int) (still float64, lost int64, ok bool) {
	before := &c.before.blocks
	moved := 0.0 // in blocks, as everything here
	for i := first; i < c.n; i++ {
		off := (c.after[i]-before.grid.at)/before.length - moved
		moved += (off - math.Round(off)) / float64(i-first+1)
	}
	moved -= math.Round(moved)
	number, line := before.numbers[before.n-1], float64(before.grid.line)
	least, most := math.Inf(1), math.Inf(-1)
	for i := first; i < c.n; i++ {
		at := (c.after[i]-before.grid.at)/before.length - moved
		if math.Abs(at-math.Round(at)) > offGrid {
			return 0, 0, false
		}
		late := line + math.Round(at) - before.straight.place(number+int64(i+1))
		least, most = min(least, late), max(most, late)
	}
	if most-least > evenSpread {
		return 0, 0, false
	}
	if math.Abs(moved) > offGrid {
		return (moved + math.Round((least+most)/2)) * before.length, 0, true
	}
	for lost := range int64(freewheel) {
		behind := float64(lost) * before.straight.slope
		if max(most-behind, behind-least) <= evenSpread/2 {
			return 0, lost, true
		}
	}
	return 0, 0, false
}
