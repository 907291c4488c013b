package midiio

import (
	"math"
	"testing"
	"time"

	"jamd/jam"

	"pgregory.net/rapid"
)

// A stall is a time in which no pulse arrives.
type stall struct {
	kind   string // one of the constants
	from   time.Duration
	length time.Duration
}

const (
	comesInBurst = "comes in a burst" // what was due in the stall arrives at its end
	isLost       = "is lost"
	comesLater   = "comes later" // the sender stands still and then goes on from there
)

func (s stall) deliver(pulses []played) (all []played) {
	end := s.from + s.length
	for _, p := range pulses {
		switch {
		case p.at < s.from:
		case s.kind == comesLater:
			p.at += s.length
			p.due += s.length
		case p.at >= end:
		case s.kind == isLost:
			continue
		default:
			p.at = end
		}
		all = append(all, p)
	}
	return all
}

// A stalledSong is a steady clock that stalls once. Its pulses come one by one, or in blocks.
type stalledSong struct {
	bpm, jitter float64 // jitter in ms
	block       time.Duration
	seed        uint64
	stall       stall
	unstarted   bool // there is only a clock, no song
}

// fault returns what is wrong with the receiver's tempo from two seconds after the stall on, or with its count at the end, or "".
func (s *stalledSong) fault() string {
	m := master{tempo: steady(s.bpm), jitter: time.Duration(s.jitter * float64(ms)), seed: s.seed}
	end := s.stall.from + s.stall.length
	var pulses []played
	if number := int((end + 4*time.Second).Minutes() * s.bpm * pulsesPerBeat); s.block == 0 {
		pulses = m.play(2*time.Second, number)
	} else {
		way := blockWay{block: s.block, jitter: min(m.jitter, s.block/8), seed: s.seed}
		m.jitter = 0
		pulses = way.deliver(m.play(2*time.Second, number))
	}
	f := newReceiver(120)
	if !s.unstarted {
		f.Receive(time.Second, jam.ClockStart, 0, 0)
	}
	last, lost := time.Duration(0), false
	for _, p := range s.stall.deliver(pulses) {
		lost = lost || last > 0 && f.lost(p.at)
		f.Receive(p.at, jam.ClockPulse, 0, 0)
		last = p.at
		if bpm, _ := f.tempo(); p.at > end+2*time.Second && math.Abs(bpm/s.bpm-1) > 0.02 {
			return "the tempo"
		}
	}
	if !lost && !s.unstarted && f.pulse != int64(pulses[len(pulses)-1].number) {
		return "the pulse"
	}
	return ""
}

// known reports whether the tempo is known before the stall. It is not if a pulse is almost exactly some blocks long.
func (s stalledSong) known() bool {
	lines := float64(time.Minute) / pulsesPerBeat / s.bpm / float64(max(s.block, 1))
	if lines > 0.9 && math.Abs(lines-math.Round(lines)) < 0.08 {
		return false
	}
	s.stall = stall{isLost, s.stall.from, 0}
	return s.fault() == ""
}

// standStill returns a length near the given one that tells a clock that stood still from one that lost pulses: half a pulse
// longer than some pulses, or half a block longer than some blocks.
func standStill(length time.Duration, bpm float64, block time.Duration) time.Duration {
	if pulse := time.Duration(float64(time.Minute) / pulsesPerBeat / bpm); pulse > mostLines*block { // such blocks are taken for jitter
		block = pulse
	}
	return length.Truncate(block) + block/2
}

// After a stall the tempo is the sender's, and the count too.
func TestStalls(t *testing.T) {
	songs, faults := 0, 0
	for _, kind := range []string{comesInBurst, isLost, comesLater} {
		for _, block := range []time.Duration{0, 5333 * time.Microsecond, 10666 * time.Microsecond, 23220 * time.Microsecond, 30 * ms, 46440 * time.Microsecond} {
			for _, jitter := range []float64{0, 3} {
				for i, bpm := range []float64{60, 75, 90, 120, 137, 174, 200} {
					for j, length := range []time.Duration{50 * ms, 120 * ms, 300 * ms, 800 * ms} {
						if kind == comesLater {
							length = standStill(length, bpm, block)
						}
						seed := firstSeed + uint64(10*i+j)
						song := stalledSong{bpm, jitter, block, seed, stall{kind, 6*time.Second + time.Duration(seed*17)*ms%time.Second, length}, false}
						if !song.known() {
							continue
						}
						songs++
						if fault := song.fault(); fault != "" {
							faults++
							t.Errorf("%v BPM, jitter %v ms, blocks of %v; what is due from %v to %v later %s: %s is wrong", bpm, jitter, block,
								song.stall.from, length, kind, fault)
						}
					}
				}
			}
		}
	}
	t.Logf("%d of %d songs are followed wrongly after a stall", faults, songs)
}

// Any tempo, any stall, with a song or without.
func TestAnyStall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		song := stalledSong{
			bpm: rapid.Float64Range(60, 200).Draw(t, "tempo"), jitter: rapid.Float64Range(0, 3).Draw(t, "jitter"),
			seed: rapid.Uint64().Draw(t, "seed"), unstarted: rapid.Bool().Draw(t, "no song"),
			stall: stall{
				kind:   rapid.SampledFrom([]string{comesInBurst, isLost, comesLater}).Draw(t, "kind"),
				from:   time.Duration(rapid.Int64Range(int64(6*time.Second), int64(8*time.Second)).Draw(t, "from")),
				length: time.Duration(rapid.Int64Range(int64(50*ms), int64(800*ms)).Draw(t, "length")),
			},
		}
		if rapid.Bool().Draw(t, "in blocks") {
			song.block = time.Duration(rapid.Float64Range(5e6, 46e6).Draw(t, "block"))
			song.stall.length = max(song.stall.length, song.block*3/2) // a shorter one hardly differs from a late block
		}
		if song.stall.kind == comesLater {
			song.stall.length = standStill(song.stall.length, song.bpm, song.block)
		}
		if !song.known() {
			t.Skip("not known without a stall")
		}
		fault := song.fault()
		if song.stall.kind == isLost && fault == "the pulse" {
			return // a loss in blocks may leave no trace
		}
		if fault != "" {
			t.Fatalf("%+v: %s is wrong", song, fault)
		}
	})
}

// A slower tempo begins with a long gap, which might be a stall. If the tempo then rises, jitter brings two pulses close together.
// They are no burst of pulses that were due in the stall, because other pulses came between.
func TestNoBurstLongAfterAStall(t *testing.T) {
	ahead := int64(0)
	for seed := range uint64(100) {
		tempo := func(n int) float64 {
			switch {
			case n < 40:
				return 122
			case n < 80:
				return 50
			}
			return 240
		}
		f := newReceiver(120)
		f.Receive(time.Second, jam.ClockStart, 0, 0)
		for _, p := range (master{tempo: tempo, jitter: 3 * ms, seed: seed}).play(2*time.Second, 200) {
			f.Receive(p.at, jam.ClockPulse, 0, 0)
			if _, running, _ := f.Position(p.at); running {
				ahead = max(ahead, f.passed-int64(p.number))
			}
		}
	}
	if ahead > jam.PulsesPerFrame {
		t.Errorf("the song was up to %d pulses ahead", ahead)
	}
}
