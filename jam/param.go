package jam

import (
	"fmt"
	"math"
	"strconv"
)

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
	get  func(*Settings) float64                 // nil if Settings do not hold the param
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
		func(s *Settings) *float64 { return &s.Tempo }).knob(60, 187),
	number(ParamTemperature, "temperature", "", "How adventurous: 0 plays the likeliest chord, 1 as the policy learned.", 0, 10, 0.01,
		func(s *Settings) *float64 { return &s.Temperature }).knob(0, 2),
	number(ParamTopP, "top-p", "", "Choose among the likeliest chords that make up this share; 1 is all.", 0.01, 1, 0.01,
		func(s *Settings) *float64 { return &s.TopP }),
	list(ParamChordGrid, "chord-grid", "Where chords may change; a frame is a sixteenth note.", chordGrids,
		func(s *Settings) *ChordGrid { return &s.ChordGrid }),
	list(ParamComplexity, "complexity", "Which chords may begin.", complexities,
		func(s *Settings) *Complexity { return &s.Complexity }),
	list(ParamColour, "colour", "What is added to the policy's triads: nothing, the key's sevenths, or its ninths too.", colours,
		func(s *Settings) *Colour { return &s.Colour }),
	list(ParamKey, "key", "Only chords of this key begin; any allows all.", chordKeys,
		func(s *Settings) *ChordKey { return &s.Key }).reads(findChordKey),
	list(ParamBusy, "busy", "How often chords change, if the policy has this input; any draws a level for each jam.", busyWords,
		func(s *Settings) *Busy { return &s.Busy }),
	list(ParamStyle, "style", "How chords are played while they last.", styles,
		func(s *Settings) *Style { return &s.Style }),
	whole(ParamLow, "low", "MIDI pitch", "Lowest note of the chords, from the next one on.", 0, 116,
		func(s *Settings) *uint8 { return &s.Low }),
	whole(ParamHigh, "high", "MIDI pitch", "Highest note of the chords, from the next one on.", 11, 127,
		func(s *Settings) *uint8 { return &s.High }),
	toggle(ParamBass, "bass", "A bass line on its own channel, from the next chord on.",
		func(s *Settings) *bool { return &s.Bass }),
	whole(ParamBassLow, "bass-low", "MIDI pitch", "Lowest note of the bass, from the next chord on.", 0, 115,
		func(s *Settings) *uint8 { return &s.BassLow }),
	whole(ParamBassHigh, "bass-high", "MIDI pitch", "Highest note of the bass, from the next chord on.", 11, 126,
		func(s *Settings) *uint8 { return &s.BassHigh }),
	whole(ParamVelocity, "velocity", "", "How hard the chords are struck.", 1, 127,
		func(s *Settings) *uint8 { return &s.Velocity }),
	toggle(ParamFollowVelocity, "follow-velocity", "Chords are struck harder and softer as you play; velocity is their middle.",
		func(s *Settings) *bool { return &s.FollowVelocity }),
	toggle(ParamMute, "mute", "No chords; the policy keeps listening.",
		func(s *Settings) *bool { return &s.Mute }),
	toggle(ParamHold, "hold", "The sounding chord continues until this is off.",
		func(s *Settings) *bool { return &s.Hold }),
	whole(ParamSplit, "split", "MIDI pitch", "Keys below this are not the melody; 0 splits nothing.", 0, 127,
		func(s *Settings) *uint8 { return &s.Split }),
	whole(ParamTranspose, "transpose", "semitones", "From your keys to what sounds; the chords answer what sounds.", -24, 24,
		func(s *Settings) *int8 { return &s.Transpose }),
	toggle(ParamMetronome, "metronome", "Click the beats on channel 10.",
		func(s *Settings) *bool { return &s.Metronome }),
	whole(ParamClickVolume, "click-volume", "", "How hard the metronome is struck.", 1, 127,
		func(s *Settings) *uint8 { return &s.ClickVolume }),
	number(ParamOffset, "offset", "ms", "How late your synth sounds: everything is sent that much earlier.", -100, 100, 1,
		func(s *Settings) *float64 { return &s.Offset }),
	toggle(ParamHoldTempo, "hold-tempo", "The beat goes on at its tempo, however you play, until this is off.",
		func(s *Settings) *bool { return &s.HoldTempo }),
	list(ParamSwing, "swing", "Which notes swing: the second of each pair comes late.", swings,
		func(s *Settings) *Swing { return &s.Swing }),
	number(ParamSwingPercent, "swing-percent", "%", "Where in a swung pair its second note comes: 50 is even, 67 a triplet.", 50, 75, 1,
		func(s *Settings) *float64 { return &s.SwingPercent }),
	{Param: ParamPolicy, Name: "policy", Kind: Text, Help: "Who plays the chords: a name from 'jamd policies' or an .onnx file."},
	{Param: ParamTap, Name: "tap", Kind: Action, Help: "Tap the beat: four taps count in, one during the music puts the beat there; without following, two set the tempo."},
	{Param: ParamOne, Name: "one", Kind: Action, Help: "This is one: a bar begins with this beat, if jamd follows you."},
	{Param: ParamPanic, Name: "panic", Kind: Action, Help: "End every note now."},
}

// setting describes a setting whose value is a number. field points to its place in the Settings.
func setting[T ~float64 | ~uint8 | ~int8](p Param, name string, kind Kind, help string, field func(*Settings) *T) ParamInfo {
	return ParamInfo{Param: p, Name: name, Kind: kind, Help: help,
		get: func(s *Settings) float64 { return float64(*field(s)) },
		set: func(s *Settings, v float64) { *field(s) = T(v) }}
}

func number(p Param, name, unit, help string, low, high, step float64, field func(*Settings) *float64) ParamInfo {
	info := setting(p, name, Number, help, field)
	info.Unit, info.Min, info.Max, info.Step, info.Knob = unit, low, high, step, [2]float64{low, high}
	return info
}

func whole[T ~uint8 | ~int8](p Param, name, unit, help string, low, high float64, field func(*Settings) *T) ParamInfo {
	info := setting(p, name, Whole, help, field)
	info.Unit, info.Min, info.Max, info.Step, info.Knob = unit, low, high, 1, [2]float64{low, high}
	return info
}

func list[T ~uint8](p Param, name, help string, names words, field func(*Settings) *T) ParamInfo {
	info := setting(p, name, List, help, field)
	info.Max, info.Words, info.find = float64(len(names)-1), names, names.find
	return info
}

func toggle(p Param, name, help string, field func(*Settings) *bool) ParamInfo {
	return ParamInfo{Param: p, Name: name, Kind: Switch, Help: help, Max: 1,
		get: func(s *Settings) float64 { return one(*field(s)) },
		set: func(s *Settings, v float64) { *field(s) = v != 0 }}
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
