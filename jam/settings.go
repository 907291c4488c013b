package jam

import (
	"cmp"
	"encoding/json"
	"fmt"
)

// Channels is a set of MIDI channels; bit 0 is channel 1.
type Channels uint16

// AllChannels is the set of all 16.
const AllChannels Channels = 0xFFFF

// Has reports whether the channel of a status byte is in the set.
func (c Channels) Has(status byte) bool { return c>>(status&0x0F)&1 == 1 }

// Strikes reports whether an event begins a note on one of the channels, at the pitch split or above.
func (c Channels) Strikes(e Event, split uint8) bool {
	return e.Status&0xF0 == noteOn && e.Data2 > 0 && c.Has(e.Status) && e.Data1 >= split
}

// Settings say how jamd plays in one jam. Params has the ranges of the settings that can change during it.
type Settings struct {
	Tempo        float64    `json:"tempo"`                   // quarter notes a minute, 20 to 400
	Meter        Meter      `json:"meter"`                   // time signature
	Listen       int        `json:"listen"`                  // beats in which the policy is not heard yet, 0 to 1024; see ListenFrames
	Swing        Swing      `json:"swing,omitempty"`         // which pairs of notes swing
	SwingPercent float64    `json:"swing_percent,omitempty"` // where in a pair its second note comes, 50 (even) to 75
	ChordGrid    ChordGrid  `json:"chord_grid"`              // on which lines the chord may change
	Complexity   Complexity `json:"complexity"`              // which chords may begin
	Colour       Colour     `json:"colour,omitempty"`        // what is added to triads
	Key          ChordKey   `json:"key"`                     // the key that the chords stay in
	Busy         Busy       `json:"busy"`                    // how often chords change, if the policy has this input
	Temperature  float64    `json:"temperature"`             // 0 (always the likeliest chord) to 10
	TopP         float64    `json:"top_p"`                   // share of the likeliest chords to choose from, above 0 to 1 (all)
	Seed         uint64     `json:"seed"`                    // the same seed and the same melody give the same chords

	Style          Style `json:"style"`           // how a chord is played while it lasts
	Low            uint8 `json:"low"`             // lowest pitch of a chord, MIDI 0 to 127
	High           uint8 `json:"high"`            // highest, at least 11 above Low, so that every chord fits
	Bass           bool  `json:"bass"`            // also play a bass line below the chords
	BassLow        uint8 `json:"bass_low"`        // lowest pitch of the bass
	BassHigh       uint8 `json:"bass_high"`       // highest, at least 11 above BassLow and below Low
	ChordChannel   uint8 `json:"chord_channel"`   // MIDI channel, 1 to 16
	BassChannel    uint8 `json:"bass_channel"`    // MIDI channel, 1 to 16
	Velocity       uint8 `json:"velocity"`        // of the chords, 1 to 127
	FollowVelocity bool  `json:"follow_velocity"` // chords are struck harder and softer as the player plays
	Mute           bool  `json:"mute"`            // the policy runs but is not heard
	Hold           bool  `json:"hold"`            // what sounds continues

	MelodyChannels Channels `json:"melody_channels"` // channels of the melody
	Split          uint8    `json:"split"`           // keys below this pitch are not the melody; 0 if all are
	Transpose      int8     `json:"transpose"`       // semitones from the player's keys to what sounds, -24 to 24

	Metronome   bool    `json:"metronome"`            // click the beats on channel 10
	ClickVolume uint8   `json:"click_volume"`         // velocity of the clicks, 1 to 127
	Offset      float64 `json:"offset"`               // milliseconds by which everything is sent early, -100 to 100
	HoldTempo   bool    `json:"hold_tempo,omitempty"` // the beat goes on at its tempo, although the jam follows its player
	FindMeter   bool    `json:"find_meter,omitempty"` // the meter is found in the playing, if the jam follows its player; Meter counts until then
}

// DefaultSettings returns the settings of `jamd play` and `jamd accompany`. The chords do not use channel 1, because most
// keyboards play on it and a melody that is passed on to the same synth would cut the chords off.
func DefaultSettings() Settings {
	return Settings{
		Tempo: 120, Meter: Quarters(4), Listen: 8, SwingPercent: 67, ChordGrid: GridBeat, Complexity: AllChords, Busy: Lively,
		Temperature: 0.99, TopP: 1, Seed: 1,
		Style: Pad, Low: 48, High: 72, BassLow: 33, BassHigh: 45, ChordChannel: 2, BassChannel: 3, Velocity: 72,
		MelodyChannels: AllChannels, ClickVolume: 100,
	}
}

