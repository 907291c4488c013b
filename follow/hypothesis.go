package follow

import "math"

// How people play: what the filter takes for granted, and what it learns from there.
const (
	jitter      = 0.012 // standard deviation of an onset in seconds, and as share of a beat
	jitterShare = 0.02
	leastJitter = 0.006
	mostJitter  = 0.045
	heardFirst  = 8     // onsets that the jitter taken for granted is worth
	heardMost   = 30    // onsets that the jitter is remembered for
	tempoWalk   = 0.004 // random walks a beat, as shares of a beat: of its length, and of its place
	placeWalk   = 0.006
	jump        = -5   // logarithm of the probability that the tempo changes at an onset
	jumpShare   = 0.08 // standard deviation of such a change, as share of the tempo
)

// A hypothesis says where in the bar the last onset was and how fast beats pass: a Kalman filter of the time of that place
// and of the beat's length, in seconds.
type hypothesis struct {
	weight     float64 // logarithm
	at, period float64
	aa, ap, pp float64 // covariance of at and period
	noise      float64 // variance of an onset about its place
	heard      float64 // onsets that the noise is known by
	off        float64 // of the last onset from where it was expected, in seconds
	place      int     // in ticks after the bar line
	class      uint8
	context    uint8
	tapped     bool // the place is a tap's, not an onset's
	settled    bool // there was an onset since the tempo jumped, or since the hypothesis began
}

// begun is a hypothesis of a place, its time and a beat's length, with their standard deviations.
func begun(class uint8, place int, at, period, sdAt, sdPeriod float64) hypothesis {
	sd := jitter + jitterShare*period
	return hypothesis{at: at, period: period, aa: sdAt * sdAt, pp: sdPeriod * sdPeriod, noise: sd * sd, heard: heardFirst,
		place: place, class: class}
}

// predict is the covariance so many beats on.
func (h *hypothesis) predict(beats float64) (aa, ap, pp float64) {
	tempo, place := tempoWalk*h.period, placeWalk*h.period
	tempo *= tempo
	aa = h.aa + beats*(2*h.ap+beats*h.pp) + place*place*beats + tempo*beats*beats*beats/3
	return aa, h.ap + beats*h.pp + tempo*beats*beats/2, h.pp + tempo*beats
}

// jumped returns the hypothesis that the player's tempo changes from here on (a switching Kalman filter).
func (h *hypothesis) jumped() hypothesis {
	n := *h
	n.pp += jumpShare * jumpShare * h.period * h.period
	n.weight += jump
	n.settled = false
	return n
}

// expected is the logarithm of the weight of an onset so many ticks later.
func (h *hypothesis) expected(far int) float64 {
	c := &classes[h.class]
	if h.tapped {
		return c.onset[(h.place+far)%c.bar]
	}
	return c.step(h.context, h.place, far)
}

// after is the hypothesis with an onset at t that is so many ticks later. logs is half the logarithm of 2 pi times the
// variance of such an onset, which hardly differs from one place to the next.
func (h *hypothesis) after(far int, t, logs float64) hypothesis {
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
	n.weight += h.expected(far) - 0.5*n.off*n.off/variance - logs
	n.place = (h.place + far) % classes[h.class].bar
	n.context = contextOf(far)
	if h.tapped {
		n.context, n.tapped = 0, false
	}
	return n
}

// line is the time of the first beat after a time, and which beat of the bar it is.
func (h *hypothesis) line(t float64) (at float64, inBar int) {
	last := h.at - float64(h.place%ticks)/ticks*h.period
	n := math.Floor((t-last)/h.period) + 1
	beats := classes[h.class].bar / ticks
	return last + n*h.period, ((h.place/ticks+int(n))%beats + beats) % beats
}
