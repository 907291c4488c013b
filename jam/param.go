package jam

import (
	"fmt"
	"math"
	"strconv"
)

// A Kind is the kind of value that a param has.
type Kind uint8

// The kinds of param.
const (
	Number Kind = iota
	Whole       // a whole number
	Switch      // on or off
	List        // one of several words
	Text
	Action // has no value: it is done at once
)

var kinds = words{"number", "whole", "switch", "list", "text", "action"}

// String returns the kind's name in lower case.
func (k Kind) String() string { return kinds.word(int(k)) }

// MarshalText returns String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// A ParamInfo describes a param. Flags, the configuration file, MIDI learn, the page and the session's log all use it.
type ParamInfo struct {
	Param Param      `json:"-"`
	Name  string     `json:"name"` // as users write it
	Kind  Kind       `json:"kind"`
	Unit  string     `json:"unit,omitempty"`
	Help  string     `json:"help"` // one line
	Min   float64    `json:"min"`  // of a number
	Max   float64    `json:"max"`
	Step  float64    `json:"step,omitempty"`  // of a number: the step of a slider; values in between are allowed
	Knob  [2]float64 `json:"knob"`            // of a number: the values for a controller's 0 and 127
	Words []string   `json:"words,omitempty"` // of a list: the names of 0, 1, ...

	find func(setting, name string) (int, error) // of a list: returns the number of a name
	get  func(Settings) float64                  // nil if Settings do not hold the param
	set  func(*Settings, float64)
}

// The params, in the order of the table below.
const (
	ParamTempo Param = iota
	ParamTemperature
	ParamTopP
	ParamChordGrid
	ParamComplexity
	ParamColour
	ParamKey
	ParamBusy
	ParamStyle
	ParamLow
	ParamHigh
	ParamBass
	ParamBassLow
	ParamBassHigh
	ParamVelocity
	ParamFollowVelocity
	ParamMute
	ParamHold
	ParamSplit
	ParamTranspose
	ParamMetronome
	ParamClickVolume
	ParamOffset
	ParamHoldTempo
	ParamSwing
	ParamSwingPercent
	ParamPolicy
	ParamTap
	ParamOne
	ParamPanic
)

