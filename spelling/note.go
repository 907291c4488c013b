// Package spelling writes notes and chords as musicians read them in a key: in F# major the chord on the sixth degree is D#m,
// not Ebm, and in A minor E7 has a G#, not an Ab.
//
//   - [NoteIn] and [RootIn] name a pitch class, [Key.Pitch] a MIDI pitch, [Fifths] and [Signature] give the key signature.
//   - A [Key] writes chord symbols, the notes of a chord, and its Roman numeral. A [jam.KeyFinder] finds the key while somebody plays.
//
// The names follow the line of fifths: ... Bb -2, F -1, C 0, G 1, D 2 .... A sharp adds seven places.
package spelling

import (
	"strings"

	"jamd/jam"
)

// A Note is the name of a pitch class.
type Note struct {
	Step  string // A to G
	Alter int    // semitones that the accidental adds: -1 flat, 1 sharp, 2 double sharp
}

// String writes a note: Bb, C, F##.
func (n Note) String() string {
	if n.Alter < 0 {
		return n.Step + strings.Repeat("b", -n.Alter)
	}
	return n.Step + strings.Repeat("#", n.Alter)
}

// at returns the note at a place on the line of fifths.
func at(place int) Note {
	letter := ((place+1)%7 + 7) % 7
	return Note{"FCGDAEB"[letter : letter+1], (place + 1 - letter) / 7}
}

// placeFrom returns the flattest place of a pitch class that is at least first.
func placeFrom(first int, class uint8) int {
	place := int(class) * 7 % 12
	return place + 12*ceilDiv(first-place, 12)
}

// Fifths returns the number of sharps in a key's signature, -5 to 6. A negative number counts flats.
func Fifths(k jam.Key) int { return (int(k.Signature())*7+5)%12 - 5 }

// Signature returns the accidentals of a key's signature, by letter.
func Signature(k jam.Key) map[string]int {
	set := map[string]int{}
	for place := range 7 {
		n := at(Fifths(k) - 1 + place)
		set[n.Step] = n.Alter
	}
	return set
}

// NoteIn names a pitch class (C = 0) as it is written in a key. It chooses the name nearest to the key's own notes, in major
// with those borrowed from minor, in minor with the raised sixth and seventh. No name has a double flat.
func NoteIn(k jam.Key, class uint8) Note { return at(notePlace(k, class)) }

func notePlace(k jam.Key, class uint8) int {
	first := Fifths(k) - 4 // in C: from Ab
	if k.Minor {
		first++ // in A minor: from Eb to G#
	}
	return placeFrom(max(first, -8), class) // -8: Fb
}

// RootIn names the root of a chord as NoteIn does, but without names that chords do not have, such as B# or F##.
func RootIn(k jam.Key, class uint8) Note { return at(rootPlace(k, class)) }

func rootPlace(k jam.Key, class uint8) int {
	const flattest, sharpest = -6, 10 // Gb and A#
	place := notePlace(k, class)
	switch {
	case place > sharpest:
		return placeFrom(sharpest-11, class)
	case place < flattest:
		return placeFrom(flattest, class)
	}
	return place
}

// ceilDiv returns the smallest integer that is at least a/b, for b > 0.
func ceilDiv(a, b int) int {
	if a > 0 {
		return (a + b - 1) / b
	}
	return -(-a / b)
}
