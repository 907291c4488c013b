package ui

import "jamd/jam"

const (
	// keyFrames is the window of the estimate: sixteen bars of 4/4.
	keyFrames = 256
	// An estimate needs at least keyHeard frames with a melody note, and keyClasses different pitch classes.
	keyHeard, keyClasses = 24, 4
)

// A keyFinder estimates the key of the melody over the last keyFrames frames. It uses [jam.KeyOf].
type keyFinder struct {
	last    [keyFrames]jam.MelodyToken
	frames  int
	classes [12]int // number of frames in the window that have each pitch class
	key     string
}

// hear takes the melody of the next frame and returns the key as [jam.Key] writes it. It returns "" until enough has been heard.
// After a long silence it goes on returning the last key.
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
