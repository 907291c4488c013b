package jam

import (
	"fmt"
	"slices"
	"strings"
)

// A Quality is a kind of chord: the symbol that musicians write after the root, and the notes in semitones above the root.
type Quality struct {
	Symbol    string
	Intervals []uint8 // ascending, the first is 0
}

// Qualities are all kinds of chord that a policy's vocabulary may use.
var Qualities = []Quality{
	{"", []uint8{0, 4, 7}},
	{"m", []uint8{0, 3, 7}},
	{"dim", []uint8{0, 3, 6}},
	{"aug", []uint8{0, 4, 8}},
	{"sus2", []uint8{0, 2, 7}},
	{"sus4", []uint8{0, 5, 7}},
	{"5", []uint8{0, 7}},
	{"6", []uint8{0, 4, 7, 9}},
	{"m6", []uint8{0, 3, 7, 9}},
	{"7", []uint8{0, 4, 7, 10}},
	{"maj7", []uint8{0, 4, 7, 11}},
	{"m7", []uint8{0, 3, 7, 10}},
	{"mmaj7", []uint8{0, 3, 7, 11}},
	{"dim7", []uint8{0, 3, 6, 9}},
	{"m7b5", []uint8{0, 3, 6, 10}},
	{"aug7", []uint8{0, 4, 8, 10}},
	{"7sus4", []uint8{0, 5, 7, 10}},
	{"add9", []uint8{0, 2, 4, 7}},
	{"madd9", []uint8{0, 2, 3, 7}},
	{"9", []uint8{0, 2, 4, 7, 10}},
	{"maj9", []uint8{0, 2, 4, 7, 11}},
	{"m9", []uint8{0, 2, 3, 7, 10}},
}

// A Chord is a root (pitch class, C = 0) and a quality (index into Qualities).
type Chord struct {
	Root    uint8
	Quality uint8
}

// The roots as they are most often spelt: minor chords on the raised notes have sharps, the others flats.
var (
	flatRoots  = [12]string{"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"}
	sharpRoots = [12]string{"C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"}
)

// symbols are what String returns, by root and quality. They are made once, because a frame allocates nothing.
var symbols = func() (all [12][]string) {
	for root := range all {
		for _, q := range Qualities {
			name := flatRoots[root]
			if len(q.Intervals) > 1 && q.Intervals[1] == 3 {
				name = sharpRoots[root]
			}
			all[root] = append(all[root], name+q.Symbol)
		}
	}
	return all
}()

// String returns the chord as musicians write it: Am7, F#m7b5, Bbmaj7. It allocates nothing.
func (c Chord) String() string {
	return symbols[c.Root][c.Quality]
}

// Has reports whether the pitch class of a MIDI pitch is in the chord.
func (c Chord) Has(pitch uint8) bool {
	return slices.Contains(Qualities[c.Quality].Intervals, (pitch+12-c.Root)%12)
}

// ParseChord reads a chord as String returns it, with any enharmonic spelling of the root.
func ParseChord(symbol string) (Chord, error) {
	letter, rest := -1, symbol
	if symbol != "" {
		letter, rest = strings.IndexByte("C D EF G A B", symbol[0]), symbol[1:]
	}
	if letter < 0 || symbol[0] == ' ' {
		return Chord{}, fmt.Errorf("chord %q: no root from A to G", symbol)
	}
	root := letter
	switch {
	case strings.HasPrefix(rest, "#"):
		root, rest = letter+1, rest[1:]
	case strings.HasPrefix(rest, "b"):
		root, rest = letter+11, rest[1:]
	}
	for i, q := range Qualities {
		if q.Symbol == rest {
			return Chord{Root: uint8(root % 12), Quality: uint8(i)}, nil
		}
	}
	return Chord{}, fmt.Errorf("chord %q: unknown quality %q", symbol, rest)
}
