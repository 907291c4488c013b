package jam

import (
	"fmt"
	"math"
)

// FramesPerBeat is fixed: a frame is a sixteenth note.
const FramesPerBeat = 4

// A MelodyToken says what the melody does in one frame.
type MelodyToken int32

// The melody tokens: silence, 128 onsets, 128 holds, and the start token before frame 0.
const (
	Silence     MelodyToken = 0
	melodyOnset MelodyToken = 1
	melodyHold  MelodyToken = 129
	MelodyStart MelodyToken = 257
	// MelodyLogits is the number of tokens that a player of melodies chooses from: all except MelodyStart.
	MelodyLogits = 257
)

// MelodyOnset returns the token of a frame in which pitch begins.
func MelodyOnset(pitch uint8) MelodyToken { return melodyOnset + MelodyToken(pitch) }

// MelodyHold returns the token of a frame in which pitch continues.
func MelodyHold(pitch uint8) MelodyToken { return melodyHold + MelodyToken(pitch) }

// Pitch returns the sounding pitch; ok is false for silence and the start token.
func (m MelodyToken) Pitch() (pitch uint8, ok bool) {
	switch {
	case m >= melodyOnset && m < melodyHold:
		return uint8(m - melodyOnset), true
	case m >= melodyHold && m < MelodyStart:
		return uint8(m - melodyHold), true
	}
	return 0, false
}

// IsOnset reports whether a note begins in the frame.
func (m MelodyToken) IsOnset() bool { return m >= melodyOnset && m < melodyHold }

// A ChordToken says what the chords do in one frame, in terms of a Vocabulary of n chords: 0 is no chord, 1 to n begin chord 0 to
// n-1, n+1 to 2n hold chord 0 to n-1, and 2n+1 is the start token before frame 0, which is only an input.
type ChordToken int32

// NoChord is the token of a frame without a chord.
const NoChord ChordToken = 0

// A Vocabulary lists the chords that a policy can play, in the order of its tokens.
type Vocabulary struct {
	chords []Chord
}

// NewVocabulary reads chord symbols in token order. It returns an error for an unknown or repeated symbol.
func NewVocabulary(symbols []string) (*Vocabulary, error) {
	v := &Vocabulary{}
	seen := map[Chord]bool{}
	for _, s := range symbols {
		c, err := ParseChord(s)
		if err != nil {
			return nil, err
		}
		if seen[c] {
			return nil, fmt.Errorf("chord %q is in the vocabulary twice", s)
		}
		seen[c] = true
		v.chords = append(v.chords, c)
	}
	if len(v.chords) == 0 {
		return nil, fmt.Errorf("the vocabulary has no chord")
	}
	return v, nil
}

// Len returns the number of chords.
func (v *Vocabulary) Len() int { return len(v.chords) }

// Logits returns the number of tokens that a policy chooses from: 2·Len + 1.
func (v *Vocabulary) Logits() int { return 2*len(v.chords) + 1 }

// Start returns the start token, before frame 0.
func (v *Vocabulary) Start() ChordToken { return ChordToken(2*len(v.chords) + 1) }

// Begin returns the token with which chord i begins.
func (v *Vocabulary) Begin(i int) ChordToken { return ChordToken(1 + i) }

// Hold returns the token with which chord i continues.
func (v *Vocabulary) Hold(i int) ChordToken { return ChordToken(1 + len(v.chords) + i) }

// Index returns the chord of a token. ok is false for NoChord and Start.
func (v *Vocabulary) Index(t ChordToken) (i int, ok bool) {
	n := ChordToken(len(v.chords))
	switch {
	case t >= 1 && t <= n:
		return int(t - 1), true
	case t > n && t <= 2*n:
		return int(t - 1 - n), true
	}
	return 0, false
}

// IsBegin reports whether a chord begins with the token.
func (v *Vocabulary) IsBegin(t ChordToken) bool { return t >= 1 && int(t) <= len(v.chords) }

// Chord returns chord i.
func (v *Vocabulary) Chord(i int) Chord { return v.chords[i] }

// Symbol returns the symbol of a token's chord, or "N.C." if it has none. It allocates nothing.
func (v *Vocabulary) Symbol(t ChordToken) string {
	if i, ok := v.Index(t); ok {
		return v.chords[i].String()
	}
	return noChord
}

// Translate returns the token of v that means the same as t in another vocabulary, or NoChord if v does not have the chord. It
// allocates nothing.
func (v *Vocabulary) Translate(t ChordToken, from *Vocabulary) ChordToken {
	if t == from.Start() {
		return v.Start()
	}
	index, ok := from.Index(t)
	if !ok {
		return NoChord
	}
	for i, c := range v.chords {
		if c != from.chords[index] {
			continue
		}
		if from.IsBegin(t) {
			return v.Begin(i)
		}
		return v.Hold(i)
	}
	return NoChord
}

// missed says how much a listener misses each note when a chord is simplified, by semitones above the root: first the third, then
// the fifth, then the seventh. The numbers are those of WEIGHT in train/data/tokens.py.
var missed = [12]int{8, 1, 1, 4, 4, 2, 3, 3, 3, 1, 2, 2}

// Nearest returns the chord of v that replaces c: c itself if v has it, else the chord on the same root that differs least. ok is
// false if v has no chord on that root.
func (v *Vocabulary) Nearest(c Chord) (i int, ok bool) {
	least := math.MaxInt
	for j, other := range v.chords {
		if other.Root != c.Root {
			continue
		}
		apart := 0
		for above, weight := range missed {
			if pitch := uint8(above) + c.Root; c.Has(pitch) != other.Has(pitch) {
				apart += weight
			}
		}
		if apart < least {
			least, i = apart, j
		}
	}
	return i, least < math.MaxInt
}
