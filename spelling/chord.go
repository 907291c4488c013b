package spelling

import (
	"strconv"
	"strings"

	"jamd/jam"
)

// A Key writes chords in a key. The zero value does not know the key: it writes chords as [jam.Chord] does, and no numerals.
type Key struct {
	key   jam.Key
	known bool
}

// Of returns the Key for k, or the zero Key if k is not known.
func Of(k jam.Key, known bool) Key {
	if !known {
		return Key{}
	}
	return Key{k, true}
}

// String returns the key as [jam.Key] writes it, "" if it is not known.
func (k Key) String() string {
	if !k.known {
		return ""
	}
	return k.key.String()
}

// Symbol writes a chord symbol, as [jam.Chord] writes it, with the root's name in the key. A text that is not a chord symbol,
// such as "N.C.", is returned as it is.
func (k Key) Symbol(symbol string) string {
	c, err := jam.ParseChord(symbol)
	if err != nil || !k.known {
		return symbol
	}
	return RootIn(k.key, c.Root).String() + jam.Qualities[c.Quality].Symbol
}

// Pitch writes a MIDI pitch with its octave: middle C is C4.
func (k Key) Pitch(pitch uint8) string { return withOctave(NoteIn(k.key, pitch%12), pitch) }

// Notes writes pitches that sound with a chord. The chord's notes are named from its root: the third of E7 is a G# in every key.
// symbol is as for Symbol; for a text that is not a chord symbol, the notes are named as by Pitch.
func (k Key) Notes(symbol string, pitches []uint8) []string {
	c, err := jam.ParseChord(k.Symbol(symbol))
	names := make([]string, len(pitches))
	for i, pitch := range pitches {
		name := NoteIn(k.key, pitch%12)
		if err == nil && c.Has(pitch) {
			if n := at(k.root(c) + fifthsAbove(c, (pitch+12-c.Root)%12)); n.Alter >= -1 { // nobody wants to read a double flat here
				name = n
			}
		}
		names[i] = withOctave(name, pitch)
	}
	return names
}

// root returns the place of a chord's root on the line of fifths.
func (k Key) root(c jam.Chord) int {
	if k.known {
		return rootPlace(k.key, c.Root)
	}
	const flattest = -5 // Db, the flattest root that jam.Chord writes
	place := placeFrom(flattest, c.Root)
	if written := c.String(); strings.HasPrefix(written[1:], "#") && at(place).Alter < 0 {
		place += 12
	}
	return place
}

// fifthsAbove returns how many fifths above its root a chord's note is written. above is in semitones.
func fifthsAbove(c jam.Chord, above uint8) int {
	has := func(interval uint8) bool { return c.Has(c.Root + interval) }
	switch above {
	case 3:
		return -3 // a minor third
	case 6:
		return -6 // a diminished fifth
	case 8:
		return 8 // an augmented fifth
	case 9:
		if has(3) && has(6) {
			return -9 // a diminished seventh
		}
		return 3
	case 10:
		return -2 // a minor seventh
	}
	return (int(above)*7+5)%12 - 5 // natural, up to the major seventh
}

func withOctave(n Note, pitch uint8) string {
	return n.String() + strconv.Itoa((int(pitch)-n.Alter+12)/12-2)
}

// The degrees of a key by semitones above the tonic. In minor the third, sixth and seventh are those of the
// natural scale, but the raised seventh, on which diminished chords stand, is written without a sign.
var (
	majorDegrees = [12]string{"I", "bII", "II", "bIII", "III", "IV", "#IV", "V", "bVI", "VI", "bVII", "VII"}
	minorDegrees = [12]string{"I", "bII", "II", "III", "#III", "IV", "#IV", "V", "VI", "#VI", "VII", "VII"}
)

// Numeral writes a chord's function as a Roman numeral: V7, ii7, bVII, vii°, iv. A small numeral has a minor third. It returns
// "" if the key is not known or if the text is not a chord symbol.
func (k Key) Numeral(symbol string) string {
	c, err := jam.ParseChord(symbol)
	if err != nil || !k.known {
		return ""
	}
	degrees := majorDegrees
	if k.key.Minor {
		degrees = minorDegrees
	}
	numeral, rest := degrees[(c.Root+12-k.key.Tonic)%12], jam.Qualities[c.Quality].Symbol
	if c.Has(c.Root + 3) {
		numeral = strings.ToLower(numeral)
		rest = strings.TrimPrefix(rest, "m")
	}
	switch rest {
	case "dim", "dim7":
		rest = "°" + rest[len("dim"):]
	case "7b5":
		rest = "ø7"
	case "aug", "aug7":
		rest = "+" + rest[len("aug"):]
	}
	return numeral + rest
}
