package jam

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTapper(t *testing.T) {
	tests := map[string]struct {
		gaps []int   // before each tap but the first, in milliseconds
		want float64 // after the last; 0: none yet
	}{
		"one tap":                {nil, 0},
		"two taps":               {[]int{500}, 120},
		"steady":                 {[]int{500, 500, 500, 500}, 120},
		"unsteady":               {[]int{480, 520, 490, 510}, 120},
		"a tap left out":         {[]int{500, 500, 1000, 500}, 120},
		"one tap too many":       {[]int{500, 500, 200, 300, 500, 500}, 120},
		"a key that bounced":     {[]int{500, 20, 480, 500}, 120},
		"anew after a pause":     {[]int{500, 500, 2001, 600}, 100},
		"first after a pause":    {[]int{500, 500, 2001}, 0},
		"slowest":                {[]int{2000, 2000}, 30},
		"fastest":                {[]int{150, 150}, 400},
		"faster than any":        {[]int{100}, 0},
		"eight are heard":        {[]int{700, 700, 500, 500, 500, 500, 500, 500, 500}, 120},
		"a clock that went back": {[]int{500, -5000}, 0},
		"nothing in common":      {[]int{300, 1500}, 60e3 / 900.0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var tapper tapper
			at := time.Hour
			got, ok := tapper.tap(at)
			for _, gap := range test.gaps {
				at += time.Duration(gap) * time.Millisecond
				got, ok = tapper.tap(at)
			}
			if ok != (test.want > 0) || math.Abs(got-test.want) > 1e-9 {
				t.Errorf("%v, %v; want %v", got, ok, test.want)
			}
		})
	}
}

// Whatever is tapped, the result is a tempo that jamd plays.
func TestTapperStaysInRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tapper tapper
		for range rapid.IntRange(0, 30).Draw(t, "taps") {
			bpm, ok := tapper.tap(time.Duration(rapid.Int64Range(-3e9, 9e9).Draw(t, "at")))
			if ok && CheckTempo(bpm) != nil || !ok && bpm != 0 {
				t.Fatalf("%v, %v", bpm, ok)
			}
		}
	})
}

func TestTapperAllocatesNothing(t *testing.T) {
	var tapper tapper
	at := time.Duration(0)
	if a := testing.AllocsPerRun(100, func() {
		at += 500 * time.Millisecond
		tapper.tap(at)
	}); a != 0 {
		t.Errorf("%v allocations a tap", a)
	}
}
