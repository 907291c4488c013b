package ui

import "jamd/jam"

const (
	// keyFrames is how far back the estimate of the key hears: sixteen bars of 4/4.
	keyFrames = 256
	// The least that says anything of a key: so many frames of melody, of so many pitch classes.
	keyHeard, keyClasses = 24, 4
)

// A keyEar hears the key that the melody seems to be in of late, as a session's key is found: see jam.KeyOf.
type keyEar struct {
	last    [keyFrames]jam.MelodyToken
	frames  int
	classes [12]int // in how many of the last frames each sounded
	key     string
}

// hear takes the melody of the next frame, and gives the key as jam.Key writes it; "" while too little was heard. Where the player
// has been silent for long it is the last one that was known.
func (e *keyEar) hear(melody jam.MelodyToken) string {
	at := e.frames % keyFrames
	if e.frames >= keyFrames {
		e.count(e.last[at], -1)
	}
	e.last[at] = melody
	e.frames++
	e.count(melody, 1)

	var heard [12]float64
	frames, classes := 0, 0
	for class, n := range e.classes {
		heard[class] = float64(n)
		frames += n
		classes += min(n, 1)
	}
	if frames < keyHeard || classes < keyClasses {
		return e.key
	}
	if key, ok := jam.KeyOf(heard); ok {
		e.key = key.String()
	}
	return e.key
}

func (e *keyEar) count(melody jam.MelodyToken, n int) {
	if pitch, ok := melody.Pitch(); ok {
		e.classes[pitch%12] += n
	}
}
