package session

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"jamd/jam"
)

// An Encoder places windows of chords in a space where those that are alike are near: diversity is measured there.
type Encoder interface {
	Window() int                 // frames
	Vocabulary() *jam.Vocabulary // of the tokens
	Embed(window []jam.ChordToken) ([]float64, error)
}

// A Diversity holds what the chords of some windows are like; windows of several jams can be joined.
type Diversity struct {
	Windows int
	product *mat.SymDense // the sum over the windows of v·vᵀ, of their unit vectors v
}

// add takes a window's unit vector.
func (d *Diversity) add(v []float64) {
	if d.product == nil {
		d.product = mat.NewSymDense(len(v), nil)
	}
	d.product.SymRankOne(d.product, 1, mat.NewVecDense(len(v), v))
	d.Windows++
}

// join takes the windows of another jam, measured by the same encoder.
func (d *Diversity) join(o *Diversity) {
	switch {
	case o == nil || o.Windows == 0:
		return
	case d.product == nil:
		d.product = mat.NewSymDense(o.product.SymmetricDim(), nil)
	}
	d.product.AddSym(d.product, o.product)
	d.Windows += o.Windows
}

// less is what is left without the windows of a jam that is in d.
func (d *Diversity) less(o *Diversity) *Diversity {
	if o == nil || o.Windows == 0 {
		return d
	}
	var negative, left mat.SymDense
	negative.ScaleSym(-1, o.product)
	left.AddSym(d.product, &negative)
	return &Diversity{d.Windows - o.Windows, &left}
}

// Vendi is how many different windows there seem to be (Friedman and Dieng 2023): exp of the Shannon entropy of the eigenvalues
// of K/n, where K holds the cosines of the n windows. Those of the windows' product are the same and, but for zeros, no more
// than an embedding is long. 0 where there is no window.
func (d *Diversity) Vendi() float64 {
	if d == nil || d.Windows == 0 {
		return 0
	}
	var scaled mat.SymDense
	scaled.ScaleSym(1/float64(d.Windows), d.product)
	var eigen mat.EigenSym
	if !eigen.Factorize(&scaled, false) {
		return 0 // no eigenvalues of what is not finite
	}
	sum := 0.0
	for _, x := range eigen.Values(nil) {
		if x > 1e-12 { // the others are zeros, but for rounding
			sum -= x * math.Log(x)
		}
	}
	return math.Exp(sum)
}

var errNotFinite = errors.New("the encoder gives a vector that is not of length 1")

// diversity embeds the windows of a track.
func (t *Track) diversity(e Encoder) (*Diversity, error) {
	tokens, d := t.tokens(e.Vocabulary()), &Diversity{}
	for begin := range t.windows(e.Window()) {
		window := tokens[begin : begin+e.Window()]
		if i, ok := e.Vocabulary().Index(window[0]); ok { // what is held at the first frame begins there
			window[0] = e.Vocabulary().Begin(i)
		}
		v, err := e.Embed(window)
		if err != nil {
			return nil, fmt.Errorf("chords from frame %d on: %w", t.Frames[begin], err)
		}
		length := 0.0
		for _, x := range v {
			length += x * x
		}
		if !(math.Abs(length-1) < 1e-3) {
			return nil, fmt.Errorf("chords from frame %d on: %w", t.Frames[begin], errNotFinite)
		}
		d.add(v)
	}
	return d, nil
}

// tokens are the chords in a vocabulary's terms; those that it does not have are its nearest.
func (t *Track) tokens(v *jam.Vocabulary) []jam.ChordToken {
	begin, hold := make([]jam.ChordToken, len(t.Symbols)), make([]jam.ChordToken, len(t.Symbols))
	for i, symbol := range t.Symbols {
		chord, err := jam.ParseChord(symbol)
		if nearest, ok := v.Nearest(chord); err == nil && ok {
			begin[i], hold[i] = v.Begin(nearest), v.Hold(nearest)
		}
	}
	tokens := make([]jam.ChordToken, len(t.Chords))
	for i, chord := range t.Chords {
		switch {
		case chord == noChord:
		case t.Began[i] || i == 0 || t.Chords[i-1] != chord:
			tokens[i] = begin[chord]
		default:
			tokens[i] = hold[chord]
		}
	}
	return tokens
}

// jackknifeParts is how many parts of the jams are left out in turn, at most.
const jackknifeParts = 100

// jackknife is the score of all windows and its jackknife standard error over the jams that they are of (Efron and Stein 1981),
// each left out in turn; many jams are left out by parts. The error is NaN where there is one jam only.
func jackknife(all *Diversity, jams []*Diversity) (score, deviation float64) {
	n := min(len(jams), jackknifeParts)
	if n < 2 {
		return all.Vendi(), math.NaN()
	}
	without := make([]float64, n)
	mean := 0.0
	for part := range without {
		left := all
		for i := part; i < len(jams); i += n {
			left = left.less(jams[i])
		}
		without[part] = left.Vendi()
		mean += without[part] / float64(n)
	}
	sum := 0.0
	for _, x := range without {
		sum += (x - mean) * (x - mean)
	}
	return all.Vendi(), math.Sqrt(float64(n-1) / float64(n) * sum)
}
