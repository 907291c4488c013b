package follow

import (
	"math"
	"testing"
	"time"

	"jamd/jam"
)

func TestTaps(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4)})
	at := play(f, countIn(f, time.Second, 500*time.Millisecond), 4, 0.005, steady(0.5))
	f.Tap(at + 150*time.Millisecond) // the player has paused for that long: the beat is here
	at = play(f, at+150*time.Millisecond, 2, 0.005, steady(0.5))
	expect(t, f, at, 120, 20*time.Millisecond)
	at = play(f, countIn(f, at, 385*time.Millisecond), 4, 0.005, steady(0.385)) // 30 % faster
	expect(t, f, at, 60/0.385, 20*time.Millisecond)
}

// Notes between the taps of a count-in do not move its bar line.
func TestNotesAmidCountIn(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4)})
	at := time.Second
	for range 4 {
		f.Tap(at)
		f.Note(at, 60, 80)
		at += 625 * time.Millisecond
	}
	expect(t, f, at, 96, 10*time.Millisecond)
}

func TestDownbeat(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4)})
	at := play(f, countIn(f, time.Second, 500*time.Millisecond), 4, 0, steady(0.5))
	f.Downbeat(at + time.Second) // on what was counted as the third beat
	if r, _ := f.PlayerTime(at + time.Second); r.InBar != 1 {
		t.Errorf("the beat after the first is taken for beat %d", r.InBar+1)
	}
}

// A tempo that is set amid the music is the way to another octave.
func TestSetTempo(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4)})
	at := play(f, countIn(f, time.Second, 500*time.Millisecond), 4, 0.005, steady(0.5))
	f.SetTempo(60)
	at = play(f, at, 4, 0.005, steady(0.5))
	if r, _ := f.PlayerTime(at); math.Abs(r.BPM-60) > 2 {
		t.Errorf("%.1f BPM, want 60", r.BPM)
	}
}

func TestHold(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4)})
	at := play(f, countIn(f, time.Second, 500*time.Millisecond), 4, 0, steady(0.5))
	f.Hold(true)
	play(f, at, 4, 0, steady(0.47))
	if r, _ := f.PlayerTime(at); r.State != jam.HoldingTempo || math.Abs(r.BPM-120) > 0.1 {
		t.Errorf("%v %.1f", r.State, r.BPM)
	}
	f.Hold(false)
	expectPace(t, f, play(f, at+16*470*time.Millisecond, 12, 0, steady(0.47)), 60/0.47)
}

// A tempo that jumps by 30 % is taken within sixteen beats, or within eight of a tap.
func TestJump(t *testing.T) {
	for _, period := range []float64{0.5 / 1.3, 0.5 * 1.3, 0.5 / 1.2, 0.5 * 1.2} {
		for _, jitter := range []float64{0.005, 0.02} {
			f := New(Config{Meter: jam.Quarters(4)})
			at := play(f, countIn(f, time.Second, 500*time.Millisecond), 8, jitter, steady(0.5))
			at = play(f, at, 4, jitter, steady(period))
			expectPace(t, f, at, 60/period)

			f = New(Config{Meter: jam.Quarters(4)})
			at = play(f, countIn(f, time.Second, 500*time.Millisecond), 8, jitter, steady(0.5))
			at = play(f, at, 1, jitter, steady(period))
			f.Tap(at)
			at = play(f, at, 2, jitter, steady(period))
			expectPace(t, f, at, 60/period)
		}
	}
}
