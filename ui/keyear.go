package ui

import "jamd/jam"

const (
	// keyFrames is the window of the estimate: sixteen bars of 4/4.
	keyFrames = 256
	// An estimate needs at least keyHeard frames of melody and keyClasses pitch classes.
	keyHeard, keyClasses = 24, 4
)

// A keyFinder estimates the key of the melody of the last frames, as [jam.KeyOf] does.
type keyFinder struct {
	last    [keyFrames]jam.MelodyToken
	frames  int
	classes [12]int // the number of frames in which each sounded
	key     string
}

// hear takes the melody of the next frame and returns the key as [jam.Key] writes it. It returns "" while too little has been heard,
// and the last known key after a long silence.
func (e *keyFinder) hear(melody jam.MelodyToken) string {
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

func (e *keyFinder) count(melody jam.MelodyToken, n int) {
	if pitch, ok := melody.Pitch(); ok {
		e.classes[pitch%12] += n
	}
}
