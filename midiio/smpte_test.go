package midiio

import (
	"math"
	"slices"
	"testing"

	"jamd/jam"
)

// A file with SMPTE time is put on the grid by its tempi: each note is played at its own second.
func TestSMPTETime(t *testing.T) {
	at60 := []byte{0xFF, 0x51, 3, 0x0F, 0x42, 0x40}
	notes := cat( // two notes of half a second, from 0 and from 1.5 s, at 1,000 ticks a second
		[]byte{0, 0x90, 60, 100, 0x83, 0x74, 0x80, 60, 0},
		[]byte{0x87, 0x68, 0x90, 64, 100, 0x83, 0x74, 0x80, 64, 0},
	)
	for _, tt := range []struct {
		name     string
		division uint16
		first    []byte
		want     []float64 // start and end of the notes, in frames
		tempo    []jam.TempoChange
	}{
		{"milliseconds, no tempo", 0xE728, nil, []float64{0, 4, 12, 16}, []jam.TempoChange{{BPM: 120}}},
		{"60 BPM", 0xE728, cat([]byte{0}, at60), []float64{0, 2, 6, 8}, []jam.TempoChange{{BPM: 60}}},
		{"60 BPM after a second", 0xE728, nil, []float64{0, 4, 10, 12}, []jam.TempoChange{{BPM: 120}, {Frame: 8, BPM: 60}}},
		{"24 frames of 40 ticks", 0xE828, nil, []float64{0, 500. / 120, 12.5, 2000. / 120}, []jam.TempoChange{{BPM: 120}}},
		{"30 drop frames of 100 ticks", 0xE364, nil, []float64{0, 4 * 1.001 / 3, 12 * 1.001 / 3, 16 * 1.001 / 3}, []jam.TempoChange{{BPM: 120}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tracks := [][]byte{cat(tt.first, notes, trackEnd)}
			if len(tt.tempo) == 2 {
				tracks = append(tracks, cat([]byte{0x87, 0x68}, at60, trackEnd))
			}
			m, err := Read("x.mid", file(1, tt.division, tracks...), "")
			if err != nil {
				t.Fatal(err)
			}
			var got []float64
			for _, n := range m.Notes {
				got = append(got, n.Start, n.End)
			}
			near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
			if !slices.EqualFunc(got, tt.want, near) || !slices.Equal(m.Tempo, tt.tempo) {
				t.Errorf("notes %v, want %v; tempo %v, want %v", got, tt.want, m.Tempo, tt.tempo)
			}
			if len(m.Warnings) != 1 || m.Warnings[0].Offset != 12 {
				t.Errorf("warnings: %v", m.Warnings)
			}
		})
	}
}
