package session

import (
	"math"
	"slices"

	"jamd/jam"
)

// A KeyChange is an estimate that the melody is in another key from a beat on.
type KeyChange struct {
	Beat int     // from 0
	From jam.Key // key of the melody before
	To   jam.Key
}

// changeCost is the cost of a key change in nats. With a lower cost, a passing chord would be mistaken for a change.
// docs/sessions.md has the measurements.
const changeCost = 10

// How often each pitch class is struck in folk songs in major and minor, from the tonic up (Temperley 2008, from the Essen
// collection). These profiles are steeper than those of [jam.KeyOf]: a note outside the key weighs more.
var (
	majorSongs = [12]float64{.184, .001, .155, .003, .191, .109, .005, .214, .001, .078, .004, .055}
	minorSongs = [12]float64{.192, .005, .149, .179, .002, .144, .002, .201, .038, .012, .053, .022}
)

// logProfiles are logarithms of the shares, by key and pitch class (C = 0). No share is below one in a thousand.
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

// keyChanges finds the key changes of a melody with the Viterbi algorithm, after Temperley 2007, who does so by measures. It
// finds the likeliest sequence of keys, one for each beat: the pitch classes that sound in a beat, however long, are drawn from
// the profile of its key, and each change costs changeCost. A change between keys with the same notes, such as from C to Am, is
// not reported, because chords that fitted still do. heard has, for each beat, the frames of each pitch class.
func keyChanges(heard []PitchClasses) (changes []KeyChange) {
	var way [jam.AllKeys]float64 // log likelihood of the best sequence that ends in each key
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
