// Package follow finds the player's time from notes alone: where the beats are, how fast they pass, and where the bars begin.
//
// A [Follower] keeps a beam of hypotheses. Each hypothesis says where in the bar the last onset was. It has a Kalman filter for
// the beat's time and length, and learned tables give the probability of the next onset at each place of the bar, and of the
// melody's motion to it. The tempo may also jump at any onset, or come back after a slowing. The grid, which the rest of jamd
// hears, moves with the hypotheses near it while they have most of the weight. If they do not, the grid moves to where most of
// the weight is. docs/following.md says how well this works.
package follow

import (
	"math"
	"time"

	"jamd/jam"
)

const (
	sameOnset    = 0.03 // notes closer than this, in seconds, are one onset
	beamSize     = 150  // number of hypotheses while the grid is locked
	beamSizeWide = 500  // number of hypotheses before
	agreeing     = 0.95 // share of the weight near the grid from which the grid counts as found
	undecided    = 8    // seconds after which the octave is decided, if it alone is in doubt
	doubting     = 0.5  // share below which the grid stops moving with the hypotheses near it
	moving       = 0.6  // share elsewhere from which the grid moves there
	silence      = 8    // beats without a note after which the beat is searched again, near the last tempo
	reach        = 0.25 // how far a hypothesis near the grid may be from it, in beats
	pace         = 0.15 // how far its tempo may be from the grid's, as a share
	octave       = 1.42 // ratio of two tempi that count as the same octave
	homeBeats    = 32   // beats in which the home tempo approaches the player's

	usualBeat     = 0.52 // in seconds: the tempo that people like best (Moelants 2002)
	usualSpread   = 0.3  // standard deviation of the log tempo about it
	rare          = -6.5 // log probability of places at which no first onset is assumed
	followingFrom = 0.85 // the follower says that it follows once it is surer than followingFrom,
	holdingFrom   = 0.6  // and says that it holds the tempo once it is less sure than holdingFrom
	toldWithin    = 0.08 // how far a tempo that the player sets may be from the grid's, as a share, without a restart
)

// A Config holds what the player has said about the time.
type Config struct {
	Meter jam.Meter // zero: found among 4/4, 3/4 and 6/8; in any other meter only the beat is found (of 7/8: eighths), not the bar
	BPM   float64   // quarter notes a minute, within about 20 %; 0 if not said
	Heard bool      // the player hears jamd play on these beats, and plays with it
}

// A Follower turns notes and taps into beats. Only one goroutine at a time may use it. It allocates nothing after New. Times must
// never go back.
type Follower struct {
	config     Config
	grid       grid
	beam       *beam
	bar        barLine
	meter      meterSearch
	taps       taps
	melody     melody
	locked     bool    // the hypotheses near the grid agree on it
	frozen     bool    // Hold is on
	following  bool    // it is sure enough to say that it follows
	begun      float64 // time of the onset that the hypotheses began with
	last       float64 // time of the last onset
	heardAt    float64 // the same, corrected for the player's asynchrony
	asynchrony float64 // how late the player plays for the beat, in seconds
	heard      float64 // number of beats that asynchrony was learned from
	counted    float64 // length of a tapped beat; 0 if none was tapped
	met        int     // number of onsets in a row that met the grid exactly
	home       float64 // length of a beat at the tempo that the player comes back to; 0 before it is known
	belief     belief
	allowed    periods // used by allowedPeriods
}

// New makes a Follower that has heard nothing yet.
func New(c Config) *Follower {
	f := &Follower{config: c, beam: newBeam(), last: math.Inf(-1)}
	f.grid.reach = reach
	if f.grid.meter = c.Meter; c.Meter == (jam.Meter{}) {
		f.grid.meter, f.meter.on = jam.Quarters(4), true
	}
	return f
}

func seconds(t time.Duration) float64  { return t.Seconds() }
func duration(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// Note takes the onset of a note. Of notes that are struck together the first has the time, and the highest is the melody's.
func (f *Follower) Note(at time.Duration, pitch, _ uint8) {
	f.Advance(at)
	t := seconds(at)
	rest := t - f.last
	if f.frozen {
		return
	}
	if rest < sameOnset {
		f.melody.join(pitch)
		return
	}
	motion := f.melody.move(pitch)
	f.last = t
	t -= f.asynchrony
	f.heardAt = t
	if f.locked && rest > silence*f.grid.period && !f.exact() {
		f.locked = false
	}
	switch {
	case len(f.beam.hyps) == 0:
		f.begin(t)
	case f.locked:
		f.beam.hear(t, motion, beamSize, f.allowedPeriods())
	default:
		f.beam.hear(t, motion, beamSizeWide, f.allowedPeriods())
	}
	f.read(t)
	f.settleHome(rest)
	f.learnAsynchrony(rest)
	f.Advance(at) // the next beat may have moved to before now
}

// settleHome moves the home tempo towards the grid's.
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

// Hold lets the grid continue as it is, whatever is played, if on is true. If it is false, the grid follows again from there.
func (f *Follower) Hold(on bool) {
	if f.frozen && !on { // what was played in the meantime was not heard
		if f.grid.found {
			f.resume(f.grid.period)
		} else {
			f.beam.hyps = f.beam.hyps[:0]
		}
	}
	f.frozen = on
}

// SetTempo says how fast quarter notes pass, within about 5 %. It may be called during the music, and can move the tempo to
// another octave.
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

// SetHeard says whether the player hears jamd play on these beats from now on, and plays with it.
func (f *Follower) SetHeard(on bool) { f.config.Heard = on }

// Advance moves time on. A beat whose line is not after now has passed.
func (f *Follower) Advance(now time.Duration) {
	g := &f.grid
	for g.on && duration(g.line(g.passed+1)) <= now {
		g.passed++
		f.findMeter()
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

// begin makes the hypotheses for a first onset at t.
func (f *Follower) begin(t float64) {
	b := f.beam
	b.hyps, f.begun = b.hyps[:0], t
	for i := range classes {
		c := &classes[i]
		if !f.plays(c) {
			continue
		}
		low, high := f.lengths(c)
		middle, spread, step := usualBeat*min(f.beat(c), 1), usualSpread, 1.05
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

// plays reports whether a class finds the beat of the meter that was set. It is true for all classes if none was set. If no
// class has that meter, those of 6/8 find dotted beats, and those of 4/4 all others.
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
	if set.Compound() {
		return c.meter.Compound()
	}
	return c.meter == jam.Quarters(4)
}

// beat returns the length of a class's beats in quarter notes: that of the meter that was set, if one was.
func (f *Follower) beat(c *class) float64 {
	if set := f.config.Meter; set != (jam.Meter{}) {
		return quarters(set)
	}
	return quarters(c.meter)
}
