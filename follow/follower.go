// Package follow finds the player's time from notes alone: where the beats are, how fast they pass, and where the bar
// lines lie.
//
// A beam of hypotheses hears every onset. Each says where in the bar the last onset was, and has a Kalman filter of the
// beat's time and length; learned tables say how likely the next onset is at each place of the bar. Once the hypotheses
// agree, the grid that runs is held: only hypotheses within a quarter of a beat of it are kept, and it moves with them. A
// second beam, the rival, begins anew now and then, bound to nothing but the octave; it replaces the first where it has
// explained the notes far better for long. docs/following.md has what this reaches.
package follow

import (
	"math"
	"time"

	"jamd/jam"
)

const (
	sameOnset = 0.03 // seconds: notes closer than this are one onset
	kept      = 120  // hypotheses, once the grid is held
	keptWide  = 500  // before
	agreeing  = 0.95 // share of the hypotheses by which the grid is held
	doubting  = 0.5  // share below which it is not moved
	silence   = 8    // beats after which the place of the beat is looked for anew, near the tempo that was
	reach     = 0.25 // beats that a hypothesis of the grid may lie off it
	pace      = 0.15 // share that its tempo may differ
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
	rival      rival
	bar        barLine
	taps       taps
	locked     bool    // the grid is held
	frozen     bool    // by Hold
	following  bool    // sure enough
	last       float64 // onset
	asynchrony float64 // seconds that the player is after the beat
	heard      float64 // beats that it was learned from
	counted    float64 // the length of a beat that was tapped, or 0
	belief     belief
	held, free keep
}

// New makes a Follower that has heard nothing.
func New(c Config) *Follower {
	f := &Follower{config: c, beam: newBeam(), rival: rival{beam: newBeam()}, last: math.Inf(-1)}
	f.held.grid = &f.grid
	f.grid.meter = c.Meter
	if c.Meter == (jam.Meter{}) {
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
	switch {
	case len(f.beam.hyps) == 0:
		f.begin(f.beam, t)
	case f.locked && rest > silence*f.grid.period:
		f.locked = false
		fallthrough
	case !f.locked:
		f.beam.hear(t, keptWide, f.wide())
	default:
		f.beam.hear(t, kept, &f.held)
		f.challenge(t)
	}
	f.read(t)
	f.learnAsynchrony(rest)
	f.Advance(at) // the next beat may have been moved to before now
}

// Hold lets the grid go on as it is, whatever is played, or lets it follow again.
func (f *Follower) Hold(on bool) {
	if f.frozen && !on { // what was played meanwhile was not heard
		f.locked, f.beam.hyps = false, f.beam.hyps[:0]
	}
	f.frozen = on
}

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
	case sure > 0.95:
		f.following = true
	case sure < 0.8:
		f.following = false
	}
}

// wide allows hypotheses while the grid is not held.
func (f *Follower) wide() *keep {
	for i := range classes {
		f.free.low[i], f.free.high[i] = f.tempi(&classes[i])
	}
	return &f.free
}

// tempi are the lengths of a beat that may be, in seconds: near the one that was followed, or told, or any that people play.
func (f *Follower) tempi(c *class) (low, high float64) {
	switch {
	case f.grid.found:
		return f.grid.period * (1 - pace), f.grid.period * (1 + pace)
	case f.config.BPM > 0:
		told := 60 / f.config.BPM * quarters(c.meter)
		return told * 0.8, told * 1.25
	}
	return 60. / 330, 60. / 35
}

// begin makes the hypotheses of a first onset.
func (f *Follower) begin(b *beam, t float64) {
	b.hyps = b.hyps[:0]
	for i := range classes {
		c := &classes[i]
		if !f.plays(c) {
			continue
		}
		low, high := f.tempi(c)
		middle, spread, step := 0.5, 0.4, 1.05 // of all tempi, 120 is the middle
		if f.grid.found || f.config.BPM > 0 {
			middle, spread, step = (low+high)/2, 0.05, 1.02
			low, high = middle*0.92, middle*1.08
		}
		for period := low; period <= high; period *= step {
			z := math.Log(period/middle) / spread
			for place := range c.bar {
				h := begun(uint8(i), place, t, period, 0.02, period*(step-1)/1.7)
				h.weight = c.prior + c.first[place] - z*z/2
				if len(b.hyps) < room {
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
