package session

// Adaptation is measured as in train/evaluation/adaptation.py.
const (
	levelBeats = 8   // beats before the change; their note-in-chord is the level to come back to
	smooth     = 4   // beats that are averaged
	back       = 0.9 // share of the level from which the chords have recovered
	afterBeats = 48  // beats after the change; later ones do not count
)

// An Adaptation says how fast the chords followed the melody into another key.
type Adaptation struct {
	Beat      int64     `json:"beat"` // first beat in the new key, from 0
	From      string    `json:"from"` // as jam.Key writes it
	To        string    `json:"to"`
	Before    Harmony   `json:"before"`           // over the eight beats before the change
	ByBeat    []Harmony `json:"by_beat"`          // from Beat to the next change or the end of the jam, at most 48 beats
	Beats     int       `json:"beats_to_recover"` // see beatsToRecover
	Recovered bool      `json:"recovered"`
}

// adaptations measures the adaptation after each key change of the melody.
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

// adaptation measures from a key change up to the beat end.
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

// beatsToRecover returns the number of beats from a key change to the first four beats in a row whose note-in-chord, over all
// their frames, is at least 90 % of the level before the change. If there are none, it returns the number of all beats.
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
