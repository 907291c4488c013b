package follow

import (
	"math"
	"testing"
	"time"

	"jamd/jam"
)

// A counted beat that is played exactly stays, though a passage of syncopated sixteenths, or a long rest, speaks for another.
func TestExactPlayingKeepsTheBeat(t *testing.T) {
	const period = 500 * time.Millisecond
	f := New(Config{Meter: jam.Quarters(4)})
	at := play(f, countIn(f, time.Second, period), 4, 0, steady(0.5))
	syncopated := func(bars int) {
		for range bars {
			for _, tick := range []int{3, 9, 15, 18, 21, 27, 33, 39, 42, 45} {
				f.Note(at+period*time.Duration(tick)/ticks, 60, 80)
			}
			at += 4 * period
			f.Advance(at - 100*time.Millisecond)
			r, _ := f.PlayerTime(at - 100*time.Millisecond)
			if off := math.Remainder(float64(r.Line-at), float64(period)); math.Abs(off) > 0.1*float64(period) {
				t.Fatalf("the beat is %v off at %v", time.Duration(off), at)
			}
		}
	}
	syncopated(6)
	at += 16 * period // a rest
	syncopated(60)
}

// Exact playing that leaves the counted tempo is followed: a jump of 8 %, and a tempo that slides by 10 %.
func TestExactPlayingMayChangeItsTempo(t *testing.T) {
	for _, period := range []func(beat int) float64{
		func(beat int) float64 { return 0.5 / (1 + 0.08*float64(min(max(beat-32, 0), 1))) },
		func(beat int) float64 { return 0.5 * (1 + 0.1*float64(min(beat, 64))/64) },
	} {
		f := New(Config{Meter: jam.Quarters(4)})
		at := play(f, countIn(f, time.Second, 500*time.Millisecond), 24, 0, period)
		expect(t, f, at, 60/period(96), 20*time.Millisecond)
	}
}
