package model

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"jamd/jam"
)

// Flags of TestProvidersAgree, which bench/gpu sets. The test's own default is CUDA, with the policies that come with jamd.
var (
	agreeOn     = flag.String("provider", "", "compare this provider, cuda or cpu, with the CPU; fail if it cannot be used")
	agreeMore   = flag.String("policies", "", "compare these policy files of chords too, separated by commas")
	agreeReport = flag.String("report", "", "write what was compared to this file, as JSON")
)

// A comparison is what TestProvidersAgree found for one policy. Times are in milliseconds.
type comparison struct {
	Policy    string  `json:"policy"`
	Frames    int     `json:"frames"`
	Different int     `json:"different"` // frames in which the same draw gave another token
	Largest   float64 `json:"largest"`   // difference of two logits
	CPU       times   `json:"cpu"`
	Other     times   `json:"other"`
	Auto      string  `json:"auto"` // what Auto chose
	Note      string  `json:"note"` // what Auto measured
}

type times struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// sameChords is the most frames in which another token may be drawn: one in two hundred, because a draw may fall on the border
// between two tokens. largestLogit is the largest difference of logits that float32 on two devices may give.
const (
	sameChords   = 1.0 / 200
	largestLogit = 1e-2
)

// A policy plays the same on CUDA as on the CPU, for longer than its window. Without a CUDA device the test is skipped.
func TestProvidersAgree(t *testing.T) {
	other := OnlyCUDA
	if *agreeOn == "cpu" {
		other = CPU
	}
	var all []comparison
	for plays := range parts {
		specs := Names(Part(plays))
		if Part(plays) == Chords && *agreeMore != "" {
			specs = append(specs, strings.Split(*agreeMore, ",")...)
		}
		for _, spec := range specs {
			found := compareProviders(t, spec, Part(plays), other)
			t.Logf("%+v", found)
			if found.Largest > largestLogit || float64(found.Different) > sameChords*float64(found.Frames) {
				t.Errorf("%s: %d of %d frames differ, logits by %.2g", spec, found.Different, found.Frames, found.Largest)
			}
			all = append(all, found)
		}
	}
	if *agreeReport == "" {
		return
	}
	text, err := json.MarshalIndent(map[string]any{"provider": strings.TrimSuffix(other.String(), "!"), "policies": all}, "", "  ")
	if err == nil {
		err = os.WriteFile(*agreeReport, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The comparison itself is tested where there is no GPU: the CPU agrees with the CPU to the last bit.
func TestTheSameProviderAgrees(t *testing.T) {
	found := compareProviders(t, tiny, Chords, CPU)
	if found.Policy != "tiny" || found.Frames < 100 || found.Different != 0 || found.Largest != 0 || found.Auto != "cpu" {
		t.Errorf("%+v", found)
	}
	if found.CPU.P50 <= 0 || found.CPU.P99 < found.CPU.P50 || found.Other.P50 <= 0 || found.Other.P99 < found.Other.P50 {
		t.Errorf("times %+v and %+v", found.CPU, found.Other)
	}
}

// compareProviders steps a policy on both providers with the history that the CPU draws, twice over: the first pass warms up.
func compareProviders(t *testing.T, spec string, plays Part, other Provider) comparison {
	t.Helper()
	cpu := load(t, spec, plays)
	second, err := Load(spec, Options{Plays: plays, Library: testLibrary(t), Provider: other})
	if err != nil {
		if *agreeOn == "" {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	defer second.Close()
	found := comparison{Policy: cpu.Metadata().Name}
	var took [2][]time.Duration
	for pass := range 2 {
		took = [2][]time.Duration{}
		cpu.Reset()
		second.Reset()
		draw := jam.NewSampler(cpu.Vocabulary(), 0.99, 1, 1)
		chord, melody, tune := cpu.Vocabulary().Start(), jam.MelodyStart, readParity(t, heardBy(plays))
		melodies := jam.NewMelodySampler(0.99, 1, 1)
		for frame := range tune.Chord {
			var logits [2][]float32
			for i, p := range []*Policy{cpu, second} {
				began := time.Now()
				answer, err := p.Step(chord, melody, tune.Bar[frame])
				if err != nil {
					t.Fatal(err)
				}
				took[i] = append(took[i], time.Since(began))
				logits[i] = slices.Clone(answer)
			}
			for i := range logits[0] {
				found.Largest = max(found.Largest, math.Abs(float64(logits[0][i]-logits[1][i])))
			}
			var same bool
			if plays == Melody {
				melody, same = drawBoth(t, melodies, logits, melody)
				chord = tune.Chord[min(frame+1, len(tune.Chord)-1)]
			} else {
				chord, same = drawBoth(t, draw, logits, chord)
				melody = tune.Melody[min(frame+1, len(tune.Melody)-1)]
			}
			if pass == 1 {
				found.Frames++
				if !same {
					found.Different++
				}
			}
		}
	}
	found.CPU, found.Other = spread(took[0]), spread(took[1])
	chosen, err := Load(spec, Options{Plays: plays, Library: testLibrary(t), Provider: Auto})
	if err != nil {
		t.Fatal(err)
	}
	defer chosen.Close()
	found.Auto, found.Note = chosen.Provider().String(), chosen.ProviderNote()
	return found
}

// heardBy returns the policy whose parity file has something to play to.
func heardBy(plays Part) string {
	if plays == Melody {
		return "melody"
	}
	return "jamd"
}

// drawBoth draws a token with each of two policies' logits and the same random number. It returns the first, and whether both are
// the same.
func drawBoth[T jam.ChordToken | jam.MelodyToken](t *testing.T, s *jam.Sampler[T], logits [2][]float32, before T) (T, bool) {
	t.Helper()
	draw := s.Draw()
	var chosen [2]T
	for i := range logits {
		var err error
		if chosen[i], _, err = s.Choose(logits[i], before, jam.AnyLegal, 0, draw); err != nil {
			t.Fatal(err)
		}
	}
	return chosen[0], chosen[0] == chosen[1]
}

func spread(steps []time.Duration) times {
	sorted := slices.Sorted(slices.Values(steps))
	return times{inMS(sorted[len(sorted)/2]), inMS(sorted[len(sorted)-1-len(sorted)/100])}
}
