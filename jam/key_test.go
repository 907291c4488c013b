package jam_test

import (
	"slices"
	"strings"
	"testing"

	"jamd/jam"
)

func TestKeyNames(t *testing.T) {
	for i := range jam.AllKeys {
		k := jam.KeyAt(i)
		if back, err := jam.ParseKey(k.String()); err != nil || back != k || back.Index() != i {
			t.Errorf("key %d, %v: back as %v, %v", i, k, back, err)
		}
	}
	for text, want := range map[string]jam.Key{"am": {Tonic: 9, Minor: true}, "A minor": {Tonic: 9, Minor: true}, "bb Major": {Tonic: 10},
		"D#m": {Tonic: 3, Minor: true}, "F#": {Tonic: 6}} {
		if k, err := jam.ParseKey(text); err != nil || k != want {
			t.Errorf("%q: %v, %v", text, k, err)
		}
	}
	for _, text := range []string{"", "H", "Am7", "A dorian", "minor", " "} {
		if k, err := jam.ParseKey(text); err == nil {
			t.Errorf("%q: %v", text, k)
		}
	}
	if am, c := (jam.Key{Tonic: 9, Minor: true}), (jam.Key{}); am.Signature() != c.Signature() {
		t.Error("C and Am have other notes")
	}
}

// A chord is in a key if all its notes are. The dominants of a minor key have its raised seventh.
func TestChordKey(t *testing.T) {
	kinds := []string{"", "m", "dim", "aug", "7", "maj7", "m7", "m7b5", "dim7"}
	for name, want := range map[string]string{
		"C":  "C F G Dm Em Am Bdim G7 Cmaj7 Fmaj7 Dm7 Em7 Am7 Bm7b5",
		"Am": "C E F G Dm Em Am G#dim Bdim Eaug Abaug E7 G7 Cmaj7 Fmaj7 Dm7 Em7 Am7 Bm7b5 G#dim7",
	} {
		var key jam.ChordKey
		if err := key.UnmarshalText([]byte(name)); err != nil || key.String() != name {
			t.Fatalf("%s: %v, %v", name, key, err)
		}
		var got []string
		for _, kind := range kinds {
			for root := range uint8(12) {
				if chord := (jam.Chord{Root: root, Quality: quality(kind)}); key.Allows(chord) {
					got = append(got, chord.String())
				}
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n%v, want\n%v", name, strings.Join(got, " "), want)
		}
	}
}

func quality(symbol string) uint8 {
	return uint8(slices.IndexFunc(jam.Qualities, func(q jam.Quality) bool { return q.Symbol == symbol }))
}

func TestKeyOf(t *testing.T) {
	scale := func(classes ...int) (heard [12]float64) {
		for _, c := range classes {
			heard[c%12]++
		}
		return heard
	}
	tests := []struct {
		name  string
		heard [12]float64
		want  string
	}{
		{"C major", scale(0, 0, 2, 4, 4, 5, 7, 7, 9, 11, 0), "C"},
		{"A minor", scale(9, 9, 11, 0, 2, 4, 4, 5, 7, 8, 9), "Am"},
		{"E flat", scale(3, 3, 7, 10, 10, 5, 8, 0, 2), "Eb"},
		{"one note", scale(6), "F#"},
	}
	for _, tt := range tests {
		if k, ok := jam.KeyOf(tt.heard); !ok || k.String() != tt.want {
			t.Errorf("%s: %v, %v", tt.name, k, ok)
		}
	}
	for _, nothing := range [][12]float64{{}, {3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}} {
		if k, ok := jam.KeyOf(nothing); ok {
			t.Errorf("%v is heard as %v", nothing, k)
		}
	}
}

func TestKeyOfItsOwnProfile(t *testing.T) {
	for i := range jam.AllKeys {
		sum := 0.0
		for _, share := range jam.KeyAt(i).Profile() {
			sum += share
		}
		if k, ok := jam.KeyOf(jam.KeyAt(i).Profile()); !ok || k != jam.KeyAt(i) || sum < 0.999 || sum > 1.001 {
			t.Errorf("%v is heard as %v, %v; the sum of its shares is %v", jam.KeyAt(i), k, ok, sum)
		}
	}
}

func TestNearest(t *testing.T) {
	v, err := jam.NewVocabulary([]string{"C", "Cm", "C7", "Cm7", "Cmaj7", "D"})
	if err != nil {
		t.Fatal(err)
	}
	for symbol, want := range map[string]string{"C": "C", "C9": "C7", "Cm9": "Cm7", "Cadd9": "C", "Cmaj9": "Cmaj7", "Dm": "D"} {
		c, err := jam.ParseChord(symbol)
		if err != nil {
			t.Fatal(err)
		}
		if i, ok := v.Nearest(c); !ok || v.Chord(i).String() != want {
			t.Errorf("%s: %v, %v, want %s", symbol, v.Chord(i), ok, want)
		}
	}
	if _, ok := v.Nearest(jam.Chord{Root: 5}); ok {
		t.Error("F has a nearest chord")
	}
}
