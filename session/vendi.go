package session

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"jamd/jam"
)

// An Encoder maps windows of chords to vectors, so that similar windows have similar vectors. Diversity is measured on them.
type Encoder interface {
	Window() int                 // frames
	Vocabulary() *jam.Vocabulary // of the tokens
	Embed(window []jam.ChordToken) ([]float64, error)
}

// A Diversity sums up the vectors of some windows. The windows of several jams can be joined.
type Diversity struct {
	Windows int
	product *mat.SymDense // sum of v·vᵀ over the unit vectors v of the windows
}

// add adds the unit vector of a window.
func (d *Diversity) add(v []float64) {
	if d.product == nil {
		d.product = mat.NewSymDense(len(v), nil)
	}
	d.product.SymRankOne(d.product, 1, mat.NewVecDense(len(v), v))
	d.Windows++
}

// join adds the windows of another jam, from the same encoder.
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

// less returns d without the windows of a jam that was joined to it.
func (d *Diversity) less(o *Diversity) *Diversity {
	if o == nil || o.Windows == 0 {
		return d
	}
	var negative, left mat.SymDense
	negative.ScaleSym(-1, o.product)
	left.AddSym(d.product, &negative)
	return &Diversity{d.Windows - o.Windows, &left}
}

// Vendi returns the effective number of different windows (Friedman and Dieng 2023): exp of the Shannon entropy of the eigenvalues
// of K/n, where K holds the cosines between the n windows. The sum of products has the same eigenvalues apart from zeros,
// and no more than the length of a vector. Vendi is 0 without windows.
func (d *Diversity) Vendi() float64 {
	if d == nil || d.Windows == 0 {
		return 0
	}
	var scaled mat.SymDense
	scaled.ScaleSym(1/float64(d.Windows), d.product)
	var eigen mat.EigenSym
	if !eigen.Factorize(&scaled, false) {
		return 0 // a matrix that is not finite has no eigenvalues
	}
	sum := 0.0
	for _, x := range eigen.Values(nil) {
		if x > 1e-12 { // the others are zeros up to rounding
			sum -= x * math.Log(x)
		}
	}
	return math.Exp(sum)
}

var errNotFinite = errors.New("the encoder gives a vector that is not of length 1")

// diversity encodes the windows of a track.
func (t *Track) diversity(e Encoder) (*Diversity, error) {
	tokens, d := t.tokens(e.Vocabulary()), &Diversity{}
	for begin := range t.windows(e.Window()) {
		window := tokens[begin : begin+e.Window()]
		if i, ok := e.Vocabulary().Index(window[0]); ok { // a chord that is held at the first frame begins there
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

// tokens returns the chords as tokens of a vocabulary; a chord that it does not have becomes its nearest.
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

// jackknifeParts is the largest number of parts that the jackknife leaves out in turn.
const jackknifeParts = 100

// jackknife returns the score of all windows and its jackknife standard error over the jams (Efron and Stein 1981), each of
// which is left out in turn; many jams are left out in groups. The error is NaN for a single jam.
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
