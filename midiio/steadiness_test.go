package midiio

import (
	"math"
	"testing"
	"time"

	"jamd/jam"
)

// How well a follower keeps to a master, as docs/clock.md tells it: go test ./midiio -run TestSteadiness -v
// The seeds are fixed, so that the figures are the same everywhere.

const bar = 4 * pulsesPerBeat

// A steadiness is the worst of a follower's errors after its first two bars.
type steadiness struct {
	tempo   float64       // BPM
	line    time.Duration // of the next line
	lost    int64         // pulses that the song's position is wrong by at the end
	counted bool          // all dropped pulses were, and no others
}

func measure(m master, bars int) steadiness {
	var worst steadiness
	const start = 2 * time.Second
	whole := m
	whole.jitter, whole.drop = 0, 0
	due := whole.play(start, (bars+1)*bar)
	f := newFollower(120)
	f.Receive(time.Second, jam.ClockStart, 0, 0)
	pulses := m.play(start, bars*bar)
	for _, p := range pulses {
		f.Receive(p.at, jam.ClockPulse, 0, 0)
		seg, _, _ := f.Position(p.at)
		if p.number >= 2*bar {
			worst.tempo = max(worst.tempo, math.Abs(seg.BPM-m.tempo(p.number)))
			worst.line = max(worst.line, (seg.At - due[seg.Frame*jam.PulsesPerFrame].due).Abs())
		}
		worst.lost = f.pulse - int64(p.number)
	}
	last := pulses[len(pulses)-1].number
	worst.counted = f.Dropped() == int64(last+1-len(pulses))
	return worst
}

func TestSteadiness(t *testing.T) {
	const songs, bars = 3, 100
	t.Logf("%d songs of %d bars of 4/4 each, worst error after two bars", songs, bars)
	t.Log("| tempo | jitter | pulses dropped | tempo off by | line off by |")
	for _, bpm := range []float64{20, 60, 90, 120, 160, 200} {
		for _, way := range []struct {
			jitter time.Duration
			drop   float64
		}{{0, 0}, {ms, 0}, {3 * ms, 0}, {3 * ms, 0.01}, {3 * ms, 0.05}} {
			var worst steadiness
			for seed := range uint64(songs) {
				s := measure(master{steady(bpm), way.jitter, way.drop, seed}, bars)
				worst.tempo, worst.line = max(worst.tempo, s.tempo), max(worst.line, s.line)
				if s.lost != 0 || !s.counted {
					t.Errorf("%v BPM, %+v, song %d: position wrong by %d pulses, all dropped ones counted: %v", bpm, way, seed, s.lost, s.counted)
				}
			}
			t.Logf("| %v | ±%v ms | %v %% | %.2f BPM | %.1f ms |", bpm, way.jitter.Milliseconds(), 100*way.drop, worst.tempo,
				float64(worst.line)/float64(ms))
			if worst.tempo > 0.2 {
				t.Errorf("%v BPM, %+v: the tempo is off by %.3f BPM", bpm, way, worst.tempo)
			}
			if worst.line > max(way.jitter*5/4, 10*time.Microsecond) {
				t.Errorf("%v BPM, %+v: a line is off by %v", bpm, way, worst.line)
			}
		}
	}
}

// A jump of the tempo is followed within a beat or two, and no pulse is lost by it.
func TestSteadinessJump(t *testing.T) {
	const songs, bars, at = 10, 12, 6 * bar
	t.Log("| from | to | jitter | within 2 BPM after |")
	for _, jump := range [][2]float64{{120, 90}, {90, 120}, {120, 60}, {60, 120}, {120, 80}, {120, 126}, {100, 180}, {140, 35}} {
		for _, jitter := range []time.Duration{0, ms, 3 * ms} {
			slowest := 0
			for seed := range uint64(songs) {
				m := master{tempo: func(n int) float64 { return jump[min(n/at, 1)] }, jitter: jitter, seed: seed}
				f := newFollower(120)
				f.Receive(time.Second, jam.ClockStart, 0, 0)
				for _, p := range m.play(2*time.Second, bars*bar) {
					f.Receive(p.at, jam.ClockPulse, 0, 0)
					if seg, _, _ := f.Position(p.at); p.number > at && math.Abs(seg.BPM-jump[1]) > 2 {
						slowest = max(slowest, p.number-at)
					}
				}
				if f.pulse != bars*bar-1 {
					t.Errorf("%v, jitter %v, song %d: position wrong by %d pulses", jump, jitter, seed, f.pulse-bars*bar+1)
				}
			}
			beats := float64(slowest) / pulsesPerBeat
			t.Logf("| %v | %v | ±%v ms | %.1f beats |", jump[0], jump[1], jitter.Milliseconds(), beats)
			if beats > 2.5 {
				t.Errorf("%v, jitter %v: within 2 BPM only after %.1f beats", jump, jitter, beats)
			}
		}
	}
}

// A ramp is followed: the tempo lags behind it by less than a second, and no pulse is lost by it.
func TestSteadinessRamp(t *testing.T) {
	const songs, bars = 3, 40
	t.Log("| ramp | jitter | tempo off by | line off by |")
	for _, ramp := range []float64{0.25, 1, 2.5, -1, -2.5} {
		for _, jitter := range []time.Duration{0, ms, 3 * ms} {
			tempo := rampOf(ramp, (bars+1)*bar)
			var worst steadiness
			for seed := range uint64(songs) {
				s := measure(master{tempo: func(n int) float64 { return tempo[n] }, jitter: jitter, seed: seed}, bars)
				worst.tempo, worst.line = max(worst.tempo, s.tempo), max(worst.line, s.line)
				if s.lost != 0 {
					t.Errorf("%v BPM a second, jitter %v, song %d: position wrong by %d pulses", ramp, jitter, seed, s.lost)
				}
			}
			t.Logf("| %+v BPM a second | ±%v ms | %.1f BPM | %.1f ms |", ramp, jitter.Milliseconds(), worst.tempo, float64(worst.line)/float64(ms))
			if limit := math.Abs(ramp) + 0.5*float64(jitter/ms); worst.tempo > limit {
				t.Errorf("%v BPM a second, jitter %v: the tempo is off by %.2f BPM, more than %v", ramp, jitter, worst.tempo, limit)
			}
		}
	}
}

// rampOf is the tempo of each pulse: 120 BPM for ten seconds, then a ramp to 60 or 180.
func rampOf(perSecond float64, pulses int) []float64 {
	tempo := make([]float64, pulses)
	seconds := 0.0
	for n := range tempo {
		tempo[n] = 120 + min(max(perSecond*max(seconds-10, 0), -60), 60)
		seconds += 60.0 / pulsesPerBeat / tempo[n]
	}
	return tempo
}
