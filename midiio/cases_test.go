package midiio

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jamd/jam"
)

// The files of testdata/cases are like those that other programs have stumbled over, or read wrongly. Each is read as its
// maker meant it, and what is wrong in it is told.
func TestReadCases(t *testing.T) {
	scale := []uint8{72, 74, 76, 77, 79, 77, 76, 74} // again and again
	type reading struct {
		title, part, why string
		notes            int
		tempo            []jam.TempoChange
		meter            string
		meters           []jam.MeterChange
		warnings         []string
	}
	tests := map[string]reading{
		"bass-first.mid":                {part: `track 3 "Flute"`, why: "by its notes"},
		"using-is-not-sing.mid":         {part: `track 2 "Flute"`, why: "by its notes"},
		"name-de.mid":                   {part: `track 2 "Gesang"`, why: "by its name"},
		"name-es.mid":                   {part: `track 2 "Melodía"`, why: "by its name"},
		"name-fr.mid":                   {part: `track 2 "Mélodie"`, why: "by its name"},
		"name-it.mid":                   {part: `track 2 "Melodia"`, why: "by its name"},
		"name-latin1.mid":               {part: `track 2 "Mélodie"`, why: "by its name"},
		"instrument-name-only.mid":      {part: `track 2 "Melody"`, why: "by its name"},
		"cc-255.mid":                    {warnings: []string{"byte 25: track 1: a value of 255, and 127 is the highest: read as 127"}},
		"velocity-128.mid":              {notes: 9, warnings: []string{"a value of 128, and 127 is the highest: read as 127"}},
		"clock-in-track.mid":            {warnings: []string{"byte 23: track 1: byte 0xF8 cannot stand in a MIDI file: skipped"}},
		"timesig-0.mid":                 {warnings: []string{"byte 26: track 1: a time signature that makes no sense (00 02 18 08): skipped"}},
		"last-length-too-long.mid":      {part: `track 1 "MELODY"`, why: "by its name", warnings: []string{`chunk "MTrk" claims`}},
		"missing-last-byte.mid":         {warnings: []string{`chunk "MTrk" claims 260 bytes, and the file has only 259 more`, "track 1 ends inside an event"}},
		"ntrks-counts-vendor-chunk.mid": {warnings: []string{"the header counts 2 tracks, and the file has 1"}},
		"zero-tracks-claimed.mid":       {warnings: []string{"the header counts 0 tracks, and the file has 1"}},
		"riff.rmi":                      {},
		"macbinary.mid":                 {warnings: []string{"a MacBinary file"}},
		"leading-byte.mid":              {warnings: []string{"1 bytes before the header: skipped"}},
		"format2-one-track.mid":         {},
		"setup-bar-248.mid": {
			part: `track 2 "MELODY"`, tempo: []jam.TempoChange{{Frame: 0, BPM: 248}, {Frame: 16, BPM: 129}},
		},
		"pickup-1of4.mid": {
			part: `track 2 "MELODY"`, meters: []jam.MeterChange{{Meter: jam.Quarters(4), Into: 12}},
		},
		"late-first-signature.mid": {
			part: `track 2 "MELODY"`, notes: 20, meters: []jam.MeterChange{{Frame: 32, Meter: jam.Quarters(3)}},
		},
		"long-silence.mid":     {notes: 33},
		"title-and-melody.mid": {title: "My Song", part: `track 2 "Melody"`},
	}
	files, err := filepath.Glob("testdata/cases/*")
	if err != nil || len(files) != len(tests) {
		t.Errorf("%d files for %d tests, %v", len(files), len(tests), err)
	}
	for file, want := range tests {
		m, err := ReadFile(filepath.Join("testdata", "cases", file), "")
		if err != nil {
			t.Error(err)
			continue
		}
		if want.title == "" {
			want.title = strings.TrimSuffix(file, filepath.Ext(file))
		}
		if want.part == "" {
			want.part = "track 1"
		}
		if want.notes == 0 {
			want.notes = 32
		}
		if want.meter == "" {
			want.meter = "4/4"
		}
		if m.Title != want.title || m.Part.String() != want.part || !strings.HasPrefix(m.Why, want.why) || len(m.Notes) != want.notes {
			t.Errorf("%s: %q: %v, taken %s, of %d notes; want %q, %s, %s, %d", file, m.Title, &m.Part, m.Why, len(m.Notes),
				want.title, want.part, want.why, want.notes)
		}
		for i, n := range m.Notes[:9] {
			if file != "late-first-signature.mid" && n.Pitch != scale[i%8] {
				t.Errorf("%s: note %d is %d", file, i, n.Pitch)
			}
		}
		sameTempo := func(a, b jam.TempoChange) bool { return a.Frame == b.Frame && a.BPM-b.BPM < 0.01 && b.BPM-a.BPM < 0.01 }
		if want.tempo != nil && !slices.EqualFunc(m.Tempo, want.tempo, sameTempo) {
			t.Errorf("%s: tempo %v, want %v", file, m.Tempo, want.tempo)
		}
		if m.Meter.String() != want.meter || !slices.Equal(m.Meters, want.meters) {
			t.Errorf("%s: %v, then %v", file, m.Meter, m.Meters)
		}
		if len(m.Warnings) != len(want.warnings) {
			t.Errorf("%s: warnings %q", file, m.Warnings)
			continue
		}
		for i, w := range m.Warnings {
			if !strings.Contains(w.String(), want.warnings[i]) || w.Times < 1 || w.Offset > 1000 {
				t.Errorf("%s: warning %q, want %q", file, w, want.warnings[i])
			}
		}
	}
}
