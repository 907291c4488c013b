// Package jamtest has test doubles for the parts of a jam: a policy without a network and an output without a port.
package jamtest

import (
	"slices"
	"sync"
	"time"

	"jamd/jam"
)

// An Asked is the input of one step of a policy.
type Asked struct {
	Chord  jam.ChordToken
	Melody jam.MelodyToken
	Place  jam.BarPlace
}

// A Policy chooses by a hash of all its inputs since the last Reset, so that a change of one token changes every later choice. It
// allocates only if Remember is set.
type Policy struct {
	Seed     uint64
	Remember bool
	// Busy makes the choices also depend on the level of SetBusy.
	Busy bool
	// Delay, if set, returns how long step n takes, by the clock of package time. Steps are counted from 0 since the policy was
	// made.
	Delay func(n int64) time.Duration
	// Fail, if set, returns the error of step n.
	Fail func(n int64) error

	vocabulary *jam.Vocabulary
	logits     []float32
	lean       []float32 // added to the logits; may be nil
	hash       uint64
	steps      int64
	level      jam.Busy

	mu     sync.Mutex
	heard  []Asked
	told   []jam.Busy // one for each of heard
	resets int
}

// Symbols is the vocabulary of NewPolicy.
var Symbols = []string{"C", "Dm", "Em", "F", "G7", "Am7", "Bm7b5",
	"Cmaj7", "C#dim7", "Dsus4", "Eaug", "F6", "Gm6", "Ab9", "B5", "C6",
}

// NewPolicy makes a policy with Remember set. The same seed and the same tokens give the same logits.
func NewPolicy(seed uint64) *Policy { return NewPolicyOf(seed, Symbols...) }

// NewPolicyOf makes a policy with another vocabulary.
func NewPolicyOf(seed uint64, symbols ...string) *Policy {
	v, err := jam.NewVocabulary(symbols)
	if err != nil {
		panic(err) // the symbols are the test's own
	}
	return &Policy{Seed: seed, Remember: true, vocabulary: v, logits: make([]float32, v.Logits()), hash: seed}
}

// NewMelodist makes a policy that plays melodies to the chords of NewPolicy's vocabulary. It holds a note for some frames and
// rests now and then.
func NewMelodist(seed uint64) *Policy {
	p := NewPolicy(seed)
	p.logits, p.lean = make([]float32, jam.MelodyLogits), make([]float32, jam.MelodyLogits)
	for pitch := range uint8(128) {
		p.lean[jam.MelodyHold(pitch)] = 10
	}
	p.lean[jam.Silence] = 6
	return p
}

// Vocabulary returns the vocabulary.
func (p *Policy) Vocabulary() *jam.Vocabulary { return p.vocabulary }

// Reset forgets everything.
func (p *Policy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hash, p.heard, p.told = p.Seed, p.heard[:0], p.told[:0]
	p.resets++
}

// SetBusy sets the level for later steps.
func (p *Policy) SetBusy(level jam.Busy) { p.level = level }

// Told returns the level of SetBusy in each step since the last Reset.
func (p *Policy) Told() []jam.Busy {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.told)
}

// Step returns logits from 0 to 8, plus the preferences of NewMelodist.
func (p *Policy) Step(chord jam.ChordToken, melody jam.MelodyToken, place jam.BarPlace) ([]float32, error) {
	n := p.steps
	p.steps++
	if p.Delay != nil {
		if d := p.Delay(n); d > 0 {
			time.Sleep(d)
		}
	}
	if p.Remember {
		p.mu.Lock()
		p.heard, p.told = append(p.heard, Asked{chord, melody, place}), append(p.told, p.level)
		p.mu.Unlock()
	}
	p.hash = mix(p.hash ^ uint64(place)<<48 ^ uint64(chord)<<32 ^ uint64(melody))
	if p.Busy {
		p.hash = mix(p.hash ^ uint64(p.level))
	}
	for i := range p.logits {
		p.logits[i] = float32(mix(p.hash+uint64(i))>>40) / (1 << 21)
	}
	for i, x := range p.lean {
		p.logits[i] += x
	}
	if p.Fail != nil {
		if err := p.Fail(n); err != nil {
			return nil, err
		}
	}
	return p.logits, nil
}

// Heard returns the inputs of all steps since the last Reset, in order. It is safe for concurrent use.
func (p *Policy) Heard() []Asked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Asked(nil), p.heard...)
}

// Resets returns how often the policy was reset.
func (p *Policy) Resets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.resets
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
