package jam

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The considered chords in a report are those of a plain softmax over the legal tokens, with a chord that goes on and the same
// chord begun anew taken together.
func TestConsideredAreTheLikeliestChords(t *testing.T) {
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-6, 6), v.Logits(), v.Logits()).Draw(t, "logits")
		before := ChordToken(rapid.IntRange(0, int(v.Start())).Draw(t, "before"))
		temperature := rapid.SampledFrom([]float64{0.3, 1, 2}).Draw(t, "temperature")
		s := NewSampler(v, temperature, 1, 1)
		token, prob, err := s.Choose(logits, before, AnyLegal, 0, s.Draw())
		if err != nil {
			t.Fatal(err)
		}
		got := v.considered(s, before)

		shares, sum := map[string]float64{}, 0.0
		for i, x := range logits {
			if v.grammar().legal(before, ChordToken(i)) {
				share := math.Exp(float64(x) / temperature)
				shares[v.Symbol(ChordToken(i))] += share
				sum += share
			}
		}
		symbols := make([]string, 0, len(shares))
		for symbol := range shares {
			symbols = append(symbols, symbol)
		}
		slices.SortFunc(symbols, func(a, b string) int { return cmp.Compare(shares[b], shares[a]) })
		for i, c := range got.Slice() {
			if want := shares[symbols[i]] / sum; math.Abs(float64(c.Prob)-want) > 1e-5 || math.Abs(shares[c.Symbol]/sum-want) > 1e-5 {
				t.Errorf("place %d: %s with %v, want %s with %v", i, c.Symbol, c.Prob, symbols[i], want)
			}
			if c.Symbol == v.Symbol(token) && c.Prob < prob-1e-6 {
				t.Errorf("%s was chosen with %v, and considered with %v", c.Symbol, prob, c.Prob)
			}
		}
		if len(got.Slice()) != min(MaxChoices, len(shares)) {
			t.Errorf("%d choices of %d chords", len(got.Slice()), len(shares))
		}
	})
}

// If no chord may begin, the report shows what the policy would do if one might. If nothing is decided, it shows nothing.
func TestConsideredWithoutAChange(t *testing.T) {
	v := vocabulary(t)
	settings := DefaultSettings()
	settings.Listen = 4
	e, err := NewEngine(v, settings, silent{})
	if err != nil {
		t.Fatal(err)
	}
	logits := make([]float32, v.Logits())
	logits[v.Begin(3)] = 5
	e.Hear()
	if err := e.Decide(logits); err != nil {
		t.Fatal(err)
	}
	r, err := e.Play()
	if c := r.Considered.Slice(); err != nil || !r.Listening || len(c) != MaxChoices || c[0].Symbol != "F" || c[0].Prob < 0.8 {
		t.Errorf("while listening: %v, %v", c, err)
	}
	e.Hear() // and no answer comes
	if r, _ = e.Play(); !r.Missed || r.Considered.Len != 0 {
		t.Errorf("in a miss: %v", r.Considered.Slice())
	}
	e.Hear()
	e.Hold()
	if r, _ = e.Play(); r.Considered.Len != 0 {
		t.Errorf("where the chord is kept: %v", r.Considered.Slice())
	}
}
