package spelling

import "jamd/jam"

const (
	// keyFrames is the window of the estimate: sixteen bars of 4/4.
	keyFrames = 256
	// An estimate needs at least keyHeard frames with a melody note, and keyClasses different pitch classes.
	keyHeard, keyClasses = 24, 4
)

// A Finder estimates the key of the melody over the last 256 frames. It uses [jam.KeyOf]. The zero value is ready.
type Finder struct {
	last    [keyFrames]jam.MelodyToken
	frames  int
	classes [12]int // number of frames in the window that have each pitch class
	key     Key
}

// Hear takes the melody of the next frame and returns the key. The key is unknown until enough has been heard.
// After a long silence it goes on returning the last key.
func (f *Finder) Hear(melody jam.MelodyToken) Key {
	at := f.frames % keyFrames
	if f.frames >= keyFrames {
		f.count(f.last[at], -1)
	}
	f.last[at] = melody
	f.frames++
	f.count(melody, 1)

	var heard [12]float64
	frames, classes := 0, 0
	for class, n := range f.classes {
		heard[class] = float64(n)
		frames += n
		classes += min(n, 1)
	}
	if frames < keyHeard || classes < keyClasses {
		return f.key
	}
	if key, ok := jam.KeyOf(heard); ok {
		f.key = In(key)
	}
	return f.key
}

func (f *Finder) count(melody jam.MelodyToken, n int) {
	if pitch, ok := melody.Pitch(); ok {
		f.classes[pitch%12] += n
	}
}
