package midiio

import (
	"fmt"
	"math"
	"testing"
	"time"

	"jamd/jam"
)

// How well a receiver keeps to a master, as docs/clock.md tells it: go test ./midiio -run TestSteadiness -v
// The seeds are fixed, so that the figures are the same everywhere, and others than those that the loop's bounds were
// chosen by.

const (
	bar       = 4 * pulsesPerBeat
	firstSeed = 1000
)

// A steadiness is the worst of a receiver's errors after its first two bars.
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
	f := newReceiver(120)
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
	if testing.Short() {
		t.Skip("measures hundreds of songs; nothing in it runs beside anything else")
	}
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
				s := measure(master{steady(bpm), way.jitter, way.drop, firstSeed + seed}, bars)
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
				m := master{tempo: func(n int) float64 { return jump[min(n/at, 1)] }, jitter: jitter, seed: firstSeed + seed}
				f := newReceiver(120)
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

// Where jitter comes near to a pulse's length, following has its limits: how many of many songs end with a position that is
// wrong, or have a tempo off by more than 1 BPM at the end of the second bar.
func TestSteadinessLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("measures hundreds of songs; nothing in it runs beside anything else")
	}
	const songs, bars = 100, 9
	t.Logf("%d songs of %d bars of 4/4 each, begun without a clock before", songs, bars)
	t.Log("| tempo | jitter | pulses dropped | position wrong at the end | tempo wrong after two bars |")
	for _, limit := range []struct {
		from, to float64
		jitter   time.Duration
		drop     float64
		most     int // songs with a wrong position
	}{
		{40, 40, 5 * ms, 0.01, 1}, {120, 120, 3 * ms, 0.01, 1}, {120, 120, 5 * ms, 0.01, 2}, {160, 160, 3 * ms, 0.01, 3},
		{200, 200, 3 * ms, 0.01, 3}, {240, 240, 3 * ms, 0.01, 4}, {240, 240, 5 * ms, 0, 0}, {240, 240, 5 * ms, 0.001, 2},
		{240, 240, 5 * ms, 0.01, 12}, {400, 400, ms, 0.01, 12}, {400, 400, 3 * ms, 0, 0}, {400, 400, 3 * ms, 0.01, 14},
		{200, 150, 3 * ms, 0, 0}, {240, 180, 5 * ms, 0, 0}, {240, 60, 5 * ms, 0, 0}, {60, 240, 5 * ms, 0, 0},
	} {
		lost, off := 0, 0
		for seed := range uint64(songs) {
			tempo := func(n int) float64 {
				if n < 4*bar {
					return limit.from
				}
				return limit.to
			}
			f := newReceiver(120)
			f.Receive(time.Second, jam.ClockStart, 0, 0)
			pulses := master{tempo, limit.jitter, limit.drop, firstSeed + seed}.play(2*time.Second, bars*bar)
			judged := false
			for _, p := range pulses {
				f.Receive(p.at, jam.ClockPulse, 0, 0)
				if bpm, ok := f.tempo(); p.number >= 2*bar && !judged {
					judged = true
					if !ok || math.Abs(bpm-limit.from) > 1 {
						off++
					}
				}
			}
			if f.pulse != int64(pulses[len(pulses)-1].number) {
				lost++
			}
		}
		name := fmt.Sprint(limit.from)
		if limit.to != limit.from {
			name = fmt.Sprintf("%v, then %v", limit.from, limit.to)
		}
		t.Logf("| %s | ±%v ms | %v %% | %d | %d |", name, limit.jitter.Milliseconds(), 100*limit.drop, lost, off)
		if lost > limit.most {
			t.Errorf("%s, jitter %v, %v dropped: the position of %d songs is wrong, more than %d", name, limit.jitter, limit.drop, lost, limit.most)
		}
	}
}

// A ramp is followed: the tempo lags behind it by less than a second, but for what jitter does to it, and no pulse is lost.
func TestSteadinessRamp(t *testing.T) {
	const songs, bars = 3, 40
	t.Log("| ramp | jitter | tempo off by | line off by |")
	for _, ramp := range []float64{0.25, 1, 2.5, 5, -1, -2.5, -5} {
		for _, jitter := range []time.Duration{0, ms, 3 * ms} {
			tempo := rampOf(ramp, (bars+1)*bar)
			var worst steadiness
			for seed := range uint64(songs) {
				s := measure(master{tempo: func(n int) float64 { return tempo[n] }, jitter: jitter, seed: firstSeed + seed}, bars)
				worst.tempo, worst.line = max(worst.tempo, s.tempo), max(worst.line, s.line)
				if s.lost != 0 {
					t.Errorf("%v BPM a second, jitter %v, song %d: position wrong by %d pulses", ramp, jitter, seed, s.lost)
				}
			}
			t.Logf("| %+v BPM a second | ±%v ms | %.1f BPM | %.1f ms |", ramp, jitter.Milliseconds(), worst.tempo, float64(worst.line)/float64(ms))
			if limit := math.Abs(ramp) + 1.2*float64(jitter/ms); worst.tempo > limit {
				t.Errorf("%v BPM a second, jitter %v: the tempo is off by %.2f BPM, more than %v", ramp, jitter, worst.tempo, limit)
			}
			if limit := 5*ms + 3*jitter; worst.line > limit {
				t.Errorf("%v BPM a second, jitter %v: a line is off by %v, more than %v", ramp, jitter, worst.line, limit)
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
