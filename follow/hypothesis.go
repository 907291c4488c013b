package follow

import "math"

// How people play: the filter's assumptions before it has heard anything, and the limits of what it learns.
const (
	jitter      = 0.012 // standard deviation of an onset: in seconds,
	jitterShare = 0.02  // and in addition as a share of a beat
	leastJitter = 0.006
	mostJitter  = 0.045
	heardFirst  = 8     // number of onsets that the assumed jitter counts as
	heardMost   = 30    // number of onsets that the jitter is averaged over
	tempoWalk   = 0.004 // random walk in each beat, as a share of a beat: of its length,
	placeWalk   = 0.006 // and of its place
	jump        = -5    // log probability that the tempo jumps at an onset
	jumpShare   = 0.08  // standard deviation of such a jump, as a share of the tempo

	slowed     = 1.04 // ratio of the beat to that at home, from which the player may have slowed down on purpose, as phrases end
	back       = -3   // log probability that the player comes back to the home tempo at an onset
	backFrom   = 0.4  // beats without an onset before that
	lateness   = 0.35 // mean of how much later than expected the beat then is, in beats,
	lateSpread = 0.2  // its standard deviation,
	backSpread = 0.05 // and that of the tempo, as a share
)

// A hypothesis says where in the bar the last onset was and how fast beats pass. It is a Kalman filter of the time of that place
// and of the beat's length, in seconds.
type hypothesis struct {
	weight     float64 // logarithm of the probability
	at, period float64
	aa, ap, pp float64 // variance of at, covariance, variance of period
	noise      float64 // variance of an onset about its expected time
	heard      float64 // number of onsets that noise was learned from
	off        float64 // how late the last onset was, in seconds
	place      int     // place of the last onset, in ticks after the bar line
	class      uint8   // index into classes
	context    uint8   // the length of the last step; see contextOf
	tapped     bool    // the place is that of a tap, not of an onset
	settled    bool    // there was an onset since the start, or since the tempo jumped
}

// begun makes a hypothesis from a place, its time and the beat's length, with their standard deviations.
func begun(class uint8, place int, at, period, sdAt, sdPeriod float64) hypothesis {
	sd := jitter + jitterShare*period
	return hypothesis{at: at, period: period, aa: sdAt * sdAt, pp: sdPeriod * sdPeriod, noise: sd * sd, heard: heardFirst,
		place: place, class: class}
}

// predict returns the covariance after the given number of beats.
func (h *hypothesis) predict(beats float64) (aa, ap, pp float64) {
	tempo, place := tempoWalk*h.period, placeWalk*h.period
	tempo *= tempo
	aa = h.aa + beats*(2*h.ap+beats*h.pp) + place*place*beats + tempo*beats*beats*beats/3
	return aa, h.ap + beats*h.pp + tempo*beats*beats/2, h.pp + tempo*beats
}

// jumped returns the hypothesis that the tempo changes now (a switching Kalman filter).
func (h *hypothesis) jumped() hypothesis {
	n := *h
	n.pp += jumpShare * jumpShare * h.period * h.period
	n.weight += jump
	n.settled = false
	return n
}

// mayReturn reports whether the player may come back to the home tempo at an onset at t, after a slowing. home is the length of a
// beat there; 0 if it is not known.
func (h *hypothesis) mayReturn(t, home float64) bool {
	return home > 0 && h.period > slowed*home && t-h.at >= backFrom*h.period && !h.tapped
}

// returned returns the hypothesis that the player comes back to the home tempo.
func (h *hypothesis) returned(home float64) hypothesis {
	n := *h
	n.at += lateness * h.period
	n.aa += lateSpread * lateSpread * h.period * h.period
	n.pp += backSpread * backSpread * h.period * h.period
	n.period = home
	n.weight += back
	return n
}

// expected returns the log weight of an onset with a motion `far` ticks after the last one.
func (h *hypothesis) expected(far, motion int) float64 {
	c := &classes[h.class]
	place := (h.place + far) % c.bar
	if h.tapped {
		return c.onset[place]
	}
	return c.step(h.context, h.place, far) + c.motions[contextOf(far)][place][motion]
}

// after returns the hypothesis updated with an onset at t, `far` ticks after the last one, where expected is its log weight
// there. logs is half the logarithm of 2π times the variance of such an onset; it is nearly the same for all places, so the
// caller computes it once.
func (h *hypothesis) after(far int, t, expected, logs float64) hypothesis {
	n := *h
	beats := float64(far) / ticks
	aa, ap, pp := h.predict(beats)
	variance := aa + h.noise
	n.off = t - (h.at + beats*h.period)
	ka, kp := aa/variance, ap/variance
	n.at, n.period = h.at+beats*h.period+ka*n.off, h.period+kp*n.off
	n.aa, n.ap, n.pp = aa*(1-ka), ap*(1-ka), pp-kp*ap
	n.noise += (n.off*n.off*h.noise/variance - h.noise) / (h.heard + 1)
	n.noise = min(max(n.noise, leastJitter*leastJitter), mostJitter*mostJitter)
	n.heard = min(h.heard+1, heardMost)
	n.settled = true
	n.weight += expected - 0.5*n.off*n.off/variance - logs
	n.place = (h.place + far) % classes[h.class].bar
	n.context = contextOf(far)
	if h.tapped {
		n.context, n.tapped = 0, false
	}
	return n
}

// line returns the time of the first beat after a time, and which beat of the bar it is.
func (h *hypothesis) line(t float64) (at float64, inBar int) {
	last := h.at - float64(h.place%ticks)/ticks*h.period
	n := math.Floor((t-last)/h.period) + 1
	beats := classes[h.class].bar / ticks
	return last + n*h.period, ((h.place/ticks+int(n))%beats + beats) % beats
}
