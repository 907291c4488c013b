package model

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"jamd/jam"
)

// Format is the contract that a policy file must meet.
const Format = "jamd.policy/1"

// Metadata is what a policy file says about itself, with the file's size and hash.
type Metadata struct {
	Name       string         `json:"name"`
	Plays      Part           `json:"plays"`
	Method     string         `json:"method"`     // how it was trained
	Vocabulary []string       `json:"vocabulary"` // chord symbols in token order
	Window     int            `json:"window"`     // earlier frames that it can see
	Layers     int            `json:"layers"`
	Heads      int            `json:"heads"`
	HeadSize   int            `json:"head_size"`
	RotaryBase float64        `json:"rotary_base"`
	HearsBar   bool           `json:"hears_bar"`  // it has an input for the place of a frame in the bar
	HearsBusy  bool           `json:"hears_busy"` // it has an input for how often chords should change
	Parameters int64          `json:"parameters"`
	Corpora    []string       `json:"corpora"`
	Licence    string         `json:"licence"`
	Figures    map[string]any `json:"figures"` // results of its evaluation: numbers or lists of numbers
	Card       string         `json:"card,omitempty"`
	Bytes      int64          `json:"bytes"`
	SHA256     string         `json:"sha256"`         // of the file, in hex
	Path       string         `json:"path,omitempty"` // of the file; "" for a policy that comes with jamd
}

// Bounds on the memory of a policy, far above any policy that could step within a frame.
const (
	maxDimension  = 1 << 16
	maxRingFloats = 1 << 27 // keys; there are as many values
)

