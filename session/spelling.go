package session

import "jamd/jam"

// Notes are spelt by their place on the line of fifths: ... Bb -2, F -1, C 0, G 1, D 2 .... A sharp adds seven places.

// fifths is the number of sharps in a key's signature, -5 to 6; flats are negative.
func fifths(k jam.Key) int { return (int(k.Signature())*7+5)%12 - 5 }

// A spelling is the name of a note: its letter and the semitones that its accidental adds.
type spelling struct {
	step  string // A to G
	alter int    // -1: flat, 1: sharp, 2: double sharp
}

func spell(place int) spelling {
	letter := ((place+1)%7 + 7) % 7
	return spelling{"FCGDAEB"[letter : letter+1], (place + 1 - letter) / 7}
}

// spellIn names a pitch class as it is written in a key: it takes the name nearest to the key's own notes, in major with
// those borrowed from minor, in minor with the raised sixth and seventh. No name has a double flat.
func spellIn(k jam.Key, class uint8) spelling {
	first := fifths(k) - 4 // in C: from Ab
	if k.Minor {
		first++ // in A minor: from Eb to G#
	}
	first = max(first, -8) // Fb
	place := int(class) * 7 % 12
	return spell(place + 12*ceilDiv(first-place, 12))
}

// spellRoot names the root of a chord as spellIn does, but without names that chords do not have, such as B# or F##.
func spellRoot(k jam.Key, class uint8) spelling {
	const flattest, sharpest = -6, 10 // Gb and A#
	place := int(class) * 7 % 12
	s := spellIn(k, class)
	if s.alter > 1 || s == spell(11) || s == spell(12) {
		return spell(place + 12*ceilDiv(sharpest-11-place, 12))
	}
	if s == spell(-7) || s == spell(-8) {
		return spell(place + 12*ceilDiv(flattest-place, 12))
	}
	return s
}

// ceilDiv is the smallest integer not below a/b, for b > 0.
func ceilDiv(a, b int) int {
	if a > 0 {
		return (a + b - 1) / b
	}
	return -(-a / b)
}

// signed returns the accidentals of a key's signature, by letter.
func signed(k jam.Key) map[string]int {
	set := map[string]int{}
	for place := range 7 {
		s := spell(fifths(k) - 1 + place)
		set[s.step] = s.alter
	}
	return set
}