// Check returns an error that names the first setting that is out of range, and its range.
func (s Settings) Check() error { return s.check() }

// check is Check; without an error it allocates nothing.
func (s *Settings) check() error {
	for i := range params {
		if p := &params[i]; p.get != nil {
			if err := p.check(p.get(s)); err != nil {
				return err
			}
		}
	}
	if err := s.Meter.Check(); err != nil {
		return err
	}
	switch {
	case s.Listen < 0 || s.Listen > 1024:
		return fmt.Errorf("listen %d beats: must be 0 to 1024 beats", s.Listen)
	case int(s.High)-int(s.Low) < 11:
		return fmt.Errorf("register %d to %d: %w", s.Low, s.High, ErrRegister)
	case s.ChordChannel < 1 || s.ChordChannel > 16:
		return fmt.Errorf("chord channel %d: must be 1 to 16", s.ChordChannel)
	case s.Bass && (s.BassChannel < 1 || s.BassChannel > 16):
		return fmt.Errorf("bass channel %d: must be 1 to 16", s.BassChannel)
	case s.Bass && (s.BassHigh >= s.Low || int(s.BassHigh)-int(s.BassLow) < 11):
		return fmt.Errorf("bass register %d to %d: %w %d", s.BassLow, s.BassHigh, ErrBassRegister, s.Low)
	case s.Metronome && (s.ChordChannel == clickChannel || s.Bass && s.BassChannel == clickChannel):
		return fmt.Errorf("metronome: it clicks on channel %d, chords and bass need another", clickChannel)
	case s.MelodyChannels == 0:
		return fmt.Errorf("melody channels: must be at least one of 1 to 16")
	}
	return nil
}

// ListenFrames returns for how many frames the policy is not heard. In grouped meters, beats of listening are quarter notes, and
// they are rounded up to whole bars.
func (s Settings) ListenFrames() int64 {
	if m := s.Meter; m.Grouped() {
		bar := m.Bar()
		return (int64(s.Listen)*FramesPerBeat + bar - 1) / bar * bar
	}
	return int64(s.Listen) * s.Meter.Beat()
}

// checkSampling returns an error if a Sampler cannot draw with these values.
func checkSampling(temperature, topP float64) error {
	return cmp.Or(params[ParamTemperature].check(temperature), params[ParamTopP].check(topP))
}

// Set applies all controls or none: if the result would not be valid, the settings stay as they were, and the error says why.
// Controls of a policy or an action change nothing. Without an error, Set allocates nothing.
func (s *Settings) Set(controls ...Control) error {
	before := *s
	for i := range controls {
		c := &controls[i]
		if int(c.Param) >= len(params) {
			*s = before
			return fmt.Errorf("there is no setting with number %d", c.Param)
		}
		info := &params[c.Param]
		if info.set == nil {
			continue
		}
		if err := info.check(c.Value); err != nil {
			*s = before
			return err
		}
		info.set(s, c.Value)
	}
	if err := s.check(); err != nil {
		*s = before
		return err
	}
	return nil
}

// Get returns the value of a param as users write it, or "" if Settings do not hold the param.
func (s Settings) Get(p Param) string {
	if info := p.Info(); info.get != nil {
		return info.text(info.get(&s))
	}
	return ""
}

// UnmarshalJSON reads settings. Missing values are as in DefaultSettings, except busy: jams that were recorded without it drew a
// level. Older files have beats_per_bar, in quarter notes, instead of the meter.
func (s *Settings) UnmarshalJSON(text []byte) error {
	type plain Settings
	read := struct {
		*plain
		BeatsPerBar *int `json:"beats_per_bar"`
	}{plain: (*plain)(s)}
	*s = DefaultSettings()
	s.Busy = AnyBusy
	err := json.Unmarshal(text, &read)
	if read.BeatsPerBar != nil {
		s.Meter = Quarters(*read.BeatsPerBar)
	}
	return err
}
