package jam

import (
	"errors"
	"math"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

func vocabulary(t testing.TB) *Vocabulary {
	t.Helper()
	v, err := NewVocabulary([]string{"C", "Dm", "Em", "F", "G7", "Am7", "B5", "Db9"})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestLegal(t *testing.T) {
	v := vocabulary(t)
	for _, c := range []struct {
		before, token ChordToken
		want          bool
	}{
		{v.Start(), NoChord, true}, {v.Start(), v.Begin(3), true}, {v.Start(), v.Hold(3), false},
		{NoChord, v.Hold(0), false}, {v.Begin(2), v.Hold(2), true}, {v.Hold(2), v.Hold(2), true},
		{v.Begin(2), v.Hold(3), false}, {v.Begin(2), v.Begin(2), true}, {v.Begin(2), v.Start(), false}, {v.Hold(7), NoChord, true},
	} {
		if got := v.grammar().legal(c.before, c.token); got != c.want {
			t.Errorf("Legal(%d, %d) = %v", c.before, c.token, got)
		}
	}
	for before, want := range map[ChordToken]ChordToken{
		v.Start(): NoChord, NoChord: NoChord, v.Begin(4): v.Hold(4), v.Hold(4): v.Hold(4),
	} {
		if got := v.continued(before); got != want {
			t.Errorf("Continue(%d) = %d, want %d", before, got, want)
		}
	}
}

// The draws of train/evaluation/play.py, which evaluates the same policies in Python.
func TestDrawsAreThoseOfTheEvaluation(t *testing.T) {
	s := NewSampler(vocabulary(t), 1, 1, 7)
	for i, want := range []float64{0.9949265554419318, 0.8224958921129435, 0.02570066298413043, 0.21966005173949255} {
		if got := s.Draw(); got != want {
			t.Errorf("draw %d is %v, want %v", i, got, want)
		}
	}
}

// choose is the simplest implementation of Choose.
func choose(v *Vocabulary, logits []float32, before ChordToken, temperature, topP, draw float64) ChordToken {
	type share struct {
		token ChordToken
		p     float64
	}
	var shares []share
	for i, x := range logits {
		if v.grammar().legal(before, ChordToken(i)) {
			shares = append(shares, share{ChordToken(i), float64(x)})
		}
	}
	top, sum := shares[0], 0.0
	for _, s := range shares {
		if s.p > top.p {
			top = s
		}
	}
	if temperature == 0 {
		return top.token
	}
	for i := range shares {
		shares[i].p = math.Exp((shares[i].p - top.p) / temperature)
		sum += shares[i].p
	}
	sort.SliceStable(shares, func(i, j int) bool { return shares[i].p > shares[j].p })
	kept, reached := 0, 0.0
	for i := range shares {
		if kept == i && (reached < topP || topP == 1) {
			reached += shares[i].p / sum
			kept++
		}
	}
	shares = shares[:kept]
	sort.Slice(shares, func(i, j int) bool { return shares[i].token < shares[j].token })
	sum = 0
	for _, s := range shares {
		sum += s.p
	}
	below := 0.0
	for _, s := range shares {
		if below += s.p / sum; below > draw {
			return s.token
		}
	}
	return shares[len(shares)-1].token
}

func TestChooseIsLegalAndAsThePlainWay(t *testing.T) {
	v := vocabulary(t)
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(rapid.Float32Range(-20, 20), v.Logits(), v.Logits()).Draw(t, "logits")
		before := ChordToken(rapid.IntRange(0, int(v.Start())).Draw(t, "before"))
		temperature := rapid.SampledFrom([]float64{0, 0.1, 0.99, 1, 3}).Draw(t, "temperature")
		topP := rapid.SampledFrom([]float64{0.01, 0.5, 0.9, 1}).Draw(t, "top-p")
		draw := rapid.Float64Range(0, 0.999999).Draw(t, "draw")
		s := NewSampler(v, temperature, topP, 1)
		got, prob, err := s.Choose(logits, before, AnyLegal, 0, draw)
		if err != nil {
			t.Fatal(err)
		}
		if !v.grammar().legal(before, got) || !(prob >= 0 && prob <= 1) {
			t.Fatalf("token %d after %d with probability %v", got, before, prob)
		}
		if want := choose(v, logits, before, temperature, topP, draw); got != want {
			t.Fatalf("token %d, want %d", got, want)
		}
		if got, prob, _ := s.Choose(logits, before, OnlyHold, 0, draw); got != v.continued(before) || prob != 1 {
			t.Fatalf("off the chord grid: token %d after %d", got, before)
		}
	})
}

