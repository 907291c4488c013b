package jam

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever a tracker believes, of the meter too, frames go on: each is half to one and a half times as long as the tempo says.
func TestPlayerGridGoesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		meters := rapid.SampledFrom([]Meter{Quarters(4), Quarters(3), {Count: 6, Unit: 8}, Quarters(5).usual(), {Count: 7, Unit: 8}})
		meter := meters.Draw(t, "meter")
		anyTime := func(after time.Duration, beat int64) PlayerTime {
			period := time.Duration(rapid.Int64Range(2e8, 17e8).Draw(t, "period"))
			return PlayerTime{After: after, State: Following, Beat: beat, Period: period, Meter: meter,
				Line:  after + time.Duration(rapid.Int64Range(-int64(period), 2*int64(period)).Draw(t, "line")),
				InBar: rapid.IntRange(0, meter.Beats()-1).Draw(t, "in bar"), BPM: float64(time.Minute) / float64(period)}
		}
		var g playerGrid
		first := time.Duration(rapid.Int64Range(0, 5e9).Draw(t, "first"))
		beat := rapid.Int64Range(1, 100).Draw(t, "beat")
		s := g.start(anyTime(first+time.Duration(rapid.Int64Range(0, 9e9).Draw(t, "heard")), beat), first)
		step := g.now.Period / time.Duration(meter.Beat())
		if off := first - s.At; off < -step || off > time.Duration(meter.Beat())*step {
			t.Fatalf("frame 0 is at %v, the first note at %v, a frame of %v", s.At, first, step)
		}
		before := s.At
		for frame := int64(1); frame < 200; frame++ {
			if rapid.IntRange(0, 3).Draw(t, "moves") == 0 {
				beat += rapid.Int64Range(0, 2).Draw(t, "beats")
				if rapid.IntRange(0, 5).Draw(t, "meter changes") == 0 {
					meter = meters.Draw(t, "meter")
				}
				next := g.frameOf(beat)
				g.update(anyTime(before, beat))
				if g.frameOf(beat) != next {
					t.Fatalf("beat %d was on frame %d and is on frame %d", beat, next, g.frameOf(beat))
				}
			}
			line := g.line(frame, before)
			step := float64(g.now.Period) / float64(meter.Beat())
			if length := float64(line - before); length < 0.5*step-1 || length > 1.5*step+1 {
				t.Fatalf("frame %d lasts %v, of %v", frame, line-before, time.Duration(step))
			}
			if cut := g.cut(line); cut >= line {
				t.Fatalf("frame %d can be moved until %v, its line is at %v", frame, cut, line)
			}
			before = line
		}
	})
}

// A steady player is followed exactly: the lines are those of the beats.
func TestPlayerGridIsSteady(t *testing.T) {
	var g playerGrid
	const beat = 600 * time.Millisecond
	s := g.start(PlayerTime{Beat: 5, Line: 10 * time.Second, Period: beat, InBar: 1, Meter: Quarters(4), BPM: 100}, 7*time.Second+10*time.Millisecond)
	if s.Frame != 0 || s.At != 7*time.Second || g.place(0) != 0 {
		t.Fatalf("%+v, %d frames after the bar line", s, g.place(0))
	}
	before := s.At
	for frame := int64(1); frame <= 1000; frame++ {
		line := g.line(frame, before)
		if want := s.At + time.Duration(frame)*beat/4; (line - want).Abs() > time.Microsecond {
			t.Fatalf("frame %d is at %v, want %v", frame, line, want)
		}
		before = line
	}
	// A beat that moves by 60 ms is met at the next beat, and each frame before it bears a part.
	g.now.Line += 60 * time.Millisecond
	at := before
	for frame := int64(1001); frame <= 1004; frame++ {
		line := g.line(frame, at)
		if length := line - at; length < beat/4 || length > beat/4+16*time.Millisecond {
			t.Errorf("frame %d lasts %v", frame, length)
		}
		at = line
	}
	if want := s.At + 1004*beat/4 + 60*time.Millisecond; (at - want).Abs() > time.Microsecond {
		t.Errorf("the beat is at %v, want %v", at, want)
	}
}