var params = [...]ParamInfo{
	number(ParamTempo, "tempo", "BPM", "Quarter notes a minute, from the next beat on.", MinTempo, MaxTempo, 1,
		func(s Settings) float64 { return s.Tempo }, func(s *Settings, v float64) { s.Tempo = v }).knob(60, 187),
	number(ParamTemperature, "temperature", "", "How adventurous: 0 plays the likeliest chord, 1 as the policy learned.", 0, 10, 0.01,
		func(s Settings) float64 { return s.Temperature }, func(s *Settings, v float64) { s.Temperature = v }).knob(0, 2),
	number(ParamTopP, "top-p", "", "Choose among the likeliest chords that make up this share; 1 is all.", 0.01, 1, 0.01,
		func(s Settings) float64 { return s.TopP }, func(s *Settings, v float64) { s.TopP = v }),
	list(ParamChordGrid, "chord-grid", "Where chords may change; a frame is a sixteenth note.", chordGrids,
		func(s Settings) float64 { return float64(s.ChordGrid) }, func(s *Settings, v float64) { s.ChordGrid = ChordGrid(v) }),
	list(ParamComplexity, "complexity", "Which chords may begin.", complexities,
		func(s Settings) float64 { return float64(s.Complexity) }, func(s *Settings, v float64) { s.Complexity = Complexity(v) }),
	list(ParamColour, "colour", "What is added to the policy's triads: nothing, the key's sevenths, or its ninths too.", colours,
		func(s Settings) float64 { return float64(s.Colour) }, func(s *Settings, v float64) { s.Colour = Colour(v) }),
	list(ParamKey, "key", "Only chords of this key begin; any allows all.", chordKeys,
		func(s Settings) float64 { return float64(s.Key) }, func(s *Settings, v float64) { s.Key = ChordKey(v) }).reads(findChordKey),
	list(ParamBusy, "busy", "How often chords change, if the policy has this input; any draws a level for each jam.", busyWords,
		func(s Settings) float64 { return float64(s.Busy) }, func(s *Settings, v float64) { s.Busy = Busy(v) }),
	list(ParamStyle, "style", "How chords are played while they last.", styles,
		func(s Settings) float64 { return float64(s.Style) }, func(s *Settings, v float64) { s.Style = Style(v) }),
	whole(ParamLow, "low", "MIDI pitch", "Lowest note of the chords, from the next one on.", 0, 116,
		func(s Settings) float64 { return float64(s.Low) }, func(s *Settings, v float64) { s.Low = uint8(v) }),
	whole(ParamHigh, "high", "MIDI pitch", "Highest note of the chords, from the next one on.", 11, 127,
		func(s Settings) float64 { return float64(s.High) }, func(s *Settings, v float64) { s.High = uint8(v) }),
	toggle(ParamBass, "bass", "A bass line on its own channel, from the next chord on.",
		func(s Settings) float64 { return one(s.Bass) }, func(s *Settings, v float64) { s.Bass = v != 0 }),
	whole(ParamBassLow, "bass-low", "MIDI pitch", "Lowest note of the bass, from the next chord on.", 0, 115,
		func(s Settings) float64 { return float64(s.BassLow) }, func(s *Settings, v float64) { s.BassLow = uint8(v) }),
	whole(ParamBassHigh, "bass-high", "MIDI pitch", "Highest note of the bass, from the next chord on.", 11, 126,
		func(s Settings) float64 { return float64(s.BassHigh) }, func(s *Settings, v float64) { s.BassHigh = uint8(v) }),
	whole(ParamVelocity, "velocity", "", "How hard the chords are struck.", 1, 127,
		func(s Settings) float64 { return float64(s.Velocity) }, func(s *Settings, v float64) { s.Velocity = uint8(v) }),
	toggle(ParamFollowVelocity, "follow-velocity", "Chords are struck harder and softer as you play; velocity is their middle.",
		func(s Settings) float64 { return one(s.FollowVelocity) }, func(s *Settings, v float64) { s.FollowVelocity = v != 0 }),
	toggle(ParamMute, "mute", "No chords; the policy keeps listening.",
		func(s Settings) float64 { return one(s.Mute) }, func(s *Settings, v float64) { s.Mute = v != 0 }),
	toggle(ParamHold, "hold", "The sounding chord continues until this is off.",
		func(s Settings) float64 { return one(s.Hold) }, func(s *Settings, v float64) { s.Hold = v != 0 }),
	whole(ParamSplit, "split", "MIDI pitch", "Keys below this are not the melody; 0 splits nothing.", 0, 127,
		func(s Settings) float64 { return float64(s.Split) }, func(s *Settings, v float64) { s.Split = uint8(v) }),
	whole(ParamTranspose, "transpose", "semitones", "From your keys to what sounds; the chords answer what sounds.", -24, 24,
		func(s Settings) float64 { return float64(s.Transpose) }, func(s *Settings, v float64) { s.Transpose = int8(v) }),
	toggle(ParamMetronome, "metronome", "Click the beats on channel 10.",
		func(s Settings) float64 { return one(s.Metronome) }, func(s *Settings, v float64) { s.Metronome = v != 0 }),
	whole(ParamClickVolume, "click-volume", "", "How hard the metronome is struck.", 1, 127,
		func(s Settings) float64 { return float64(s.ClickVolume) }, func(s *Settings, v float64) { s.ClickVolume = uint8(v) }),
	number(ParamOffset, "offset", "ms", "How late your synth sounds: everything is sent that much earlier.", -100, 100, 1,
		func(s Settings) float64 { return s.Offset }, func(s *Settings, v float64) { s.Offset = v }),
	toggle(ParamHoldTempo, "hold-tempo", "The beat goes on at its tempo, however you play, until this is off.",
		func(s Settings) float64 { return one(s.HoldTempo) }, func(s *Settings, v float64) { s.HoldTempo = v != 0 }),
	list(ParamSwing, "swing", "Which notes swing: the second of each pair comes late.", swings,
		func(s Settings) float64 { return float64(s.Swing) }, func(s *Settings, v float64) { s.Swing = Swing(v) }),
	number(ParamSwingPercent, "swing-percent", "%", "Where in a swung pair its second note comes: 50 is even, 67 a triplet.", 50, 75, 1,
		func(s Settings) float64 { return s.SwingPercent }, func(s *Settings, v float64) { s.SwingPercent = v }),
	{Param: ParamPolicy, Name: "policy", Kind: Text, Help: "Who plays the chords: a name from 'jamd policies' or an .onnx file."},
	{Param: ParamTap, Name: "tap", Kind: Action, Help: "Tap the beat: four taps count in, one during the music puts the beat there; without following, two set the tempo."},
	{Param: ParamOne, Name: "one", Kind: Action, Help: "This is one: a bar begins with this beat, if jamd follows you."},
	{Param: ParamPanic, Name: "panic", Kind: Action, Help: "End every note now."},
}

