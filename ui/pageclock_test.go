package ui

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
)

// Messages that need 1 to 81 ms are told apart to a millisecond once one of them was quick, although the page's clock is slow.
func TestPageClock(t *testing.T) {
	var c pageClock
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 10_000 {
		happened := time.Hour + time.Duration(n)*50*time.Millisecond
		delay := time.Millisecond + time.Duration(random.IntN(80))*time.Millisecond
		if n%50 == 0 {
			delay = time.Millisecond
		}
		sent := float64(happened-time.Hour) / 1.00003 / float64(time.Millisecond)
		age := c.age(happened+delay, sent+5000)
		if off := delay - time.Millisecond - age; n > 50 && off.Abs() > 2*time.Millisecond {
			t.Fatalf("message %d took %v, and is taken to be %v old", n, delay, age)
		}
	}
	if age := c.age(10*time.Hour, 5001); age != 0 { // the page was suspended for hours
		t.Errorf("after a long sleep a message is %v old", age)
	}
	if age := c.age(10*time.Hour+20*time.Millisecond, 5011); age < 9*time.Millisecond || age > 11*time.Millisecond {
		t.Errorf("the next message is %v old, want 10 ms", age)
	}
}

// The browser is busy with its sound when the second note is played, and passes it on 0.8 s late. The note has its own time all
// the same, and so have those after it.
func TestPageClockOfABusyBrowser(t *testing.T) {
	var c pageClock
	for n, ms := range []int{0, 0, 814, 442, 301, 20, 0, 260} {
		happened, delay := time.Duration(n+1)*600*time.Millisecond, time.Duration(ms)*time.Millisecond
		if age := c.age(happened+delay, float64(happened.Milliseconds())); (age - delay).Abs() > time.Millisecond {
			t.Errorf("message %d took %v, and is taken to be %v old", n, delay, age)
		}
	}
}

// Whatever a page says, an age is between nothing and maxDelay.
func TestPageClockBoundsTheAge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c pageClock
		arrived := time.Duration(0)
		for range rapid.IntRange(1, 20).Draw(t, "messages") {
			arrived += time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "pause"))
			sent := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), -1, 0, math.MaxFloat64})).Draw(t, "sent")
			if age := c.age(arrived, sent); age < 0 || age > maxDelay {
				t.Fatalf("%v old", age)
			}
		}
	})
}

// A timed jam keeps when the last note was played.
type timed struct {
	Jam
	at time.Duration
}

func (j *timed) Play(e jam.Event) { j.at = e.At }

// The first note of all has its own time, as the page has told the time of its clock before.
func TestFirstNoteHasItsTime(t *testing.T) {
	s, b := serve(t)
	began := time.Now()
	j := &timed{Jam: b}
	s.Begin(j, func() time.Duration { return time.Since(began) })
	for range 1000 {
		p, start := &player{server: s}, time.Now()
		p.take(pageMessage{pageNote: pageNote{Type: "time"}, Time: 5000})
		time.Sleep(30 * time.Millisecond)
		p.take(pageMessage{pageNote: pageNote{Type: "note", On: true, Pitch: 60, Velocity: 90}, Time: 5000})
		age := time.Since(began) - j.at
		if time.Since(start) > maxDelay {
			continue // the machine stood still: nothing is believed of such a page
		}
		if age < 30*time.Millisecond {
			t.Errorf("a note that was played 30 ms ago is put %v ago", age)
		}
		return
	}
	t.Skip("the machine is too busy")
}
