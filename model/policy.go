//go:build cgo

// Package model runs learned policies with ONNX Runtime: it finds the library, checks a policy file against the
// contract jamd.policy/1, and steps it frame by frame with the keys and values of the last frames in a ring.
package model

import (
	"errors"
	"fmt"
	"math"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"jamd/jam"
)

// Options are the options of [Load]. The zero value loads a policy of chords with the default provider.
type Options struct {
	Plays    Part   // what the policy must play
	Library  string // path of ONNX Runtime's library, see OpenLibrary
	Provider Provider
}

// A Policy is a loaded policy file, with its memory of one jam. It implements [jam.Policy]. Only one goroutine at a time may
// use it.
type Policy struct {
	metadata   Metadata
	vocabulary *jam.Vocabulary
	library    Library
	provider   Provider
	note       string

	session     *ort.AdvancedSession
	tensors     *tensors
	frequencies []float64 // of the rotary angles, in radians per frame
	frame       int64     // of the next step
}

var _ jam.Policy = (*Policy)(nil)

// Load reads a policy (a name that comes with jamd, or the path of an .onnx file), checks it against the contract, and checks
// that it plays the part asked for. It opens ONNX Runtime and steps the policy once, so that a policy that loads also runs.
// ProviderNote says why it runs where it does. Errors are of type *PolicyError or *LibraryError. The caller closes the policy.
func Load(spec string, o Options) (*Policy, error) {
	metadata, vocabulary, data, err := read(spec, o.Plays)
	if err != nil {
		return nil, err
	}
	library, err := OpenLibrary(o.Library)
	if err != nil {
		return nil, err
	}
	p := &Policy{metadata: metadata, vocabulary: vocabulary, library: library}
	for i := range metadata.HeadSize / 2 {
		exponent := -2 * float64(i) / float64(metadata.HeadSize)
		p.frequencies = append(p.frequencies, math.Pow(metadata.RotaryBase, exponent))
	}
	if err := p.choose(data, o.Provider); err != nil {
		return nil, because(o.Plays, spec, err)
	}
	return p, nil
}

// open makes the session on a provider and tries it. If it returns an error, it has freed everything.
func (p *Policy) open(data []byte, provider Provider) (err error) {
	options, err := sessionOptions(provider, p.library.Path)
	if err != nil {
		return err
	}
	defer options.Destroy()
	if p.tensors, err = newTensors(&p.metadata, p.vocabulary); err != nil {
		return err
	}
	t := p.tensors
	p.session, err = ort.NewAdvancedSessionWithONNXData(data, t.inputNames, t.outputNames, t.inputs, t.outputs, options)
	if err == nil {
		p.provider = provider
		p.Reset()
		_, err = p.Step(p.vocabulary.Start(), jam.MelodyStart, jam.UnknownPlace)
	}
	if err != nil {
		p.Close()
		return err
	}
	p.Reset()
	return nil
}

// Metadata returns what the policy's file says about itself.
func (p *Policy) Metadata() Metadata { return p.metadata }

// Vocabulary returns the chords that the chord tokens stand for.
func (p *Policy) Vocabulary() *jam.Vocabulary { return p.vocabulary }

// Library returns the ONNX Runtime that runs the policy.
func (p *Policy) Library() Library { return p.library }

// Provider returns what the policy runs on: CPU or CUDA.
func (p *Policy) Provider() Provider { return p.provider }

// ProviderNote says why CUDA is not in use although it was asked for, or what Auto measured; empty if there was no choice.
func (p *Policy) ProviderNote() string { return p.note }

// SetBusy sets how often chords should change, from the next Step on. AnyBusy leaves that to the policy. SetBusy does nothing for
// other values, or if the policy does not have this input.
func (p *Policy) SetBusy(b jam.Busy) {
	if p.session != nil && p.tensors.busy != nil && b < jam.BusyLevels {
		p.tensors.busy[0] = int64(b)
	}
}

var errClosed = errors.New("the policy is closed")

// Step takes the tokens of frame t-1 (the start tokens for t = 0) and the place of frame t, which a policy that does not hear
// the bar ignores. It returns the logits of frame t, valid until the next call. If it returns an error, the memory is as before
// the call.
func (p *Policy) Step(chord jam.ChordToken, melody jam.MelodyToken, place jam.BarPlace) ([]float32, error) {
	if p.session == nil {
		return nil, errClosed
	}
	if chord < 0 || chord > p.vocabulary.Start() {
		return nil, fmt.Errorf("chord token %d is not one of 0 to %d", chord, p.vocabulary.Start())
	}
	if melody < 0 || melody > jam.MelodyStart {
		return nil, fmt.Errorf("melody token %d is not one of 0 to %d", melody, jam.MelodyStart)
	}
	if place < 0 || place >= jam.BarPlaces {
		return nil, fmt.Errorf("place %d in the bar is not one of 0 to %d", place, jam.BarPlaces-1)
	}
	t := p.tensors
	t.chord[0], t.melody[0] = int64(chord), int64(melody)
	if t.bar != nil {
		t.bar[0] = int64(place)
	}
	for i, frequency := range p.frequencies {
		// Sincos reduces the angle in float64: exact to about 1e-9 even after a week of frames.
		sin, cos := math.Sincos(float64(p.frame) * frequency)
		t.cos[i], t.sin[i] = float32(cos), float32(sin)
	}
	if err := p.session.Run(); err != nil {
		return nil, fmt.Errorf("frame %d: %s", p.frame, oneLine(err.Error()))
	}
	for i, logit := range t.logits {
		if logit-logit != 0 {
			return nil, fmt.Errorf("frame %d: logit %d is %v", p.frame, i, logit)
		}
	}
	// Frame t replaces frame t-window, which frame t+1 cannot see.
	slot, window, head := int(p.frame%int64(p.metadata.Window)), p.metadata.Window, p.metadata.HeadSize
	for layer, keys := range t.keys {
		for h := range p.metadata.Heads {
			to, from := (h*window+slot)*head, (layer*p.metadata.Heads+h)*head
			copy(keys[to:to+head], t.newKey[from:])
			copy(t.values[layer][to:to+head], t.newValue[from:])
		}
	}
	t.mask[slot] = 0
	p.frame++
	return t.logits, nil
}

// Reset makes the policy forget the jam. The next Step is that of frame 0.
func (p *Policy) Reset() {
	if p.session == nil {
		return
	}
	for i, keys := range p.tensors.keys {
		clear(keys)
		clear(p.tensors.values[i])
	}
	for i := range p.tensors.mask {
		p.tensors.mask[i] = float32(math.Inf(-1))
	}
	p.frame = 0
}

// Warm steps n times, forgets the steps, and returns how long each took. The first ones are slow; the later ones tell how early
// a step must start to be in time.
func (p *Policy) Warm(n int) ([]time.Duration, error) {
	times := make([]time.Duration, n)
	defer p.Reset()
	clock := jam.NewLiveClock() // Go's own moves in steps of up to 15.6 ms on Windows
	for i := range times {
		start := clock.Now()
		if _, err := p.Step(p.vocabulary.Start(), jam.MelodyStart, jam.UnknownPlace); err != nil {
			return nil, err
		}
		times[i] = clock.Now() - start
	}
	return times, nil
}

// Close frees the policy's memory. It can be called again. A Step after it returns an error.
func (p *Policy) Close() error {
	var err error
	if p.session != nil {
		err = p.session.Destroy()
		p.session = nil
	}
	if p.tensors != nil {
		p.tensors.destroy()
		p.tensors = nil
	}
	return err
}
