package jam

import "strings"

// A ChordKey is the key that the chords stay in: 0 allows every chord, any other value is one more than the number of a key (see
// [KeyAt]).
type ChordKey uint8

const anyKey ChordKey = 0

var chordKeys = func() words {
	names := words{"any"}
	for i := range AllKeys {
		names = append(names, KeyAt(i).String())
	}
	return names
}()

// String returns any, or the name of the key.
func (c ChordKey) String() string { return chordKeys.word(int(c)) }

// MarshalText returns String.
func (c ChordKey) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads any, or a key as ParseKey does.
func (c *ChordKey) UnmarshalText(text []byte) error {
	i, err := findChordKey("key", string(text))
	*c = ChordKey(i)
	return err
}

func findChordKey(setting, name string) (int, error) {
	if key, err := ParseKey(strings.TrimSpace(name)); err == nil {
		return 1 + key.index(), nil
	}
	return chordKeys.find(setting, name)
}

// allows reports whether a chord may begin: all its notes must be in the key. In minor, the raised seventh counts as in the key
// for the dominants, which are the chords on the fifth degree and on that seventh.
func (c ChordKey) allows(chord Chord) bool {
	if c == anyKey {
		return true
	}
	key := KeyAt(int(c) - 1)
	scale := key.scale(chord)
	for _, above := range Qualities[chord.Quality].Intervals {
		if !scale[(chord.Root+above+12-key.Tonic)%12] {
			return false
		}
	}
	return true
}

// scale returns which semitones above the tonic are in the key. In minor that depends on the chord: the dominants have the
// raised seventh.
func (k Key) scale(chord Chord) *[12]bool {
	switch degree := (chord.Root + 12 - k.Tonic) % 12; {
	case !k.Minor:
		return &majorScale
	case degree == 7 || degree == 11:
		return &minorDominants
	}
	return &minorScale
}

// The semitones above the tonic that are in a key.
var (
	majorScale     = [12]bool{0: true, 2: true, 4: true, 5: true, 7: true, 9: true, 11: true}
	minorScale     = [12]bool{0: true, 2: true, 3: true, 5: true, 7: true, 8: true, 10: true}
	minorDominants = [12]bool{0: true, 2: true, 3: true, 5: true, 7: true, 8: true, 10: true, 11: true}
)
