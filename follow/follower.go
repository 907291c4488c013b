// Package follow finds the player's time from notes alone: where the beats are, how fast they pass, and where the bar
// lines lie.
//
// A beam of hypotheses hears every onset. Each says where in the bar the last onset was, and has a Kalman filter of the
// beat's time and length; learned tables say how likely the next onset is at each place of the bar. At any onset the tempo
// may also jump. The grid that runs moves with the hypotheses near it, as long as they are the majority; otherwise it goes
// where the majority is, once there is one. docs/following.md has what this reaches.
package follow

import (
	"math"
	"time"

	"jamd/jam"
)

const (
	sameOnset = 0.03 // seconds: notes closer than this are one onset
	kept      = 150  // hypotheses, once the grid is held
	keptWide  = 500  // before
	agreeing  = 0.95 // share of the hypotheses by which the grid is found
	doubting  = 0.5  // share below which it does not move with those near it
	moving    = 0.6  // share of those elsewhere by which it goes there
	silence   = 8    // beats after which the place of the beat is looked for anew, near the tempo that was
	reach     = 0.25 // beats that a hypothesis of the grid may lie off it
	pace      = 0.15 // share that its tempo may differ
	octave    = 1.42 // ratio of tempi that are of one octave
	homeBeats = 32   // beats within which the tempo that is held follows the player's

	usualBeat     = 0.52 // seconds: the tempo that people like best (Moelants 2002), and how far they are from it
	usualSpread   = 0.3
	rare          = -6.5 // logarithm of the probability of places where no first onset is looked for
	followingFrom = 0.85 // how sure it is where it says that it follows, and no longer
	holdingFrom   = 0.6
	toldWithin    = 0.08 // share that a told tempo may differ from the one that is followed
)

// Config is what the player has said about the time.
type Config struct {
	Meter jam.Meter // none: found among 4/4, 3/4 and 6/8; in other meters than these only the beat is found
	BPM   float64   // quarter notes a minute, right within some 20 %; 0: not said
	Heard bool      // the player hears what is played on these beats, and plays by it
}

// A Follower turns notes and taps into beats. It has one owner, and allocates nothing once it is made. Times never go back.
type Follower struct {
	config     Config
	grid       grid
	beam       *beam
	bar        barLine
	taps       taps
	locked     bool    // the grid is held
	frozen     bool    // by Hold
	following  bool    // sure enough
	last       float64 // onset
	asynchrony float64 // seconds that the player is after the beat
	heard      float64 // beats that it was learned from
	counted    float64 // the length of a beat that was tapped, or 0
	home       float64 // the length of a beat that the tempo stays within an octave of, or 0
	belief     belief
	near       keep
}

// New makes a Follower that has heard nothing.
func New(c Config) *Follower {
	f := &Follower{config: c, beam: newBeam(), last: math.Inf(-1)}
	f.grid.meter, f.grid.told = c.Meter, c.Meter != (jam.Meter{})
	if !f.grid.told {
		f.grid.meter = jam.Quarters(4)
	}
	return f
}

