package jam

import (
	"slices"
	"time"
)

const (
	tapPause  = 2 * time.Second        // a longer pause starts again: the slowest tempo that can be tapped is 30 BPM
	tapBounce = time.Minute / MaxTempo // taps closer together than this count as one
	tapsKept  = 8                      // two bars of 4/4
	tapSpread = 0.25                   // share of the median: an interval further from it comes from a missed tap or an extra one
)

// A tapper finds the tempo of tapped beats. The zero value is ready. Only one goroutine at a time may use it. It allocates
// nothing.
type tapper struct {
	taps [tapsKept]time.Duration
	n    int
}

// tap adds a tap and, from the second tap on, returns the tempo in quarter notes a minute. The tempo is that of the mean interval
// between the last eight taps, without intervals far from their median. A pause of two seconds starts again. A tap closer to the
// last one than a beat at MaxTempo is a bounce of the key, and changes nothing.
func (t *tapper) tap(at time.Duration) (bpm float64, ok bool) {
	switch since := at - t.taps[max(t.n-1, 0)]; {
	case t.n == 0:
	case since < 0 || since > tapPause:
		t.n = 0
	case since < tapBounce:
		return t.tempo()
	}
	if t.n == tapsKept {
		t.n = copy(t.taps[:], t.taps[1:])
	}
	t.taps[t.n] = at
	t.n++
	return t.tempo()
}

func (t *tapper) tempo() (bpm float64, ok bool) {
	if t.n < 2 {
		return 0, false
	}
	var room [tapsKept]time.Duration
	intervals := room[:t.n-1]
	for i := range intervals {
		intervals[i] = t.taps[i+1] - t.taps[i]
	}
	slices.Sort(intervals)
	middle := (intervals[(len(intervals)-1)/2] + intervals[len(intervals)/2]) / 2
	var sum, n time.Duration
	for _, d := range intervals {
		if (d - middle).Abs() <= time.Duration(tapSpread*float64(middle)) {
			sum += d
			n++
		}
	}
	if n == 0 { // two intervals that have nothing in common: take their mean
		return float64(time.Minute) / float64(middle), true
	}
	return float64(time.Minute) * float64(n) / float64(sum), true
}