func number(p Param, name, unit, help string, low, high, step float64, get func(Settings) float64, set func(*Settings, float64)) ParamInfo {
	return ParamInfo{Param: p, Name: name, Kind: Number, Unit: unit, Help: help,
		Min: low, Max: high, Step: step, Knob: [2]float64{low, high}, get: get, set: set}
}

func whole(p Param, name, unit, help string, low, high float64, get func(Settings) float64, set func(*Settings, float64)) ParamInfo {
	info := number(p, name, unit, help, low, high, 1, get, set)
	info.Kind = Whole
	return info
}

func list(p Param, name, help string, names words, get func(Settings) float64, set func(*Settings, float64)) ParamInfo {
	return ParamInfo{Param: p, Name: name, Kind: List, Help: help, Words: names, Max: float64(len(names) - 1), find: names.find, get: get, set: set}
}

func toggle(p Param, name, help string, get func(Settings) float64, set func(*Settings, float64)) ParamInfo {
	return ParamInfo{Param: p, Name: name, Kind: Switch, Help: help, Max: 1, get: get, set: set}
}

// knob limits the range of a controller to useful values.
func (i ParamInfo) knob(low, high float64) ParamInfo {
	i.Knob = [2]float64{low, high}
	return i
}

// reads sets the function that reads a list's names, which may know more names than the list's words.
func (i ParamInfo) reads(find func(setting, name string) (int, error)) ParamInfo {
	i.find = find
	return i
}

func one(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// Params returns everything that can be set in a jam, in the order to show it.
func Params() []ParamInfo { return append([]ParamInfo(nil), params[:]...) }

// ParseParam returns the param of a name.
func ParseParam(name string) (Param, error) {
	names := make(words, len(params))
	for i := range params {
		names[i] = params[i].Name
	}
	i, err := names.find("setting", name)
	return Param(i), err
}

// Info describes a param. An unknown param has no name and the kind Text.
func (p Param) Info() ParamInfo {
	if int(p) < len(params) {
		return params[p]
	}
	return ParamInfo{Param: p, Kind: Text}
}

// String returns the param's name.
func (p Param) String() string { return p.Info().Name }

// MarshalText returns String.
func (p Param) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a name as ParseParam does.
func (p *Param) UnmarshalText(text []byte) (err error) {
	*p, err = ParseParam(string(text))
	return err
}

// check returns an error that names the param and its range if a value is outside the range. Without an error it allocates
// nothing.
func (i *ParamInfo) check(v float64) error {
	inside := v >= i.Min && v <= i.Max // NaN is not inside
	switch {
	case inside && (i.Kind == Number || v == math.Trunc(v)):
		return nil
	case i.Kind == List:
		return fmt.Errorf("%s %v: must be %v", i.Name, v, words(i.Words))
	case i.Kind == Switch:
		return fmt.Errorf("%s %v: must be on or off", i.Name, v)
	case inside:
		return fmt.Errorf("%s %v: must be a whole number", i.Name, v)
	}
	unit := i.Unit
	if unit != "" {
		unit = " " + unit
	}
	return &RangeError{i.Min, i.Max, fmt.Sprintf("%s %v: must be %v to %v%s", i.Name, v, i.Min, i.Max, unit)}
}

// round returns the nearest of the param's steps, exact in decimals.
func (i *ParamInfo) round(v float64) float64 { return math.Round(v/i.Step) / math.Round(1/i.Step) }

// text returns a value as users write it.
func (i *ParamInfo) text(v float64) string {
	switch i.Kind {
	case Text, Action:
		return ""
	case Switch:
		return switches.word(int(v))
	case List:
		return words(i.Words).word(int(v))
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
