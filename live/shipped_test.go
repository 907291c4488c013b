package live

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/midiio"
	"jamd/model"
)

// library returns the path of ONNX Runtime's library, which 'make build' brings.
func library() string {
	if path := os.Getenv(model.LibraryEnv); path != "" {
		return path
	}
	path, _ := filepath.Abs("../bin/libonnxruntime.so")
	return path
}

// loadDefault opens the policy that jamd plays by default.
func loadDefault(t testing.TB) *model.Policy {
	t.Helper()
	library := library()
	if _, err := os.Stat(library); err != nil {
		t.Skipf("ONNX Runtime's library is not there (%v): run 'make build'", err)
	}
	p, err := model.Load("jamd", model.Options{Library: library})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// tuneOf makes a tune of whole frames: a pitch each, 0 for a rest, at 120 BPM.
func tuneOf(t interface{ Fatal(...any) }, pitches []uint8) jam.Tune {
	m := midiio.Melody{Title: "made", Tempo: []jam.TempoChange{{BPM: 120}}, Meter: jam.Quarters(4)}
	for i, pitch := range pitches {
		if pitch > 0 {
			m.Notes = append(m.Notes, midiio.Note{Start: float64(i), End: float64(i + 1), Pitch: pitch, Velocity: 80})
		}
	}
	tune, err := m.Tune()
	if err != nil {
		t.Fatal(err)
	}
	return tune
}

// What the shipped policy plays up to and including frame n depends on the melody before frame n alone.
func TestShippedPolicyNeverLooksAhead(t *testing.T) {
	policy := loadDefault(t)
	rapid.Check(t, neverLooksAhead(policy, 40))
}

func neverLooksAhead(policy *model.Policy, frames int) func(*rapid.T) {
	settings := jam.DefaultSettings()
	settings.ChordGrid, settings.Listen = jam.GridFrame, 0
	return func(t *rapid.T) {
		pitch := rapid.SampledFrom([]uint8{0, 60, 62, 64, 65, 67, 69, 71, 72})
		melody := rapid.SliceOfN(pitch, frames, frames).Draw(t, "melody")
		n := rapid.IntRange(1, frames-1).Draw(t, "n")
		changed := slices.Clone(melody)
		for i := n; i < frames; i++ {
			changed[i] = pitch.Draw(t, "changed")
		}
		melody[0], changed[frames-1], melody[frames-1] = 60, 60, 62 // both as long, and one note at least
		changed[0] = 60
		settings.Seed = rapid.Uint64().Draw(t, "seed")
		var heard [2][]string
		for i, pitches := range [][]uint8{melody, changed} {
			result, err := jam.Accompany(context.Background(), policy, settings, tuneOf(t, pitches))
			if err != nil {
				t.Fatal(err)
			}
			heard[i] = soundingUpTo(result.Take, int64(n))
		}
		if !slices.Equal(heard[0], heard[1]) {
			t.Fatalf("the melody changed from frame %d on, and chords before or at it with it:\n%v\n%v", n, heard[0], heard[1])
		}
	}
}

// soundingUpTo lists what sounds in the frames 0 to n, "*" marking where a chord begins.
func soundingUpTo(take jam.Take, n int64) []string {
	frames := make([]string, n+1)
	for _, c := range take.Chords {
		for f := c.Frame; f < c.Frame+c.Duration && f <= n; f++ {
			frames[f] = c.Symbol
			if f == c.Frame {
				frames[f] += "*"
			}
		}
	}
	return frames
}

// The chords do depend on what was heard before: a test of the test above.
func TestShippedPolicyListens(t *testing.T) {
	policy := loadDefault(t)
	settings := jam.DefaultSettings()
	settings.ChordGrid, settings.Listen = jam.GridFrame, 0
	var heard [2][]string
	for i, pitch := range []uint8{60, 61} {
		pitches := make([]uint8, 128)
		for f := range pitches {
			pitches[f] = pitch + []uint8{0, 4, 7, 4}[f/4%4]
		}
		result, err := jam.Accompany(context.Background(), policy, settings, tuneOf(t, pitches))
		if err != nil {
			t.Fatal(err)
		}
		heard[i] = soundingUpTo(result.Take, 127)
	}
	if slices.Equal(heard[0], heard[1]) {
		t.Fatal("the same chords to a melody and to the one a semitone above it")
	}
}

// How many times faster than the music a tune is accompanied, at 120 BPM.
func BenchmarkAccompany(b *testing.B) {
	policy := loadDefault(b)
	pitches := make([]uint8, 1024)
	for f := range pitches {
		pitches[f] = 60 + []uint8{0, 4, 7, 4, 5, 9, 7, 2}[f/4%8]
	}
	tune := tuneOf(b, pitches)
	grid, err := jam.NewTuneGrid(tune.Tempo)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := jam.Accompany(context.Background(), policy, jam.DefaultSettings(), tune); err != nil {
			b.Fatal(err)
		}
	}
	music := float64(grid.Line(int64(len(pitches))))
	b.ReportMetric(music*float64(b.N)/float64(b.Elapsed()), "×realtime")
}
