//go:build cgo

package model

import (
	"errors"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

	"jamd/assets"
	"jamd/jam"
)

// EncoderFormat is the contract that an encoder file must meet: see assets/encoders/README.md.
const EncoderFormat = "jamd.encoder/1"

// encoderFile is the encoder that comes with jamd.
const encoderFile = "encoders/chords.onnx"

// An Encoder maps windows of chords to vectors, so that similar windows are close together. Only one goroutine at a time may
// use it.
type Encoder struct {
	window     int
	vocabulary *jam.Vocabulary
	session    *ort.AdvancedSession
	tensors    tensors
	chords     []int64
	vector     []float32
}

// LoadEncoder opens the encoder that comes with jamd, on the CPU. library is the path of ONNX Runtime's library, see
// OpenLibrary. The caller closes the encoder.
func LoadEncoder(library string) (*Encoder, error) {
	data, err := assets.Files.ReadFile(encoderFile)
	if err != nil {
		return nil, err
	}
	opened, err := OpenLibrary(library)
	if err != nil {
		return nil, err
	}
	e := &Encoder{}
	if err := e.open(data, opened); err != nil {
		_ = e.Close()
		return nil, fmt.Errorf("%s: %s", encoderFile, oneLine(err.Error()))
	}
	return e, nil
}

// open checks the file against the contract and makes its session.
func (e *Encoder) open(data []byte, library Library) error {
	file, err := readONNX(data)
	if err != nil {
		return err
	}
	if format := file.metadata["format"]; format != EncoderFormat {
		return fmt.Errorf("metadata format: found %q, expected %q", format, EncoderFormat)
	}
	p, symbols := properties{values: file.metadata}, []string{}
	e.window = int(p.integer("window", maxDimension))
	dim := int(p.integer("dim", maxDimension))
	p.json("vocabulary", &symbols, "a JSON list of chord symbols")
	if p.err != nil {
		return p.err
	}
	if e.vocabulary, err = jam.NewVocabulary(symbols); err != nil {
		return err
	}
	chords, vector := declare("chords", elementInt64, e.window), declare("vector", elementFloat32, dim)
	for role, both := range map[string][2][]tensorInfo{"input": {file.inputs, {chords}}, "output": {file.outputs, {vector}}} {
		if err := compare(role, both[0], both[1]); err != nil {
			return err
		}
	}
	if err := e.tensors.allocate([]tensorInfo{chords, vector}); err != nil {
		return err
	}
	in, err := carve(&e.tensors, chords, &e.chords)
	if err != nil {
		return err
	}
	out, err := carve(&e.tensors, vector, &e.vector)
	if err != nil {
		return err
	}
	e.tensors.inputs, e.tensors.outputs = []ort.Value{in}, []ort.Value{out}
	options, err := sessionOptions(CPU, library.Path)
	if err != nil {
		return err
	}
	defer options.Destroy()
	e.session, err = ort.NewAdvancedSessionWithONNXData(data, []string{"chords"}, []string{"vector"}, e.tensors.inputs, e.tensors.outputs, options)
	return err
}

// Window returns how many frames are embedded at once.
func (e *Encoder) Window() int { return e.window }

// Vocabulary returns the chords that the tokens stand for.
func (e *Encoder) Vocabulary() *jam.Vocabulary { return e.vocabulary }

// Embed returns the vector of a window of chords, of length 1.
func (e *Encoder) Embed(window []jam.ChordToken) ([]float64, error) {
	if e.session == nil {
		return nil, errors.New("the encoder is closed")
	}
	if len(window) != e.window {
		return nil, fmt.Errorf("%d frames: a window has %d", len(window), e.window)
	}
	for i, token := range window {
		if token < 0 || token > e.vocabulary.Start() {
			return nil, fmt.Errorf("chord token %d is not one of 0 to %d", token, e.vocabulary.Start())
		}
		e.chords[i] = int64(token)
	}
	if err := e.session.Run(); err != nil {
		return nil, errors.New(oneLine(err.Error()))
	}
	vector := make([]float64, len(e.vector))
	for i, x := range e.vector {
		vector[i] = float64(x)
	}
	return vector, nil
}

// Close frees the encoder's memory. It can be called again.
func (e *Encoder) Close() error {
	var err error
	if e.session != nil {
		err = e.session.Destroy()
		e.session = nil
	}
	e.tensors.destroy()
	return err
}
