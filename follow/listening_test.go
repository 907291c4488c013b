package follow

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"jamd/jam"
)

// A listener is a simulated player who hears the Follower's beats and corrects the own playing by them: the model of van
// der Steen and Keller (ADAM, 2013), with a phase and a period correction, anticipation and motor noise, in seconds.
type listener struct {
	phase, tempo, ahead, noise float64
}

// jam plays eighths for so many beats and returns the player's tempo at the end, and the largest asynchrony of the second
// half.
func (l listener) jam(f *Follower, beats int, seed uint64) (bpm, apart float64) {
	const base = 0.55
	random := rand.New(rand.NewPCG(seed, 2))
	at := seconds(countIn(f, time.Second, time.Duration(base*float64(time.Second))))
	period := base
	for beat := range beats {
		r, _ := f.PlayerTime(duration(at - 0.1))
		n := math.Round((seconds(r.Line) - at) / seconds(r.Period))
		heard := seconds(r.Line) - n*seconds(r.Period) // the Follower's beat that is nearest
		f.Note(duration(at-l.ahead+l.noise*random.NormFloat64()), 60, 80)
		if beat%3 > 0 {
			f.Note(duration(at+period/2-l.ahead+l.noise*random.NormFloat64()), 62, 80)
		}
		off := at - heard
		if beat > beats/2 {
			apart = max(apart, math.Abs(off))
		}
		period -= l.tempo * off
		at += period - l.phase*off
		f.Advance(duration(at - 0.12))
	}
	return 60 / period, apart
}

// Two who listen to each other stay together, and the tempo that nobody owns is not run away with: a player who anticipates
// by 40 ms moves it at most this far in 200 beats. Without what learnAsynchrony does it is 170 %.
const runaway = 0.02

func TestListening(t *testing.T) {
	for _, l := range []listener{
		{0.25, 0.1, 0, 0.01}, {0.25, 0.1, 0.02, 0.01}, {0.25, 0.1, 0.04, 0.01},
		{0.5, 0.2, 0, 0.01}, {0.5, 0.2, 0.02, 0.01}, {0.5, 0.2, 0.04, 0.01}, {0.4, 0.15, 0.02, 0.02},
	} {
		f := New(Config{Meter: jam.Quarters(4), Heard: true})
		bpm, apart := l.jam(f, 200, 1)
		own := 60 / 0.55
		t.Logf("%+v: %.1f BPM after %.1f, %.0f ms apart at most", l, bpm, own, 1e3*apart)
		if math.Abs(bpm/own-1) > runaway || apart > 0.1 {
			t.Errorf("%+v: %.1f BPM after %.1f, %.0f ms apart", l, bpm, own, 1e3*apart)
		}
	}
}
