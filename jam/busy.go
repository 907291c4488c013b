package jam

import "math/rand/v2"

// Busy is how often the chords are to change. A policy that can be told (Told) learned from each level about a fifth of its
// music, by the changes of chord in a bar (train/busy.py); to the others it means nothing.
type Busy uint8

// The levels. At AnyBusy each jam has one of the others, which its seed draws.
const (
	AnyBusy    Busy = iota
	Calm            // below 0.75 changes in 16 frames
	Easy            // below 1
	Moderate        // below 1.25
	Lively          // below 1.6
	Busiest         // and more
	BusyLevels = 6
)

var busyWords = words{"any", "calm", "easy", "moderate", "lively", "busy"}

// String is any, calm, easy, moderate, lively or busy.
func (b Busy) String() string { return busyWords.word(int(b)) }

// MarshalText is String.
func (b Busy) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what String writes.
func (b *Busy) UnmarshalText(text []byte) error {
	i, err := busyWords.find("busy", string(text))
	*b = Busy(i)
	return err
}

// drawn is the level of a jam with a seed.
func (b Busy) drawn(seed uint64) Busy {
	if b != AnyBusy {
		return b
	}
	var draws rand.PCG
	draws.Seed(seed, 1) // the sampler's are of (seed, 0)
	return Calm + Busy(draws.Uint64()%(BusyLevels-1))
}

// Told is what a policy is that can be told how busy it is to be. It may be told before every Step; what it was told last
// holds, also over a Reset.
type Told interface{ Tell(Busy) }
