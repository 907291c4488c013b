package jam

import "fmt"

// Channels is a set of MIDI channels; bit 0 is channel 1.
type Channels uint16

// AllChannels is the set of all 16.
const AllChannels Channels = 0xFFFF

// Has reports whether the channel of a status byte is in the set.
func (c Channels) Has(status byte) bool { return c>>(status&0x0F)&1 == 1 }

// Settings say how jamd plays in one jam.
type Settings struct {
	Tempo       float64   `json:"tempo"`         // quarter notes a minute, 20 to 400
	BeatsPerBar int       `json:"beats_per_bar"` // quarter notes in a bar, 1 to 16
	Listen      int       `json:"listen"`        // beats for which the policy is not heard yet, 0 to 1024
	ChordGrid   ChordGrid `json:"chord_grid"`    // on which lines the chord may change
	Temperature float64   `json:"temperature"`   // 0 (always the likeliest chord) to 10
	TopP        float64   `json:"top_p"`         // share of the likeliest chords to choose among, above 0, up to 1 (all)
	Seed        uint64    `json:"seed"`          // the same seed and the same melody give the same chords

	Low          uint8 `json:"low"`           // lowest pitch of a chord, MIDI 0 to 127
	High         uint8 `json:"high"`          // highest, at least 11 above Low, so that every chord fits
	Bass         bool  `json:"bass"`          // also play the root below the chord
	BassLow      uint8 `json:"bass_low"`      // lowest pitch of the bass
	BassHigh     uint8 `json:"bass_high"`     // highest, at least 11 above BassLow and below Low
	ChordChannel uint8 `json:"chord_channel"` // MIDI channel, 1 to 16
	BassChannel  uint8 `json:"bass_channel"`  // MIDI channel, 1 to 16
	Velocity     uint8 `json:"velocity"`      // of the chords, 1 to 127

	Offset float64 `json:"offset"` // milliseconds by which everything is sent early, -100 to 100

	MelodyChannels Channels `json:"melody_channels"` // those that the melody is heard on
}

// DefaultSettings are those of `jamd play` and `jamd accompany` alike. The chords do not use channel 1, on which most
// keyboards play, so that a melody passed through to the same synth does not cut them off.
func DefaultSettings() Settings {
	return Settings{
		Tempo: 120, BeatsPerBar: 4, Listen: 8, ChordGrid: GridBeat, Temperature: 0.99, TopP: 1, Seed: 1,
		Low: 48, High: 72, BassLow: 33, BassHigh: 45, ChordChannel: 2, BassChannel: 3, Velocity: 72,
		MelodyChannels: AllChannels,
	}
}

// Check returns an error that names the first setting out of its range, and the range.
func (s Settings) Check() error {
	if err := CheckTempo(s.Tempo); err != nil {
		return err
	}
	if err := checkSampling(s.Temperature, s.TopP); err != nil {
		return err
	}
	switch {
	case s.BeatsPerBar < 1 || s.BeatsPerBar > 16:
		return fmt.Errorf("beats per bar %d: must be 1 to 16", s.BeatsPerBar)
	case s.Listen < 0 || s.Listen > 1024:
		return fmt.Errorf("listen %d beats: must be 0 to 1024 beats", s.Listen)
	case int(s.ChordGrid) >= len(chordGrids):
		return fmt.Errorf("chord grid %d: must be frame, beat, half or bar", s.ChordGrid)
	case s.High > 127 || int(s.High)-int(s.Low) < 11:
		return fmt.Errorf("register %d to %d: must be within 0 to 127 and at least 11 semitones wide", s.Low, s.High)
	case s.ChordChannel < 1 || s.ChordChannel > 16:
		return fmt.Errorf("chord channel %d: must be 1 to 16", s.ChordChannel)
	case s.Bass && (s.BassChannel < 1 || s.BassChannel > 16):
		return fmt.Errorf("bass channel %d: must be 1 to 16", s.BassChannel)
	case s.Bass && (s.BassHigh >= s.Low || int(s.BassHigh)-int(s.BassLow) < 11):
		return fmt.Errorf("bass register %d to %d: must be at least 11 semitones wide and below the chords' lowest pitch %d",
			s.BassLow, s.BassHigh, s.Low)
	case s.Velocity < 1 || s.Velocity > 127:
		return fmt.Errorf("velocity %d: must be 1 to 127", s.Velocity)
	case s.MelodyChannels == 0:
		return fmt.Errorf("melody channels: must be at least one of 1 to 16")
	}
	return nil
}

// checkSampling returns an error for what no Sampler draws by.
func checkSampling(temperature, topP float64) error {
	if !(temperature >= 0 && temperature <= 10) { // NaN is outside too
		return fmt.Errorf("temperature %v: must be 0 to 10", temperature)
	}
	if !(topP > 0 && topP <= 1) {
		return fmt.Errorf("top-p %v: must be above 0, up to 1", topP)
	}
	return nil
}