func seconds(t time.Duration) float64  { return t.Seconds() }
func duration(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// Note takes the onset of a note. Of notes struck together the first counts.
func (f *Follower) Note(at time.Duration, _, _ uint8) {
	f.Advance(at)
	t := seconds(at)
	rest := t - f.last
	if f.frozen || rest < sameOnset {
		return
	}
	f.last = t
	t -= f.asynchrony
	if f.locked && rest > silence*f.grid.period {
		f.locked = false
	}
	switch {
	case len(f.beam.hyps) == 0:
		f.begin(t)
	case f.locked:
		f.beam.hear(t, kept, f.tempi())
	default:
		f.beam.hear(t, keptWide, f.tempi())
	}
	f.read(t)
	f.settleHome(rest)
	f.learnAsynchrony(rest)
	f.Advance(at) // the next beat may have been moved to before now
}

// settleHome moves the tempo that the player is taken to come back to.
func (f *Follower) settleHome(rest float64) {
	period := f.grid.period
	switch {
	case !f.locked:
	case f.home == 0:
		f.home = period
	default:
		f.home += (1 - math.Exp(-min(rest/period, 4)/homeBeats)) * f.belief.share * (period - f.home)
	}
}

// Hold lets the grid go on as it is, whatever is played, or lets it follow again from there.
func (f *Follower) Hold(on bool) {
	if f.frozen && !on { // what was played meanwhile was not heard
		if f.grid.found {
			f.resume(f.grid.period)
		} else {
			f.beam.hyps = f.beam.hyps[:0]
		}
	}
	f.frozen = on
}

// SetTempo says, amid the music too, how fast quarter notes pass: right within some 5 %. It is the way to another octave.
func (f *Follower) SetTempo(bpm float64) {
	f.config.BPM = bpm
	if !f.grid.found {
		f.beam.hyps = f.beam.hyps[:0]
		return
	}
	if told := 60 / bpm * quarters(f.grid.meter); math.Abs(told-f.grid.period) > toldWithin*told {
		f.resume(told)
	}
}

// SetHeard says whether the player hears what is played on these beats from now on, and plays by it.
func (f *Follower) SetHeard(on bool) { f.config.Heard = on }

// Advance lets time pass: beats whose line is not after now have been.
func (f *Follower) Advance(now time.Duration) {
	g := &f.grid
	for g.on && duration(g.line(g.passed+1)) <= now {
		g.passed++
		if g.inBar(g.passed) == 0 {
			f.moveBar()
		}
	}
	switch sure := f.sure(seconds(now)); {
	case sure > followingFrom:
		f.following = true
	case sure < holdingFrom:
		f.following = false
	}
}

// tempi are the lengths of a beat that may be.
func (f *Follower) tempi() *keep {
	for i := range classes {
		f.near.low[i], f.near.high[i] = f.lengths(&classes[i])
	}
	return &f.near
}

// lengths is in seconds: within an octave of the tempo that was held, near the one that was told, or any that people play.
func (f *Follower) lengths(c *class) (low, high float64) {
	switch {
	case f.locked && f.home > 0:
		return f.home / octave, f.home * octave
	case f.grid.found:
		return f.grid.period * (1 - pace), f.grid.period * (1 + pace)
	case f.config.BPM > 0:
		told := 60 / f.config.BPM * quarters(c.meter)
		return told * 0.8, told * 1.25
	}
	return 60. / 330, 60. / 35
}

// begin makes the hypotheses of a first onset.
func (f *Follower) begin(t float64) {
	b := f.beam
	b.hyps = b.hyps[:0]
	for i := range classes {
		c := &classes[i]
		if !f.plays(c) {
			continue
		}
		low, high := f.lengths(c)
		middle, spread, step := usualBeat, usualSpread, 1.05
		if f.grid.found || f.config.BPM > 0 {
			middle, spread, step = (low+high)/2, 0.05, 1.02
			low, high = middle*0.92, middle*1.08
		}
		for period := low; period <= high; period *= step {
			z := math.Log(period/middle) / spread
			for place := range c.bar {
				h := begun(uint8(i), place, t, period, 0.02, period*(step-1)/1.7)
				h.weight = c.prior + c.first[place] - z*z/2
				if c.first[place] > rare && z*z < 2*hopeless && len(b.hyps) < room {
					b.hyps = append(b.hyps, h)
				}
			}
		}
	}
	b.normalise()
}

// plays says whether a class is of the meter that was set, or any is to be found. For a meter that no class has, those
// of 4/4 find its beat.
func (f *Follower) plays(c *class) bool {
	set := f.config.Meter
	if set == (jam.Meter{}) {
		return true
	}
	for i := range classes {
		if classes[i].meter == set {
			return c.meter == set
		}
	}
	return c.meter == jam.Quarters(4)
}
