package jam

const (
	// keyFrames is the window of the estimate: sixteen bars of 4/4.
	keyFrames = 256
	// An estimate needs at least keyHeard frames with a melody note, and keyClasses different pitch classes.
	keyHeard, keyClasses = 24, 4
)

// A KeyFinder estimates the key of the melody over the last 256 frames. It uses [KeyOf]. The zero value is ready.
type KeyFinder struct {
	last    [keyFrames]MelodyToken
	frames  int
	classes [12]int // number of frames in the window that have each pitch class
	key     Key
	known   bool
}

// Hear takes the melody of the next frame.
func (f *KeyFinder) Hear(melody MelodyToken) {
	at := f.frames % keyFrames
	if f.frames >= keyFrames {
		f.count(f.last[at], -1)
	}
	f.last[at] = melody
	f.frames++
	f.count(melody, 1)
}

// Key returns the key. known is false until enough has been heard. After a long silence it is the key that Key returned last.
func (f *KeyFinder) Key() (k Key, known bool) {
	var heard [12]float64
	frames, classes := 0, 0
	for class, n := range f.classes {
		heard[class] = float64(n)
		frames += n
		classes += min(n, 1)
	}
	if frames < keyHeard || classes < keyClasses {
		return f.key, f.known
	}
	if key, ok := KeyOf(heard); ok {
		f.key, f.known = key, true
	}
	return f.key, f.known
}

func (f *KeyFinder) count(melody MelodyToken, n int) {
	if pitch, ok := melody.Pitch(); ok {
		f.classes[pitch%12] += n
	}
}

// lately returns the pitch classes of the melody in the last frames; n is at most 256.
func (f *KeyFinder) lately(n int) (set pitchClasses) {
	for back := 1; back <= min(n, f.frames); back++ {
		if pitch, ok := f.last[(f.frames-back)%keyFrames].Pitch(); ok {
			set |= 1 << (pitch % 12)
		}
	}
	return set
}