// parse reads and checks everything that a policy file declares. What it accepts, newTensors can allocate.
func parse(data []byte) (Metadata, *jam.Vocabulary, error) {
	file, err := readONNX(data)
	if err != nil {
		return Metadata{}, nil, err
	}
	switch format, ok := file.metadata["format"]; {
	case !ok:
		return Metadata{}, nil, fmt.Errorf("not a jamd policy, though an ONNX file: metadata format: found none, expected %s",
			Format)
	case format != Format:
		return Metadata{}, nil, fmt.Errorf("metadata format: found %q, expected %q", format, Format)
	}
	sum := sha256.Sum256(data)
	m := Metadata{Bytes: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
	p := properties{values: file.metadata}
	m.Name = p.text("name")
	m.Method = p.text("method")
	m.Licence = p.text("licence")
	m.Card = file.metadata["card"]
	if plays, ok := file.metadata["plays"]; ok {
		if err := m.Plays.UnmarshalText([]byte(plays)); err != nil {
			p.fail("plays", strconv.Quote(plays), "chords or melody")
		}
	}
	if n := p.integer("frames_per_beat", maxDimension); n != jam.FramesPerBeat {
		p.fail("frames_per_beat", fmt.Sprint(n), fmt.Sprint(jam.FramesPerBeat))
	}
	m.Window = int(p.integer("window", maxDimension))
	m.Layers = int(p.integer("layers", maxDimension))
	m.Heads = int(p.integer("heads", maxDimension))
	m.HeadSize = int(p.integer("head_size", maxDimension))
	m.Parameters = p.integer("parameters", math.MaxInt64)
	m.RotaryBase = p.number("rotary_base")
	var places string
	if places, m.HearsBar = file.metadata["bar_places"]; m.HearsBar && places != strconv.Itoa(jam.BarPlaces) {
		p.fail("bar_places", strconv.Quote(places), strconv.Itoa(jam.BarPlaces))
	}
	var levels string
	if levels, m.HearsBusy = file.metadata["busy_levels"]; m.HearsBusy && levels != strconv.Itoa(jam.BusyLevels) {
		p.fail("busy_levels", strconv.Quote(levels), strconv.Itoa(jam.BusyLevels))
	}
	p.json("vocabulary", &m.Vocabulary, "a JSON list of chord symbols")
	p.json("corpora", &m.Corpora, "a JSON list of names")
	p.json("figures", &m.Figures, "a JSON object")
	if err := cmp.Or(p.err, m.checkSizes()); err != nil {
		return Metadata{}, nil, err
	}
	vocabulary, err := jam.NewVocabulary(m.Vocabulary)
	if err != nil {
		return Metadata{}, nil, fmt.Errorf("vocabulary: %w", err)
	}
	if err := compare("input", file.inputs, m.inputs()); err != nil {
		return Metadata{}, nil, err
	}
	return m, vocabulary, compare("output", file.outputs, m.outputs(vocabulary))
}

// checkSizes returns an error for sizes that are each possible, but not together.
func (m *Metadata) checkSizes() error {
	if m.HeadSize%2 != 0 {
		return fmt.Errorf("head_size: found %d, expected an even number", m.HeadSize)
	}
	// Each factor is at most 2^16, so the product of four fits into a float64.
	if float64(m.Layers)*float64(m.Heads)*float64(m.Window)*float64(m.HeadSize) > maxRingFloats {
		return fmt.Errorf("layers %d, heads %d, window %d, head_size %d: together more memory than any policy needs",
			m.Layers, m.Heads, m.Window, m.HeadSize)
	}
	return nil
}

const (
	elementFloat32 = 1
	elementInt64   = 7
)

func declare(name string, element uint64, dims ...int) tensorInfo {
	t := tensorInfo{name: name, element: element}
	for _, d := range dims {
		t.dims = append(t.dims, strconv.Itoa(d))
	}
	return t
}

// inputs and outputs return the tensors that the contract requires for the policy's sizes.
func (m *Metadata) inputs() []tensorInfo {
	inputs := []tensorInfo{
		declare("chord", elementInt64, 1),
		declare("melody", elementInt64, 1),
		declare("cos", elementFloat32, m.HeadSize/2),
		declare("sin", elementFloat32, m.HeadSize/2),
		declare("mask", elementFloat32, m.Window),
	}
	for _, ring := range []string{"keys", "values"} {
		for i := range m.Layers {
			inputs = append(inputs, declare(layerOf(ring, i), elementFloat32, m.Heads, m.Window, m.HeadSize))
		}
	}
	if m.HearsBar {
		inputs = append(inputs, declare("bar", elementInt64, 1))
	}
	if m.HearsBusy {
		inputs = append(inputs, declare("busy", elementInt64, 1))
	}
	return inputs
}

// layerOf returns the name of the input that holds a layer's keys or values.
func layerOf(ring string, layer int) string { return ring + "." + strconv.Itoa(layer) }

func (m *Metadata) outputs(v *jam.Vocabulary) []tensorInfo {
	return []tensorInfo{
		declare("logits", elementFloat32, m.Plays.logits(v)),
		declare("new_key", elementFloat32, m.Layers, m.Heads, m.HeadSize),
		declare("new_value", elementFloat32, m.Layers, m.Heads, m.HeadSize),
	}
}

// compare returns an error for the first tensor that differs from the contract and the file's own metadata.
func compare(role string, found, expected []tensorInfo) error {
	for _, e := range expected {
		i := indexOf(found, e.name)
		if i < 0 {
			return fmt.Errorf("%s %q: found none, expected %v", role, e.name, e)
		}
		if f := found[i].String(); f != e.String() {
			return fmt.Errorf("%s %q: found %s, expected %v by the file's own metadata", role, e.name, f, e)
		}
	}
	for i, f := range found {
		if indexOf(expected, f.name) < 0 || indexOf(found, f.name) != i {
			return fmt.Errorf("%s %q: the contract %s has no such, or only one", role, f.name, Format)
		}
	}
	return nil
}

func indexOf(tensors []tensorInfo, name string) int {
	for i, t := range tensors {
		if t.name == name {
			return i
		}
	}
	return -1
}

// properties read a file's metadata and keep the first error.
type properties struct {
	values map[string]string
	err    error
}

func (p *properties) fail(key, found, expected string) {
	if p.err == nil {
		p.err = fmt.Errorf("metadata %s: found %s, expected %s", key, found, expected)
	}
}

func (p *properties) text(key string) string {
	s := p.values[key]
	if strings.TrimSpace(s) == "" {
		p.fail(key, "none", "a text")
	}
	return s
}

// integer reads a number from 1 to most.
func (p *properties) integer(key string, most int64) int64 {
	s, ok := p.values[key]
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case !ok:
		p.fail(key, "none", "a whole number")
	case err != nil || n < 1 || n > most:
		p.fail(key, strconv.Quote(s), fmt.Sprintf("a whole number from 1 to %d", most))
	}
	return n
}

func (p *properties) number(key string) float64 {
	s, ok := p.values[key]
	x, err := strconv.ParseFloat(s, 64)
	switch {
	case !ok:
		p.fail(key, "none", "a number")
	case err != nil || !(x > 0) || math.IsInf(x, 0):
		p.fail(key, strconv.Quote(s), "a number above 0")
	}
	return x
}

func (p *properties) json(key string, into any, expected string) {
	s, ok := p.values[key]
	if !ok {
		p.fail(key, "none", expected)
	} else if err := json.Unmarshal([]byte(s), into); err != nil {
		p.fail(key, fmt.Sprintf("%.40q", s), expected)
	}
}
