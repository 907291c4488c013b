package session

import (
	"math"
	"slices"

	"jamd/jam"
)

// A KeyChange is a beat from which on the melody seems to be in another key.
type KeyChange struct {
	Beat int     // from 0
	From jam.Key // what the melody was in
	To   jam.Key
}

// changeCost is what a change of key costs, in nats: with less, a passing chord is taken for a change. docs/sessions.md has what was
// measured.
const changeCost = 10

// How often each pitch class is struck in folk songs in major and minor, the tonic first (Temperley 2008, of the Essen collection). They are
// steeper than the profiles that jam.KeyOf goes by: a note from outside the key says more.
var (
	majorSongs = [12]float64{.184, .001, .155, .003, .191, .109, .005, .214, .001, .078, .004, .055}
	minorSongs = [12]float64{.192, .005, .149, .179, .002, .144, .002, .201, .038, .012, .053, .022}
)

// logProfiles are the logarithms of the shares, by key and pitch class (C = 0). Nothing is rarer than a note in a thousand.
var logProfiles = func() (all [jam.AllKeys][12]float64) {
	for i := range all {
		key, songs := jam.KeyAt(i), majorSongs
		if key.Minor {
			songs = minorSongs
		}
		for above, share := range songs {
			all[i][(int(key.Tonic)+above)%12] = math.Log(share + .001)
		}
	}
	return all
}()

// keyChanges finds where the melody goes into another key: of all ways through the keys, beat by beat, it takes the likeliest,
// where the pitch classes that sound in a beat are drawn by the profile of its key, however long they sound, and each change costs
// changeCost (Viterbi; after Temperley 2007, who finds keys so by measures). A change between keys of the same notes, from C to Am, is
// none: chords that fitted still do. heard says in how many frames of each beat every pitch class sounds.
func keyChanges(heard []PitchClasses) (changes []KeyChange) {
	var way [jam.AllKeys]float64 // the log likelihood of the best way that ends in each key
	before := make([][jam.AllKeys]int, len(heard))
	for beat, h := range heard {
		best := argmax(way)
		next := way
		for key := range way {
			before[beat][key] = key
			if way[best]-changeCost > way[key] {
				before[beat][key], next[key] = best, way[best]-changeCost
			}
			for class, frames := range h {
				if frames > 0 {
					next[key] += logProfiles[key][class]
				}
			}
		}
		way = next
	}
	key := argmax(way)
	for beat, last := range slices.Backward(before) {
		from, to := jam.KeyAt(last[key]), jam.KeyAt(key)
		if beat > 0 && from.Signature() != to.Signature() {
			changes = append(changes, KeyChange{beat, from, to})
		}
		key = last[key]
	}
	slices.Reverse(changes)
	return changes
}

func argmax(values [jam.AllKeys]float64) (best int) {
	for i, x := range values {
		if x > values[best] {
			best = i
		}
	}
	return best
}
