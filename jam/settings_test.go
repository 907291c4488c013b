package jam

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestDefaultSettingsAreGood(t *testing.T) {
	if err := DefaultSettings().Check(); err != nil {
		t.Fatal(err)
	}
}

func TestCheckNamesTheSetting(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"tempo":       {func(s *Settings) { s.Tempo = 0 }, "20 to 400"},
		"bar":         {func(s *Settings) { s.BeatsPerBar = 0 }, "beats per bar 0: must be 1 to 16"},
		"listen":      {func(s *Settings) { s.Listen = -1 }, "listen -1 beats: must be 0 to 1024"},
		"chord grid":  {func(s *Settings) { s.ChordGrid = 9 }, "frame, beat, half or bar"},
		"temperature": {func(s *Settings) { s.Temperature = math.NaN() }, "temperature NaN: must be 0 to 10"},
		"top-p":       {func(s *Settings) { s.TopP = 0 }, "top-p 0: must be above 0, up to 1"},
		"register":    {func(s *Settings) { s.High = s.Low + 10 }, "at least 11 semitones"},
		"register up": {func(s *Settings) { s.High = 128 }, "within 0 to 127"},
		"channel":     {func(s *Settings) { s.ChordChannel = 17 }, "chord channel 17: must be 1 to 16"},
		"bass":        {func(s *Settings) { s.Bass, s.BassHigh = true, s.Low }, "below the chords' lowest pitch 48"},
		"bass ch":     {func(s *Settings) { s.Bass, s.BassChannel = true, 0 }, "bass channel 0: must be 1 to 16"},
		"velocity":    {func(s *Settings) { s.Velocity = 0 }, "velocity 0: must be 1 to 127"},
		"melody":      {func(s *Settings) { s.MelodyChannels = 0 }, "melody channels"},
	} {
		s := DefaultSettings()
		c.change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
	}
}

func TestChordGridText(t *testing.T) {
	for _, g := range []ChordGrid{GridFrame, GridBeat, GridHalf, GridBar} {
		text, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		var back ChordGrid
		if err := json.Unmarshal(text, &back); err != nil || back != g {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
	if _, err := ParseChordGrid("bars"); err == nil || err.Error() != `chord grid "bars": must be frame, beat, half or bar` {
		t.Errorf("error %v", err)
	}
}

func TestChordGridFrames(t *testing.T) {
	for _, c := range []struct {
		grid  ChordGrid
		beats int
		want  int64
	}{
		{GridFrame, 4, 1}, {GridBeat, 4, 4}, {GridHalf, 4, 8}, {GridBar, 4, 16},
		{GridHalf, 3, 4}, {GridBar, 3, 12}, {GridHalf, 1, 4}, {GridHalf, 5, 8},
	} {
		if got := c.grid.Frames(c.beats); got != c.want {
			t.Errorf("%v in a bar of %d: %d frames, want %d", c.grid, c.beats, got, c.want)
		}
	}
}
