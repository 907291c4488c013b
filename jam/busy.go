package jam

import "math/rand/v2"

// A Busy says how often the chords should change. A policy that implements [BusySetter] was trained with the levels. Each level
// covers about a fifth of the training music, by the number of chord changes in a bar (train/data/busy.py). Other policies ignore
// it.
type Busy uint8

// The levels. For AnyBusy, the seed of each jam draws one of the others.
const (
	AnyBusy    Busy = iota
	Calm            // below 0.75 changes in 16 frames
	Easy            // below 1
	Moderate        // below 1.25
	Lively          // below 1.6
	Busiest         // 1.6 or more
	BusyLevels = 6
)

var busyWords = words{"any", "calm", "easy", "moderate", "lively", "busy"}

// String returns any, calm, easy, moderate, lively or busy.
func (b Busy) String() string { return busyWords.word(int(b)) }

// MarshalText returns String.
func (b Busy) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what String returns.
func (b *Busy) UnmarshalText(text []byte) error {
	i, err := busyWords.find("busy", string(text))
	*b = Busy(i)
	return err
}

// drawn returns the level of a jam with the given seed.
func (b Busy) drawn(seed uint64) Busy {
	if b != AnyBusy {
		return b
	}
	var draws rand.PCG
	draws.Seed(seed, 1) // the sampler uses (seed, 0)
	return Calm + Busy(draws.Uint64()%(BusyLevels-1))
}

// A BusySetter is a policy that can be set to a level of [Busy]. SetBusy may be called before any Step. The level holds until the
// next SetBusy, even after a Reset.
type BusySetter interface{ SetBusy(Busy) }
