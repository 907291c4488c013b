package session

// As in train/adaptation.py: the level before is that of so many beats; the chords are back where smooth beats together reach
// the share back of it; what comes later than after beats does not count.
const (
	levelBeats = 8
	smooth     = 4
	back       = 0.9
	afterBeats = 48
)

// An Adaptation tells how the chords followed the melody into another key.
type Adaptation struct {
	Beat      int64     `json:"beat"` // the first in the new key, from 0
	From      string    `json:"from"` // as jam.Key writes it
	To        string    `json:"to"`
	Before    Harmony   `json:"before"`           // of the eight beats before
	ByBeat    []Harmony `json:"by_beat"`          // from Beat on, to the next change or the end of the jam, 48 at most
	Beats     int       `json:"beats_to_recover"` // see beatsToRecover
	Recovered bool      `json:"recovered"`
}

// adaptations are those after each change of key that the melody makes.
func adaptations(beats []beatOf) []Adaptation {
	heard := make([]PitchClasses, len(beats))
	for i := range beats {
		heard[i] = beats[i].heard
	}
	all := []Adaptation{}
	changes := keyChanges(heard)
	for i, change := range changes {
		end := min(len(beats), change.Beat+afterBeats)
		if i+1 < len(changes) {
			end = min(end, changes[i+1].Beat)
		}
		all = append(all, adaptation(beats, change, end))
	}
	return all
}

// adaptation measures from a change of key to the beat end.
func adaptation(beats []beatOf, change KeyChange, end int) Adaptation {
	a := Adaptation{Beat: beats[change.Beat].number, From: change.From.String(), To: change.To.String()}
	for _, b := range beats[max(0, change.Beat-levelBeats):change.Beat] {
		a.Before = a.Before.plus(b.Harmony)
	}
	for _, b := range beats[change.Beat:end] {
		a.ByBeat = append(a.ByBeat, b.Harmony)
	}
	a.Beats, a.Recovered = beatsToRecover(a.Before, a.ByBeat)
	return a
}

// beatsToRecover counts the beats from a change until four beats begin whose note-in-chord, over all their frames, is 90 % of
// the level before, or more; all the beats there are where that never comes.
func beatsToRecover(before Harmony, since []Harmony) (beats int, recovered bool) {
	level, known := before.Share()
	for i := 0; known && i+smooth <= len(since); i++ {
		var four Harmony
		for _, h := range since[i : i+smooth] {
			four = four.plus(h)
		}
		if share, ok := four.Share(); ok && share >= back*level {
			return i, true
		}
	}
	return len(since), false
}
