package main

import (
	"fmt"
	"strconv"
	"strings"

	"jamd/config"
	"jamd/jam"
	"jamd/live"
	"jamd/model"
	"jamd/usage"
)

const defaultPolicy = "jamd"

// musicFlags are the flags of the music. The commands play, jam and accompany share them.
type musicFlags struct {
	Policy      string           `default:"${policy}" placeholder:"NAME|FILE" predictor:"policy" help:"Policy: a name from 'jamd policies' or an .onnx file (${default})."`
	Listen      int              `default:"8" placeholder:"BEATS" help:"Listen this long before joining in (${default})."`
	ChordGrid   jam.ChordGrid    `default:"beat" placeholder:"frame|beat|half|bar" predictor:"chord-grid" help:"Where chords may change (${default}); a frame is a sixteenth note."`
	Swing       jam.Swing        `default:"off" placeholder:"off|eighths|sixteenths" predictor:"swing" help:"Which notes swing (${default}); --set swing-percent=60 says how much."`
	Style       jam.Style        `default:"pad" placeholder:"pad|block|pulse|arpeggio|ripple" predictor:"style" help:"How chords are played while they last (${default})."`
	Complexity  jam.Complexity   `default:"all" placeholder:"triads|sevenths|all" predictor:"complexity" help:"Which chords may begin (${default})."`
	Colour      jam.Colour       `default:"plain" placeholder:"plain|sevenths|ninths" predictor:"colour" help:"Add the sevenths of the key, or its ninths too, to triads (${default})."`
	Key         jam.ChordKey     `default:"any" placeholder:"KEY" predictor:"key" help:"Keep the chords to a key, such as G, Ebm or 'A minor' (${default})."`
	Temperature float64          `default:"0.99" help:"How adventurous: 0 plays the likeliest chord, 1 as the policy learned (${default})."`
	TopP        float64          `default:"1" placeholder:"P" help:"Choose among the likeliest chords that make up this share (${default})."`
	Seed        uint64           `default:"1" help:"The same seed and melody give the same chords (${default})."`
	Register    pitchRange       `default:"48-72" placeholder:"LOW-HIGH" help:"MIDI pitches of the chords (${default})."`
	Bass        bool             `help:"Also play a bass line, on a channel of its own."`
	Set         []config.Setting `placeholder:"NAME=VALUE" help:"Set any setting of a jam, such as transpose=-2; can be given several times."`

	Provider model.Provider `default:"auto" placeholder:"auto|cpu|cuda|cuda!" predictor:"provider" help:"Where the policy runs; cuda! fails without CUDA (${default})."`
	OrtLib   string         `placeholder:"FILE" help:"ONNX Runtime's shared library; else ${ort_env}, beside jamd, the system's."`
}

// settings returns s with the values of the flags.
func (f *musicFlags) settings(s jam.Settings) (jam.Settings, error) {
	s.Listen, s.ChordGrid, s.Style, s.Complexity, s.Colour, s.Key = f.Listen, f.ChordGrid, f.Style, f.Complexity, f.Colour, f.Key
	s.Swing = f.Swing
	s.Temperature, s.TopP, s.Seed = f.Temperature, f.TopP, f.Seed
	s.Low, s.High, s.Bass = f.Register.low, f.Register.high, f.Bass
	controls := make([]jam.Control, len(f.Set))
	for i, set := range f.Set {
		controls[i] = set.Control
	}
	return s, usage.Error(s.Set(controls...))
}

// policies returns what opens policies as the flags say.
func (f *musicFlags) policies(to console) live.Policies {
	return live.Policies{Library: f.OrtLib, Provider: f.Provider, Log: to.Log}
}

// A pitchRange is a range of MIDI pitches, written LOW-HIGH.
type pitchRange struct{ low, high uint8 }

func (r pitchRange) String() string { return fmt.Sprintf("%d-%d", r.low, r.high) }

func (r *pitchRange) UnmarshalText(text []byte) error {
	low, high, found := strings.Cut(string(text), "-")
	l, err := strconv.ParseUint(low, 10, 7)
	h, err2 := strconv.ParseUint(high, 10, 7)
	if !found || err != nil || err2 != nil {
		return fmt.Errorf("%q is not a range of MIDI pitches such as 48-72", text)
	}
	r.low, r.high = uint8(l), uint8(h)
	return nil
}
