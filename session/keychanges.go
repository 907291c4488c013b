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

// changeCost is what a change of key costs, in nats: two bars or so of notes that are at home in the new key alone. With less,
// a passing chord is taken for a change; docs/sessions.md has what was measured.
const changeCost = 8

// logProfiles are the logarithms of the keys' profiles.
var logProfiles = func() (all [jam.AllKeys][12]float64) {
	for i := range all {
		for class, share := range jam.KeyAt(i).Profile() {
			all[i][class] = math.Log(share)
		}
	}
	return all
}()

// keyChanges finds where the melody goes into another key: of all ways through the keys, beat by beat, it takes the likeliest,
// where notes are drawn by the profile of their key, and each change costs changeCost (Viterbi; after Temperley 2007, who finds
// keys so by measures). A change between keys of the same notes, from C to Am, is none: chords that fitted still do. heard says in
// how many frames of each beat every pitch class sounds.
func keyChanges(heard [][12]float64) (changes []KeyChange) {
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
				next[key] += frames * logProfiles[key][class]
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