func TestChooseDrawsByProbability(t *testing.T) {
	v := vocabulary(t)
	s := NewSampler(v, 1, 1, 3)
	logits := make([]float32, v.Logits())
	for i := range logits {
		logits[i] = float32(math.Inf(-1))
	}
	logits[v.Begin(1)], logits[v.Begin(5)], logits[v.Hold(2)] = float32(math.Log(3)), 0, 50 // the hold is illegal
	const draws = 20_000
	threes := 0
	for range draws {
		token, prob, err := s.Choose(logits, NoChord, AnyLegal, 0, s.Draw())
		if err != nil {
			t.Fatal(err)
		}
		want := map[ChordToken]float32{v.Begin(1): 0.75, v.Begin(5): 0.25}[token]
		if math.Abs(float64(prob-want)) > 1e-6 {
			t.Fatalf("token %d has probability %v", token, prob)
		}
		if token == v.Begin(1) {
			threes++
		}
	}
	if share := float64(threes) / draws; math.Abs(share-0.75) > 0.015 { // five standard deviations
		t.Errorf("drawn %v of the time, want 0.75", share)
	}
}

func TestChooseRefusesWhatIsNoNumber(t *testing.T) {
	v := vocabulary(t)
	s := NewSampler(v, 1, 1, 3)
	good := make([]float32, v.Logits())
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		logits := slices.Clone(good)
		logits[v.Begin(3)] = float32(bad)
		if _, _, err := s.Choose(logits, NoChord, AnyLegal, 0, 0.5); !errors.Is(err, errLogits) {
			t.Errorf("logit %v: %v", bad, err)
		}
	}
	impossible := slices.Repeat([]float32{float32(math.Inf(-1))}, v.Logits())
	if _, _, err := s.Choose(impossible, NoChord, AnyLegal, 0, 0.5); !errors.Is(err, errLogits) {
		t.Errorf("all impossible: %v", err)
	}
	if _, _, err := s.Choose(good[1:], NoChord, AnyLegal, 0, 0.5); err == nil {
		t.Error("too few logits are taken")
	}
}

func TestChooseAllocatesNothing(t *testing.T) {
	v := vocabulary(t)
	logits := make([]float32, v.Logits())
	for _, topP := range []float64{1, 0.7} {
		s := NewSampler(v, 1, topP, 3)
		if n := testing.AllocsPerRun(1000, func() {
			if _, _, err := s.Choose(logits, NoChord, AnyLegal, 0, s.Draw()); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("top-p %v: %v allocations", topP, n)
		}
	}
}

// What was wanted before takes its share from what goes on, and gives it to everything else in proportion.
func TestSamplerMakesUpForWhatWasWanted(t *testing.T) {
	v, err := NewVocabulary([]string{"C", "F", "G"})
	if err != nil {
		t.Fatal(err)
	}
	s := NewSampler(v, 1, 1, 1)
	logits := make([]float32, v.Logits())
	for i := range logits {
		logits[i] = -100
	}
	before := v.Begin(0)
	logits[v.Hold(0)] = float32(math.Log(0.8))
	logits[v.Begin(1)] = float32(math.Log(0.15))
	logits[v.Begin(2)] = float32(math.Log(0.05))
	if goes, err := s.goesOn(logits, before); err != nil || math.Abs(goes-0.8) > 1e-6 {
		t.Errorf("goes on with %v, %v", goes, err)
	}
	// Half of 0.8 moves: 0.4 stays, F has 0.15·3 = 0.45, G 0.15. In token order: F, G, the hold of C.
	for _, test := range []struct {
		draw  float64
		token ChordToken
		prob  float64
	}{{0.44, v.Begin(1), 0.45}, {0.46, v.Begin(2), 0.15}, {0.59, v.Begin(2), 0.15}, {0.61, v.Hold(0), 0.4}} {
		token, prob, err := s.Choose(logits, before, AnyLegal, 0.5, test.draw)
		if err != nil || token != test.token || math.Abs(float64(prob)-test.prob) > 1e-5 {
			t.Errorf("draw %v: token %d (%v), %v; want %d (%v)", test.draw, token, prob, err, test.token, test.prob)
		}
	}
}
