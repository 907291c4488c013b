package midiio

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"jamd/jam"

	"pgregory.net/rapid"
)

// A blockWay is a way to the receiver that delivers pulses in blocks: each comes with the first line of a grid after it was
// due, and up to jitter after that line.
type blockWay struct {
	block  time.Duration
	jitter time.Duration
	drop   float64 // probability that a pulse is lost
	seed   uint64
}

func (w blockWay) deliver(pulses []played) []played {
	r := rand.New(rand.NewPCG(w.seed, 7))
	phase := r.Float64()
	var all []played
	for i, p := range pulses {
		line := math.Ceil(float64(p.due)/float64(w.block)+phase) - phase
		p.at = time.Duration(line*float64(w.block) + r.Float64()*float64(w.jitter))
		if lost := r.Float64() < w.drop; i == 0 || !lost {
			all = append(all, p)
		}
	}
	arrivals := make([]time.Duration, len(all))
	for i := range all {
		arrivals[i] = all[i].at
	}
	slices.Sort(arrivals) // pulses look alike: none overtakes another
	for i := range all {
		all[i].at = arrivals[i]
	}
	return all
}

// blockLengths are those of audio buffers from 64 to 4,096 samples and of Bluetooth's connection intervals.
func blockLengths() (all []time.Duration) {
	for _, rate := range []float64{44100, 48000, 96000} {
		for samples := 64.0; samples <= 4096; samples *= 2 {
			all = append(all, time.Duration(samples/rate*1e9))
		}
	}
	for _, interval := range []float64{7.5, 10, 11.25, 15, 20, 22.5, 30, 37.5, 45, 50} {
		all = append(all, time.Duration(interval*1e6))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// knownFrom is the pulse from which the tempo must be known: after two bars, but later if a pulse is so nearly one, two or three
// blocks long that few pulses tell it from that.
func knownFrom(bpm float64, block time.Duration) int {
	lines := float64(time.Minute) / pulsesPerBeat / bpm / float64(block)
	if lines > 0.9 && lines < 5 && math.Abs(lines-math.Round(lines)) < 0.04 {
		return 8 * bar
	}
	return 2 * bar
}

// follow lets a receiver hear a song from its start, and returns the worst error of the tempo from a pulse on.
func follow(pulses []played, bpm float64, from int) (f *ClockReceiver, off float64) {
	f = newReceiver(120)
	f.Receive(pulses[0].due-ms, jam.ClockStart, 0, 0)
	for _, p := range pulses {
		f.Receive(p.at, jam.ClockPulse, 0, 0)
		if p.number >= from {
			got, _ := f.tempo()
			off = max(off, math.Abs(got-bpm))
		}
	}
	return f, off
}

// Clocks as audio programs and Bluetooth deliver them: arrival times in ms, a start at 999.
func TestBlockFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/clock/*.txt")
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		file, err := os.Open(name)
		check(t, err)
		defer file.Close()
		var bpm float64
		_, err = fmt.Sscanf(filepath.Base(name), "%fbpm", &bpm)
		check(t, err)
		var pulses []played
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			var at float64
			if _, err := fmt.Sscan(lines.Text(), &at); err == nil {
				pulses = append(pulses, played{len(pulses), time.Second, time.Duration(at * 1e6)})
			}
		}
		f, off := follow(pulses, bpm, 2*bar)
		if f.pulse != 383 || f.Dropped() != 0 || off > 1 {
			t.Errorf("%s: pulse %d, %d dropped, tempo off by %.2f BPM after two bars", name, f.pulse, f.Dropped(), off)
		}
	}
}

// All lengths of blocks, with tempi from 40 to 240 BPM: no pulse is taken for lost, and the tempo is known after two bars.
func TestBlocks(t *testing.T) {
	t.Log("| block | jitter | tempo off by, after two bars |")
	for _, block := range blockLengths() {
		for _, jitter := range []time.Duration{0, min(ms, block/8)} {
			worst := 0.0
			for bpm := 40.0; bpm <= 240; bpm += 16.7 {
				way := blockWay{block: block, jitter: jitter, seed: firstSeed + uint64(bpm)}
				f, off := follow(way.deliver(master{tempo: steady(bpm)}.play(2*time.Second, 12*bar)), bpm, knownFrom(bpm, block))
				worst = max(worst, off)
				if f.pulse != 12*bar-1 {
					t.Errorf("blocks of %v, jitter %v, %.1f BPM: position wrong by %d pulses", block, jitter, bpm, f.pulse-12*bar+1)
				}
				if off > 1 {
					t.Errorf("blocks of %v, jitter %v, %.1f BPM: tempo off by %.2f BPM", block, jitter, bpm, off)
				}
			}
			t.Logf("| %.2f ms | %.1f ms | %.2f BPM |", float64(block)/1e6, float64(jitter)/1e6, worst)
		}
	}
}

// Pulses of a little more than four blocks: hardly one in twenty takes five. Until the blocks are found each of those looks like a
// slower tempo.
func TestBlocksOfAQuarterPulse(t *testing.T) {
	block := time.Duration(8.05e6)
	for seed := range uint64(50) {
		way := blockWay{block: block, jitter: ms, seed: seed}
		bpm := float64(time.Minute) / pulsesPerBeat / 4.044 / float64(block)
		if f, off := follow(way.deliver(master{tempo: steady(bpm)}.play(2*time.Second, 12*bar)), bpm, 2*bar); off > 2 {
			t.Errorf("seed %d: pulse %d of %d, tempo off by %.2f BPM", seed, f.pulse, 12*bar-1, off)
		}
	}
}

// Where many pulses take five blocks instead of four they are followed as they come, and a lost one is counted at once.
func TestLossesWithBlocksOfAQuarterPulse(t *testing.T) {
	wrong := 0
	for seed := range uint64(40) {
		way := blockWay{block: time.Duration(5.333e6), drop: 0.01, seed: seed}
		bpm := float64(time.Minute) / pulsesPerBeat / 4.3 / float64(way.block)
		pulses := way.deliver(master{tempo: steady(bpm)}.play(2*time.Second, 600))
		if f, _ := follow(pulses, bpm, 2*bar); f.pulse != int64(pulses[len(pulses)-1].number) {
			wrong++
		}
	}
	if wrong > 1 {
		t.Errorf("the place is wrong in %d of 40 songs", wrong)
	}
}

// Any block, any tempo, any jitter that leaves the grid visible.
func TestAnyBlock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		block := time.Duration(rapid.Float64Range(0.5e6, 93e6).Draw(t, "block"))
		bpm := rapid.Float64Range(40, 240).Draw(t, "tempo")
		lines := float64(time.Minute) / pulsesPerBeat / bpm / float64(block)
		if near := math.Abs(lines - math.Round(lines)); lines > 0.9 && near < 0.02 {
			t.Skip("a pulse with every line for a hundred pulses: nothing tells that from no blocks")
		}
		way := blockWay{block: block, seed: rapid.Uint64().Draw(t, "seed")}
		way.jitter = time.Duration(rapid.Float64Range(0, 1).Draw(t, "jitter") * float64(min(ms, block/8)))
		f, off := follow(way.deliver(master{tempo: steady(bpm)}.play(2*time.Second, 12*bar)), bpm, knownFrom(bpm, block))
		if f.pulse != 12*bar-1 || off > 2 {
			t.Fatalf("blocks of %v, %.2f BPM: pulse %d of %d, tempo off by %.2f BPM", block, bpm, f.pulse, 12*bar-1, off)
		}
	})
}

// In blocks too a new tempo is followed, and pulses that were lost are counted: at once or after some blocks.
func TestBlockChanges(t *testing.T) {
	for _, block := range []time.Duration{10666 * time.Microsecond, 23220 * time.Microsecond, 30 * ms, 46440 * time.Microsecond} {
		for _, to := range []float64{60, 90, 118, 120, 122, 150, 240} {
			for _, lost := range []int{0, 1, 2, 5, 12} {
				if to != 120 && lost > 0 || to == 120 && float64(lost)*float64(time.Minute)/pulsesPerBeat/to < float64(block) {
					continue // a loss shorter than a block cannot be told from a pulse that waited
				}
				tempo := func(n int) float64 {
					if n < 4*bar {
						return 120
					}
					return to
				}
				pulses := blockWay{block: block, seed: firstSeed}.deliver(master{tempo: tempo}.play(2*time.Second, 12*bar))
				pulses = append(pulses[:6*bar:6*bar], pulses[6*bar+lost:]...)
				f, off := follow(pulses, to, 7*bar)
				if f.pulse != 12*bar-1 || f.Dropped() != int64(lost) || off > 1.5 {
					t.Errorf("blocks of %v, 120 to %v BPM, %d lost: pulse %d of %d, %d dropped, tempo off by %.2f BPM", block, to, lost,
						f.pulse, 12*bar-1, f.Dropped(), off)
				}
			}
		}
	}
}

// A song begins in the middle of a clock that comes in blocks, stands and goes on; its place is the master's.
func TestBlockOrders(t *testing.T) {
	for _, block := range []time.Duration{10666 * time.Microsecond, 23220 * time.Microsecond, 46440 * time.Microsecond, 92880 * time.Microsecond} {
		pulses := blockWay{block: block, seed: firstSeed}.deliver(master{tempo: steady(100)}.play(2*time.Second, 12*bar))
		f := newReceiver(120)
		for i, p := range pulses {
			switch i {
			case 2 * bar:
				f.Receive(p.at, jam.ClockStart, 0, 0)
			case 6 * bar:
				f.Receive(p.at, jam.ClockStop, 0, 0)
			case 8 * bar:
				f.Receive(p.at, jam.ClockContinue, 0, 0)
			}
			f.Receive(p.at, jam.ClockPulse, 0, 0)
			if seg, _, ok := f.Position(p.at); i >= 2*bar && (!ok || math.Abs(seg.BPM-100) > 1) {
				t.Fatalf("blocks of %v, pulse %d: %+v, a clock: %v", block, i, seg, ok)
			}
		}
		if f.pulse != 8*bar-1 || f.Dropped() != 0 {
			t.Errorf("blocks of %v: pulse %d of %d, %d dropped", block, f.pulse, 8*bar-1, f.Dropped())
		}
	}
}

// Blocks may end: the player changes to a cable. The count goes on.
func TestBlocksEnd(t *testing.T) {
	pulses := master{tempo: steady(100), jitter: 300 * time.Microsecond, seed: 1}.play(2*time.Second, 12*bar)
	blocks := blockWay{block: 23220 * time.Microsecond, seed: 1}.deliver(pulses)
	copy(pulses, blocks[:4*bar])
	for i := 1; i < len(pulses); i++ {
		pulses[i].at = max(pulses[i].at, pulses[i-1].at)
	}
	f, off := follow(pulses, 100, 8*bar)
	if f.pulse != 12*bar-1 || off > 0.5 || f.count.heard.blocks.length > 0 {
		t.Errorf("pulse %d of %d, tempo off by %.2f BPM, blocks of %v ns", f.pulse, 12*bar-1, off, f.count.heard.blocks.length)
	}
}
