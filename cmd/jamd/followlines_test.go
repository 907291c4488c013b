package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"jamd/assets"
	"jamd/follow"
	"jamd/jam"
	"jamd/midiio"
)

// playedBy is a bundled tune as a person plays it without a click: about a tempo that drifts, with a jitter of 20 ms.
func playedBy(t *testing.T, name string, bpm float64, seed uint64) (p playedNotes) {
	t.Helper()
	data, err := assets.Files.ReadFile("demo/" + name + ".mid")
	if err != nil {
		t.Fatal(err)
	}
	melody, err := midiio.Read(name, data, "")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	var beats []float64
	at, off := 1.0, 0.0
	for range melody.Frames()/jam.FramesPerBeat + 2 {
		beats = append(beats, at)
		off = 0.98*off + 0.004*r.NormFloat64()
		at += 60 / bpm * math.Exp(off)
	}
	for _, n := range melody.Notes {
		i := int(n.Start / jam.FramesPerBeat)
		x := n.Start/jam.FramesPerBeat - float64(i)
		p.Notes = append(p.Notes, [3]float64{beats[i] + x*(beats[i+1]-beats[i]) + 0.02*r.NormFloat64(), float64(n.Pitch), 80})
	}
	slices.SortFunc(p.Notes, func(a, b [3]float64) int { return cmp.Compare(a[0], b[0]) })
	p.Until = p.Notes[len(p.Notes)-1][0]
	return p
}

// The bundled tunes are followed at the tempo that they are played at, and in their meter, where the player says nothing.
func TestBundledTunesToldNothing(t *testing.T) {
	for _, tune := range []struct {
		name  string
		meter jam.Meter
	}{{"auld-lang-syne", jam.Quarters(4)}, {"greensleeves", jam.Quarters(3)}} {
		for _, told := range []jam.Meter{tune.meter, {}} {
			for bpm := 80.0; bpm <= 130; bpm += 10 {
				for seed := range uint64(3) {
					p := playedBy(t, tune.name, bpm, seed)
					beats := followPerformance(p, follow.Config{Meter: told}).Beats
					if last := beats[len(beats)-1]; math.Abs(last.BPM/bpm-1) > 0.12 || last.Meter != tune.meter.String() {
						t.Errorf("%s at %.0f BPM, told %v: %.0f BPM, meter %q", tune.name, bpm, told, last.BPM, last.Meter)
					}
				}
			}
		}
	}
}
