package jam

// A Colour says what is added to the triads that a policy chooses.
type Colour uint8

// The colours, plainest first.
const (
	Plain        Colour = iota // nothing
	WithSevenths               // the seventh of the key; or the sixth if the seventh would clash with the melody
	WithNinths                 // the ninth of the key too
)

var colours = words{"plain", "sevenths", "ninths"}

// String returns plain, sevenths or ninths.
func (c Colour) String() string { return colours.word(int(c)) }

// MarshalText returns String.
func (c Colour) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what String writes.
func (c *Colour) UnmarshalText(text []byte) error {
	i, err := colours.find("colour", string(text))
	*c = Colour(i)
	return err
}

// The qualities that colours begin with and lead to, as indices in Qualities.
var (
	major, minor, diminished = quality(""), quality("m"), quality("dim")
	sixth                    = quality("6")
	seventh, majorSeventh    = quality("7"), quality("maj7")
	minorSeventh             = quality("m7")
	diminishedSeventh        = quality("dim7")
	halfDiminished           = quality("m7b5")
	ninths                   = map[uint8]uint8{seventh: quality("9"), majorSeventh: quality("maj9"), minorSeventh: quality("m9")}
)

// quality returns the index of a symbol in Qualities, which must have it.
func quality(symbol string) uint8 {
	for i, q := range Qualities {
		if q.Symbol == symbol {
			return uint8(i)
		}
	}
	panic("jam: no quality " + symbol)
}

// colourHears is how many frames of melody before a chord decide which added notes would clash: a bar of 4/4. On eight tunes, four
// frames gave a few more sevenths, and more melody notes a semitone from a chord's note (docs/voicing.md).
const colourHears = 16

// pitchClasses is a set of pitch classes; bit 0 is C.
type pitchClasses uint16

func (s pitchClasses) has(class uint8) bool { return s>>(class%12)&1 == 1 }

// add returns a chord with the colour's notes added, without those a semitone from a note that was heard of the melody just
// before. A major triad gets the minor seventh, as a dominant does, unless only the major seventh is in the key or, with a
// minor seventh outside the key, in its parallel minor; if the major seventh would clash, the triad gets the sixth. A minor
// triad gets the minor seventh, a diminished one the seventh of the key. A ninth of the key goes on top of a seventh. Other
// chords stay. add allocates nothing.
func (c Colour) add(chord Chord, key Key, heard pitchClasses) Chord {
	clashes := func(above uint8) bool {
		class := chord.Root + above
		return heard.has(class+1) || heard.has(class+11)
	}
	inKey := func(above uint8) bool { return key.has(chord, above) }
	if c >= WithSevenths {
		switch chord.Quality {
		case major:
			parallel := Key{key.Tonic, true}
			wanted, above := seventh, uint8(10)
			if inKey(11) && !inKey(10) || !inKey(10) && !key.Minor && parallel.has(chord, 11) && !parallel.has(chord, 10) {
				wanted, above = majorSeventh, 11
			}
			switch {
			case !clashes(above):
				chord.Quality = wanted
			case wanted == majorSeventh && inKey(9) && !clashes(9):
				chord.Quality = sixth
			}
		case minor:
			if !clashes(10) {
				chord.Quality = minorSeventh
			}
		case diminished:
			if inKey(9) && !inKey(10) && !clashes(9) {
				chord.Quality = diminishedSeventh
			} else if inKey(10) && !clashes(10) {
				chord.Quality = halfDiminished
			}
		}
	}
	if c >= WithNinths && inKey(2) && !clashes(2) {
		if ninth, ok := ninths[chord.Quality]; ok {
			chord.Quality = ninth
		}
	}
	return chord
}

// has reports whether a note, in semitones above a chord's root, is in the scale that the key has for that chord.
func (k Key) has(chord Chord, above uint8) bool {
	return k.scale(chord)[(chord.Root+above+12-k.Tonic)%12]
}
