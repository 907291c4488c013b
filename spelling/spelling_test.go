package spelling

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jamd/jam"
)

func TestNames(t *testing.T) {
	tests := []struct {
		key         string
		notes, root string // of the pitch classes from C on
	}{
		{"C", "C C# D Eb E F F# G Ab A Bb B", "C C# D Eb E F F# G Ab A Bb B"},
		{"Am", "C C# D Eb E F F# G G# A Bb B", "C C# D Eb E F F# G G# A Bb B"},
		{"Db", "C Db D Eb Fb F Gb G Ab A Bb Cb", "C Db D Eb E F Gb G Ab A Bb B"},
		{"D#m", "B# C# C## D# E E# F# F## G# A A# B", ""},
		{"F#", "B# C# D D# E E# F# F## G# A A# B", "C C# D D# E F F# G G# A A# B"},
	}
	for _, tt := range tests {
		key, err := jam.ParseKey(tt.key)
		if err != nil {
			t.Fatal(err)
		}
		var notes, roots []string
		for class := range uint8(12) {
			notes, roots = append(notes, NoteIn(key, class).String()), append(roots, RootIn(key, class).String())
			for _, n := range []Note{NoteIn(key, class), RootIn(key, class)} {
				if c, err := jam.ParseChord(strings.ReplaceAll(n.String(), "##", "#")); err != nil || (c.Root+uint8(strings.Count(n.String(), "##")))%12 != class {
					t.Errorf("%s: %d is spelt %s", tt.key, class, n.String())
				}
			}
		}
		if got := strings.Join(notes, " "); got != tt.notes {
			t.Errorf("%s: %s, want %s", tt.key, got, tt.notes)
		}
		if got := strings.Join(roots, " "); tt.root != "" && got != tt.root {
			t.Errorf("roots in %s: %s, want %s", tt.key, got, tt.root)
		}
	}
}

func key(t testing.TB, name string) Key {
	t.Helper()
	if name == "" {
		return Key{}
	}
	k, err := jam.ParseKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return Of(k, true)
}

func TestChords(t *testing.T) {
	tests := []struct {
		key, chord      string
		symbol, numeral string
		pitches         []uint8
		notes           string
	}{
		{"F#", "Ebm", "D#m", "vi", []uint8{63, 66, 70}, "D#4 F#4 A#4"},
		{"F#", "Db7", "C#7", "V7", []uint8{61, 65, 68, 71}, "C#4 E#4 G#4 B4"},
		{"F#", "B", "B", "IV", []uint8{59, 63, 66}, "B3 D#4 F#4"},
		{"Am", "E7", "E7", "V7", []uint8{56, 59, 62, 64}, "G#3 B3 D4 E4"},
		{"C", "E7", "E7", "III7", []uint8{56, 59, 62, 64}, "G#3 B3 D4 E4"},
		{"", "E7", "E7", "", []uint8{56, 59, 62, 64}, "G#3 B3 D4 E4"},
		{"", "G#m", "G#m", "", []uint8{56, 59, 63}, "G#3 B3 D#4"},
		{"", "Ab", "Ab", "", []uint8{56, 60, 63}, "Ab3 C4 Eb4"},
		{"Eb", "Bbaug", "Bbaug", "V+", []uint8{58, 62, 66}, "Bb3 D4 F#4"},
		{"Cm", "Bdim7", "Bdim7", "vii°7", []uint8{59, 62, 65, 68}, "B3 D4 F4 Ab4"},
		{"Cm", "Bb7", "Bb7", "VII7", []uint8{58, 62, 65, 68}, "Bb3 D4 F4 Ab4"},
		{"Cm", "Dm7b5", "Dm7b5", "iiø7", []uint8{62, 65, 68, 72}, "D4 F4 Ab4 C5"},
		{"C", "Bdim", "Bdim", "vii°", []uint8{59, 62, 65}, "B3 D4 F4"},
		{"C", "Fm6", "Fm6", "iv6", []uint8{53, 56, 60, 62}, "F3 Ab3 C4 D4"},
		{"G", "Cmmaj7", "Cmmaj7", "ivmaj7", []uint8{60, 63, 67, 71}, "C4 Eb4 G4 B4"},
		{"Db", "B", "B", "bVII", []uint8{59, 63, 66}, "B3 D#4 F#4"},
		{"C", "Ddim7", "Ddim7", "ii°7", []uint8{62, 65, 68, 71}, "D4 F4 Ab4 Cb5"},
		{"Db", "N.C.", "N.C.", "", []uint8{59}, "Cb4"},
	}
	for _, tt := range tests {
		k := key(t, tt.key)
		if k.String() != tt.key {
			t.Errorf("%q is written %q", tt.key, k)
		}
		if symbol, numeral := k.Symbol(tt.chord), k.Numeral(tt.chord); symbol != tt.symbol || numeral != tt.numeral {
			t.Errorf("%s in %q: %s, %s, want %s, %s", tt.chord, tt.key, symbol, numeral, tt.symbol, tt.numeral)
		}
		if notes := strings.Join(k.Notes(tt.chord, tt.pitches), " "); notes != tt.notes {
			t.Errorf("%s in %q: %s, want %s", tt.chord, tt.key, notes, tt.notes)
		}
	}
}

// Whatever the key, a symbol is that of the same chord, and the names of notes are those of their pitches.
func TestSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Of(jam.KeyAt(rapid.IntRange(0, jam.AllKeys-1).Draw(t, "key")), rapid.Bool().Draw(t, "known"))
		chord := jam.Chord{Root: rapid.Uint8Range(0, 11).Draw(t, "root"), Quality: uint8(rapid.IntRange(0, len(jam.Qualities)-1).Draw(t, "quality"))}
		symbol := k.Symbol(chord.String())
		if same, err := jam.ParseChord(symbol); err != nil || same != chord {
			t.Fatalf("%v is written %s: %v, %v", chord, symbol, same, err)
		}
		pitches := rapid.SliceOf(rapid.Uint8Range(0, 127)).Draw(t, "pitches")
		for i, name := range k.Notes(symbol, pitches) {
			if k.pitchOf(name) != int(pitches[i]) {
				t.Fatalf("%d is written %s", pitches[i], name)
			}
		}
		for _, pitch := range pitches {
			if name := k.Pitch(pitch); k.pitchOf(name) != int(pitch) {
				t.Fatalf("%d is written %s", pitch, name)
			}
		}
	})
}

// pitchOf reads a note with its octave.
func (Key) pitchOf(name string) int {
	letter, rest := strings.IndexByte("C D EF G A B", name[0]), name[1:]
	alter := strings.Count(rest, "#") - strings.Count(rest, "b")
	octave := 0
	for _, c := range strings.Trim(rest, "#b-") {
		octave = octave*10 + int(c-'0')
	}
	if strings.Contains(rest, "-") {
		octave = -octave
	}
	return 12*(octave+1) + letter + alter
}
