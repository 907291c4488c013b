package jam

import (
	"fmt"
	"math"
	"strings"
)

// A Key is a tonic (pitch class, C = 0), in major or minor.
type Key struct {
	Tonic uint8
	Minor bool
}

// AllKeys is the number of keys.
const AllKeys = 24

// KeyAt returns key i, 0 to 23: first the major keys by their tonic, then the minor keys.
func KeyAt(i int) Key { return Key{uint8(i % 12), i >= 12} }

// index is the inverse of KeyAt.
func (k Key) index() int {
	if k.Minor {
		return 12 + int(k.Tonic)
	}
	return int(k.Tonic)
}

// String returns the key as its triad is written: C, Eb, F#m.
func (k Key) String() string {
	if k.Minor {
		return Chord{k.Tonic, minor}.String()
	}
	return Chord{k.Tonic, major}.String()
}

// ParseKey reads a key as String returns it, with any spelling of the tonic, or as "A minor" or "c major".
func ParseKey(text string) (Key, error) {
	symbol := text
	if tonic, mode, found := strings.Cut(text, " "); found {
		switch strings.ToLower(mode) {
		case "major":
			symbol = tonic
		case "minor":
			symbol = tonic + "m"
		}
	}
	if symbol != "" {
		symbol = strings.ToUpper(symbol[:1]) + symbol[1:]
	}
	chord, err := ParseChord(symbol)
	if err != nil || chord.Quality != major && chord.Quality != minor {
		return Key{}, fmt.Errorf("key %q: must be such as C, Eb, F#m or 'A minor'", text)
	}
	return Key{chord.Root, chord.Quality == minor}, nil
}

// UnmarshalText reads a key as ParseKey does.
func (k *Key) UnmarshalText(text []byte) (err error) {
	*k, err = ParseKey(string(text))
	return err
}

// Signature returns the tonic of the major key with the same notes. For a minor key it is a minor third higher.
func (k Key) Signature() uint8 {
	if k.Minor {
		return (k.Tonic + 3) % 12
	}
	return k.Tonic
}

// How well each pitch class fits a key, from the tonic up (Krumhansl and Kessler 1982).
var (
	majorProfile = [12]float64{6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88}
	minorProfile = [12]float64{6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17}
)

// profile returns the share of time that each pitch class (C = 0) should sound in the key, from listeners' ratings. The shares
// add up to 1.
func (k Key) profile() (shares [12]float64) {
	profile, sum := majorProfile, 0.0
	if k.Minor {
		profile = minorProfile
	}
	for _, x := range profile {
		sum += x
	}
	for above, x := range profile {
		shares[(int(k.Tonic)+above)%12] = x / sum
	}
	return shares
}

// correlation returns the correlation of the heard pitch classes with the key's profile, times a factor that is equal for all
// keys.
func (k Key) correlation(heard [12]float64) float64 {
	const mean = 1.0 / 12
	product, length := 0.0, 0.0
	for class, x := range k.profile() {
		product += (x - mean) * heard[class]
		length += (x - mean) * (x - mean)
	}
	return product / math.Sqrt(length)
}

// KeyOf returns the key whose profile correlates best with how long each pitch class was heard (Krumhansl and Schmuckler). ok is
// false if what was heard favours no key.
func KeyOf(heard [12]float64) (k Key, ok bool) {
	most := 1e-9 // equal pitch classes leave only rounding errors
	for i := range AllKeys {
		if fit := KeyAt(i).correlation(heard); fit > most {
			most, k, ok = fit, KeyAt(i), true
		}
	}
	return k, ok
}
