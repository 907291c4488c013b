package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"jamd/config"
	"jamd/jam"
	"jamd/model"
)

const defaultPolicy = "jamd"

// musicFlags say how jamd plays; play, jam and accompany share them and their defaults.
type musicFlags struct {
	Policy      string           `default:"${policy}" placeholder:"NAME|FILE" help:"Policy: a name from 'jamd policies' or an .onnx file (${default})."`
	Listen      int              `default:"8" placeholder:"BEATS" help:"Listen this long before playing (${default})."`
	ChordGrid   jam.ChordGrid    `default:"beat" placeholder:"frame|beat|half|bar" help:"Where chords may change (${default}); a frame is a sixteenth note."`
	Style       jam.Style        `default:"pad" placeholder:"pad|block|pulse|arpeggio|ripple" help:"How chords are played while they last (${default})."`
	Complexity  jam.Complexity   `default:"all" placeholder:"triads|sevenths|all" help:"Which chords may begin (${default})."`
	Key         jam.ChordKey     `default:"any" placeholder:"KEY" help:"Keep the chords to a key, such as G, Ebm or 'A minor' (${default})."`
	Temperature float64          `default:"0.99" help:"How adventurous: 0 plays the likeliest chord, 1 as the policy learned (${default})."`
	TopP        float64          `default:"1" placeholder:"P" help:"Choose among the likeliest chords that make up this share (${default})."`
	Seed        uint64           `default:"1" help:"The same seed and melody give the same chords (${default})."`
	Register    pitchRange       `default:"48-72" placeholder:"LOW-HIGH" help:"MIDI pitches of the chords (${default})."`
	Bass        bool             `help:"Also play a bass line, on a channel of its own."`
	Set         []config.Setting `placeholder:"NAME=VALUE" help:"Set anything that can be set in a jam, such as transpose=-2; can be given several times."`

	Provider model.Provider `default:"auto" placeholder:"auto|cpu|cuda|cuda!" help:"Where the policy runs; cuda! fails where CUDA cannot be had (${default})."`
	OrtLib   string         `placeholder:"FILE" help:"ONNX Runtime's shared library; else ${ort_env}, beside jamd, the system's."`
}

// settings are the given settings as the flags have them; a value out of its range is the user's error.
func (f *musicFlags) settings(s jam.Settings) (jam.Settings, error) {
	s.Listen, s.ChordGrid, s.Style, s.Complexity, s.Key = f.Listen, f.ChordGrid, f.Style, f.Complexity, f.Key
	s.Temperature, s.TopP, s.Seed = f.Temperature, f.TopP, f.Seed
	s.Low, s.High, s.Bass = f.Register.low, f.Register.high, f.Bass
	controls := make([]jam.Control, len(f.Set))
	for i, set := range f.Set {
		controls[i] = set.Control
	}
	return s, asInput(s.Set(controls...))
}

// load opens the policy and tells what the user should know of it.
func (f *musicFlags) load(to console) (*model.Policy, error) {
	return f.loadPlayer(to, f.Policy, model.Chords)
}

// loadPlayer opens a policy of either part.
func (f *musicFlags) loadPlayer(to console, spec string, plays model.Part) (*model.Policy, error) {
	p, err := model.Load(spec, model.Options{Plays: plays, Library: f.OrtLib, Provider: f.Provider})
	if err != nil {
		return nil, asInput(err)
	}
	if note := p.ProviderNote(); note != "" {
		to.Log.Info().Msg(note)
	}
	return p, nil
}

// warmPlayer opens a policy of either part and steps it for a while, for its first steps are slow; how long each took is told.
func (f *musicFlags) warmPlayer(to console, spec string, plays model.Part) (*model.Policy, []time.Duration, error) {
	p, err := f.loadPlayer(to, spec, plays)
	if err != nil {
		return nil, nil, err
	}
	steps, err := p.Warm(warmSteps)
	if err != nil {
		_ = p.Close()
		return nil, nil, fmt.Errorf("policy %s: %w", spec, err)
	}
	return p, steps, nil
}

// A pitchRange reads as LOW-HIGH, two MIDI pitches.
type pitchRange struct{ low, high uint8 }

func (r pitchRange) String() string { return fmt.Sprintf("%d-%d", r.low, r.high) }

func (r *pitchRange) UnmarshalText(text []byte) error {
	low, high, found := strings.Cut(string(text), "-")
	l, err := strconv.ParseUint(low, 10, 7)
	h, err2 := strconv.ParseUint(high, 10, 7)
	if !found || err != nil || err2 != nil {
		return fmt.Errorf("%q is no range of MIDI pitches such as 48-72", text)
	}
	r.low, r.high = uint8(l), uint8(h)
	return nil
}

// pitchName writes a MIDI pitch with its octave, middle C as C4.
func pitchName(pitch uint8) string {
	names := [12]string{"C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"}
	return names[pitch%12] + strconv.Itoa(int(pitch)/12-1)
}
