package follow

import (
	"math"
	"testing"
	"time"

	"jamd/jam"
)

// steady plays quarter notes at a tempo, from a time on, and does something before some of them.
func (s *stage) steady(from time.Duration, bpm float64, notes int, before func(i int)) (end time.Duration) {
	beat := time.Duration(float64(time.Minute) / bpm)
	for i := range notes {
		at := from + time.Duration(i)*beat
		time.Sleep(max(at-s.clock.Now(), 0))
		if before != nil {
			before(i)
		}
		s.note(60 + uint8(i*7%12))
	}
	return from + time.Duration(notes)*beat
}

// countIn taps four beats at 100 BPM from now on, and returns the time of the next.
func (s *stage) countIn() time.Duration {
	const beat = time.Minute / 100
	for range 4 {
		time.Sleep(beat)
		s.ear.Do(jam.PlayerTap, s.clock.Now())
	}
	return s.clock.Now() + beat
}

// countedIn taps four beats at 100 BPM as jamd counts them in from the start, and returns the time of the next.
func (s *stage) countedIn() time.Duration {
	const beat = time.Minute / 100
	for at := time.Duration(0); at < 4*beat; at += beat {
		time.Sleep(at - s.clock.Now())
		s.ear.Do(jam.PlayerTap, at)
	}
	return 4 * beat
}

// tempoAt is the mean tempo of a jam's frames around a time, in quarter notes a minute.
func (s *stage) tempoAt(at time.Duration) float64 {
	first, last := int64(math.MaxInt64), int64(0)
	for frame, line := range s.lines {
		if line > at-time.Second && line < at+time.Second {
			first, last = min(first, frame), max(last, frame)
		}
	}
	if last <= first {
		return 0
	}
	return float64(last-first) / jam.FramesPerBeat / (s.lines[last] - s.lines[first]).Minutes()
}

// What the player asks for, and what the jam does at times after it.
func TestSteering(t *testing.T) {
	within := func(s *stage, what string, at time.Duration, want float64) {
		t.Helper()
		if got := s.tempoAt(at); math.Abs(got/want-1) > 0.02 {
			t.Errorf("%s: %.1f BPM at %v, want %.1f", what, got, at, want)
		}
	}
	config := Config{Meter: jam.Quarters(4)}
	t.Run("held, it goes on, however it is played", func(t *testing.T) {
		var end time.Duration
		s := live(t, config, nil, func(s *stage) {
			at := s.steady(s.countIn(), 100, 16, nil)
			s.ear.Do(jam.PlayerHolds, s.clock.Now())
			end = s.steady(at, 110, 24, nil)
		})
		within(s, "held", end-2*time.Second, 100)
		if s.states[jam.HoldingTempo] < 40 {
			t.Errorf("%v", s.states)
		}
	})
	t.Run("in silence it goes on, and says so", func(t *testing.T) {
		var end time.Duration
		s := live(t, config, nil, func(s *stage) {
			at := s.steady(s.countIn(), 100, 16, nil)
			time.Sleep(20 * time.Second)
			end = at + 19*time.Second
		})
		within(s, "in silence", end-2*time.Second, 100)
		if s.states[jam.HoldingTempo] < 40 || s.states[jam.Following] < 40 {
			t.Errorf("%v", s.states)
		}
	})
	t.Run("a tempo that jumps is taken within eight beats of four taps", func(t *testing.T) {
		var jumped time.Duration
		s := live(t, config, nil, func(s *stage) {
			jumped = s.steady(s.countIn(), 100, 16, nil)
			s.steady(jumped, 130, 24, func(i int) {
				if i < 4 {
					s.ear.Do(jam.PlayerTap, s.clock.Now())
				}
			})
		})
		within(s, "after the taps", jumped+12*time.Minute/130, 130)
	})
	t.Run("a tempo that jumps is taken within sixteen beats without", func(t *testing.T) {
		var jumped time.Duration
		s := live(t, config, nil, func(s *stage) {
			jumped = s.steady(s.countIn(), 100, 16, nil)
			s.steady(jumped, 130, 32, nil)
		})
		within(s, "after the jump", jumped+16*time.Minute/130+time.Second, 130) // tempoAt begins a second before
	})
	t.Run("counted in by jamd, it follows from there", func(t *testing.T) {
		var end time.Duration
		counted := func(_ *stage, c *jam.LoopConfig) { c.Start, c.CountIn, c.Settings.Tempo = jam.StartAtOnce, 4, 100 }
		s := live(t, config, counted, func(s *stage) {
			end = s.steady(s.countedIn(), 106, 32, nil)
		})
		within(s, "after the count-in", end-4*time.Second, 106)
		if s.lines[0] != 4*time.Minute/100 || s.sums.Skipped > 0 {
			t.Errorf("frame 0 is at %v, %+v", s.lines[0], s.sums)
		}
	})
	t.Run("counted in and held, it follows when it is let go", func(t *testing.T) {
		var let, end time.Duration
		held := func(_ *stage, c *jam.LoopConfig) {
			c.Start, c.CountIn, c.Settings.Tempo, c.Settings.HoldTempo = jam.StartAtOnce, 4, 100, true
		}
		s := live(t, config, held, func(s *stage) {
			s.ear.Do(jam.PlayerHolds, 0)
			let = s.steady(s.countedIn(), 106, 16, nil)
			s.ear.Do(jam.PlayerReleases, s.clock.Now())
			end = s.steady(let, 106, 40, nil)
		})
		within(s, "held", let-2*time.Second, 100)
		within(s, "let go", end-4*time.Second, 106)
	})
	t.Run("this is one: a bar begins there", func(t *testing.T) {
		var meters []jam.MeterChange
		var one time.Duration
		entries := jam.NewReader(1 << 14)
		s := live(t, config, func(_ *stage, c *jam.LoopConfig) { c.Readers = append(c.Readers, entries) }, func(s *stage) {
			s.steady(s.countIn(), 100, 24, func(i int) {
				if i == 10 { // the third beat of a bar
					one = s.clock.Now()
					s.ear.Do(jam.PlayerDownbeat, one)
				}
			})
		})
		for n := len(entries.C()); n > 0; n-- {
			if e := <-entries.C(); e.Kind == jam.EntryMeter {
				meters = append(meters, e.Meter)
			}
		}
		if len(meters) != 1 {
			t.Fatalf("%v", meters)
		}
		beat := time.Minute / 100
		if off := (s.lines[meters[0].Frame] - one) % (4 * beat); min(off.Abs(), (4*beat-off).Abs()) > beat/10 {
			t.Errorf("the bar line is at %v, one was at %v", s.lines[meters[0].Frame], one)
		}
	})
	t.Run("MIDI clock is sent at the beats that are followed", func(t *testing.T) {
		s := live(t, config, func(s *stage, c *jam.LoopConfig) { c.ClockOut = s.sent }, func(s *stage) {
			s.steady(s.countIn(), 100, 32, nil)
		})
		sent, pulses := s.sent.Sent(), 0
		for i, m := range sent {
			if m.Status == jam.ClockPulse {
				pulses++
			}
			if i > 30 && sent[i].Status == jam.ClockPulse && sent[i-1].Status == jam.ClockPulse {
				if gap := sent[i].At - sent[i-1].At; (gap - 25*time.Millisecond).Abs() > 3*time.Millisecond {
					t.Errorf("pulse %d comes %v after the one before", i, gap)
				}
			}
		}
		if pulses < 24*28 || len(sent) > pulses+8 {
			t.Errorf("%d pulses of %d messages", pulses, len(sent))
		}
	})
}
