package jam

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// errLogits is the error for logits that allow no choice: not a number, infinite, or all impossible.
var errLogits = errors.New("the policy's logits are not finite numbers")

// An Allowed says which tokens a [Sampler] may choose in a frame.
type Allowed uint8

// The values of Allowed.
const (
	OnlyHold  Allowed = iota // what sounded in the frame before continues
	AnyLegal                 // a chord or note may begin, continue or end
	OnlyBegin                // a chord or note must begin
)

// A Sampler chooses the token of each frame from a policy's logits. It masks illegal and barred tokens, and applies a softmax at
// the temperature. It then takes the smallest set of likeliest tokens whose share reaches top-p, and draws one by the inverse of
// the cumulative distribution in token order. It allocates nothing after it is made.
type Sampler[T ChordToken | MelodyToken] struct {
	grammar     grammar[T]
	temperature float64
	topP        float64
	barred      []bool // chords that may not begin, by their number; empty if all may
	random      *rand.Rand
	tokens      []candidate[T] // buffer for all tokens
}

type candidate[T ChordToken | MelodyToken] struct {
	token T
	share float64
}

// maxChordLogits is the number of logits of a vocabulary with every possible chord, so that a sampler has room for any
// vocabulary.
var maxChordLogits = 2*12*len(Qualities) + 1

// NewSampler makes a sampler of chords with its own generator: the PCG of math/rand/v2 seeded with (seed, 0). At temperature 0 it
// always takes the likeliest token; at topP 1 it considers all.
func NewSampler(v *Vocabulary, temperature, topP float64, seed uint64) *Sampler[ChordToken] {
	return newSampler(v.grammar(), temperature, topP, seed)
}

// NewMelodySampler makes a sampler of melodies, like NewSampler.
func NewMelodySampler(temperature, topP float64, seed uint64) *Sampler[MelodyToken] {
	return newSampler(melodyGrammar, temperature, topP, seed)
}

func newSampler[T ChordToken | MelodyToken](g grammar[T], temperature, topP float64, seed uint64) *Sampler[T] {
	return &Sampler[T]{
		grammar: g, temperature: temperature, topP: topP,
		random: rand.New(rand.NewPCG(seed, 0)),
		tokens: make([]candidate[T], 0, max(g.logits(), maxChordLogits)),
		barred: make([]bool, 0, maxChordLogits/2),
	}
}

// Draw returns the random number of the next frame, in [0, 1). Call it once for every frame, whatever happens in it, so that a
// choice in one frame does not shift the draws of later frames.
func (s *Sampler[T]) Draw() float64 { return s.random.Float64() }

// goesOn returns the probability that the policy, if it were free to change, would continue what sounded in the last frame.
func (s *Sampler[T]) goesOn(logits []float32, before T) (float64, error) {
	if len(logits) != s.grammar.logits() {
		return 0, s.mismatch(logits)
	}
	if err := s.weigh(logits, before, AnyLegal); err != nil {
		return 0, err
	}
	going, all := s.shares(before)
	return going / all, nil
}

// Choose returns the token of a frame and its probability. before is the token of the frame before. wanted is the probability, in
// [0, 1], that the policy wanted a change in frames in which it was not allowed: it makes continuing that much less likely, and
// everything else likelier in proportion. A tie goes to the lower token.
func (s *Sampler[T]) Choose(logits []float32, before T, allowed Allowed, wanted, draw float64) (T, float32, error) {
	if len(logits) != s.grammar.logits() {
		return 0, 0, s.mismatch(logits)
	}
	if allowed == OnlyHold {
		return s.grammar.goesOn(before), 1, nil
	}
	if err := s.weigh(logits, before, allowed); err != nil {
		return 0, 0, err
	}
	going, sum := s.shares(before)
	if other := sum - going; wanted > 0 && other > 0 {
		on, more := s.grammar.goesOn(before), 1+going*wanted/other
		for i := range s.tokens {
			if s.tokens[i].token == on {
				s.tokens[i].share *= 1 - wanted
			} else {
				s.tokens[i].share *= more
			}
		}
	}
	chosen := s.tokens[len(s.tokens)-1]
	below := 0.0
	for _, c := range s.tokens {
		if below += c.share / sum; below > draw {
			chosen = c
			break
		}
	}
	return chosen.token, float32(chosen.share / sum), nil
}

// shares returns the weight of the token that continues what sounded, and the weight of all tokens.
func (s *Sampler[T]) shares(before T) (going, all float64) {
	on := s.grammar.goesOn(before)
	for _, c := range s.tokens {
		all += c.share
		if c.token == on {
			going = c.share
		}
	}
	return going, all
}

func (s *Sampler[T]) mismatch(logits []float32) error {
	return fmt.Errorf("the policy gave %d logits for %d tokens", len(logits), s.grammar.logits())
}

// weigh puts the tokens that may be drawn into s.tokens, in token order, with shares above 0.
func (s *Sampler[T]) weigh(logits []float32, before T, allowed Allowed) error {
	s.tokens = s.tokens[:0]
	top := math.Inf(-1)
	for i, logit := range logits {
		token := T(i)
		begins := s.grammar.begins(token)
		if !s.grammar.legal(before, token) || allowed == OnlyBegin && !begins || begins && len(s.barred) > 0 && s.barred[i-1] {
			continue
		}
		x := float64(logit)
		if math.IsNaN(x) || math.IsInf(x, 1) {
			return errLogits
		}
		top = max(top, x)
		s.tokens = append(s.tokens, candidate[T]{token, x})
	}
	if math.IsInf(top, -1) {
		return errLogits
	}
	if s.temperature == 0 {
		first := slices.IndexFunc(s.tokens, func(c candidate[T]) bool { return c.share == top })
		s.tokens = append(s.tokens[:0], candidate[T]{s.tokens[first].token, 1})
		return nil
	}
	sum := 0.0
	for i := range s.tokens {
		c := &s.tokens[i]
		c.share = math.Exp((c.share - top) / s.temperature)
		sum += c.share
	}
	s.tokens = slices.DeleteFunc(s.tokens, func(c candidate[T]) bool { return c.share == 0 })
	if s.topP < 1 {
		s.nucleus(sum)
	}
	return nil
}

// nucleus keeps the likeliest tokens that together reach top-p of the sum.
func (s *Sampler[T]) nucleus(sum float64) {
	slices.SortFunc(s.tokens, func(a, b candidate[T]) int {
		switch {
		case a.share > b.share:
			return -1
		case a.share < b.share:
			return 1
		}
		return int(a.token - b.token)
	})
	enough, reached := 0, 0.0
	for enough < len(s.tokens) && reached < s.topP {
		reached += s.tokens[enough].share / sum
		enough++
	}
	s.tokens = s.tokens[:enough]
	slices.SortFunc(s.tokens, func(a, b candidate[T]) int { return int(a.token - b.token) })
}
