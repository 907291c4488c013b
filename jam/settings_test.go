package jam

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestDefaultSettingsAreGood(t *testing.T) {
	if err := DefaultSettings().Check(); err != nil {
		t.Fatal(err)
	}
}

// Jams recorded before there was a setting busy drew their level by their seed, and must replay so.
func TestSettingsWithoutBusyDrawIt(t *testing.T) {
	var old Settings
	if err := json.Unmarshal([]byte(`{"tempo": 90}`), &old); err != nil || old.Busy != AnyBusy {
		t.Errorf("busy %v, %v; want any", old.Busy, err)
	}
	if b := DefaultSettings().Busy; b != Lively {
		t.Errorf("busy is %v by default, want lively", b)
	}
}

func TestCheckNamesTheSetting(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"tempo":       {func(s *Settings) { s.Tempo = 0 }, "20 to 400"},
		"meter":       {func(s *Settings) { s.Meter = Quarters(0) }, "meter 0/4: must be such as 4/4"},
		"listen":      {func(s *Settings) { s.Listen = -1 }, "listen -1 beats: must be 0 to 1024"},
		"chord grid":  {func(s *Settings) { s.ChordGrid = 9 }, "frame, beat, half or bar"},
		"temperature": {func(s *Settings) { s.Temperature = math.NaN() }, "temperature NaN: must be 0 to 10"},
		"top-p":       {func(s *Settings) { s.TopP = 0 }, "top-p 0: must be 0.01 to 1"},
		"register":    {func(s *Settings) { s.High = s.Low + 10 }, "at least 11 semitones"},
		"register up": {func(s *Settings) { s.High = 128 }, "high 128: must be 11 to 127"},
		"channel":     {func(s *Settings) { s.ChordChannel = 17 }, "chord channel 17: must be 1 to 16"},
		"bass":        {func(s *Settings) { s.Bass, s.BassHigh = true, s.Low }, "below the chords' lowest pitch 48"},
		"bass ch":     {func(s *Settings) { s.Bass, s.BassChannel = true, 0 }, "bass channel 0: must be 1 to 16"},
		"velocity":    {func(s *Settings) { s.Velocity = 0 }, "velocity 0: must be 1 to 127"},
		"style":       {func(s *Settings) { s.Style = 9 }, "style 9: must be pad, block, pulse, arpeggio or ripple"},
		"complexity":  {func(s *Settings) { s.Complexity = 3 }, "complexity 3: must be triads, sevenths or all"},
		"key":         {func(s *Settings) { s.Key = 25 }, "key 25: must be any, C, Db, D"},
		"busy":        {func(s *Settings) { s.Busy = BusyLevels }, "busy 6: must be any, calm, easy, moderate, lively or busy"},
		"transpose":   {func(s *Settings) { s.Transpose = 25 }, "transpose 25: must be -24 to 24 semitones"},
		"offset":      {func(s *Settings) { s.Offset = math.Inf(-1) }, "offset -Inf: must be -100 to 100 ms"},
		"metronome":   {func(s *Settings) { s.Metronome, s.ChordChannel = true, 10 }, "metronome: it clicks on channel 10"},
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
	var g ChordGrid
	if err := g.UnmarshalText([]byte("bars")); err == nil || err.Error() != `chord-grid "bars": must be frame, beat, half or bar; did you mean bar?` {
		t.Errorf("error %v", err)
	}
}

func TestChordGridLines(t *testing.T) {
	for _, c := range []struct {
		grid  ChordGrid
		meter string
		want  []int64 // lines in two bars
	}{
		{GridBeat, "4/4", []int64{0, 4, 8, 12, 16, 20, 24, 28}}, {GridHalf, "4/4", []int64{0, 8, 16, 24}}, {GridBar, "4/4", []int64{0, 16}},
		{GridHalf, "3/4", []int64{0, 4, 8, 12, 16, 20}}, {GridBar, "3/4", []int64{0, 12}}, {GridHalf, "1/4", []int64{0, 4}},
		{GridBeat, "6/8", []int64{0, 6, 12, 18}}, {GridHalf, "6/8", []int64{0, 6, 12, 18}}, {GridBar, "6/8", []int64{0, 12}},
		{GridHalf, "12/8", []int64{0, 12, 24, 36}},
		{GridBeat, "5/4", []int64{0, 4, 8, 12, 16, 20, 24, 28, 32, 36}}, {GridHalf, "5/4", []int64{0, 12, 20, 32}},
		{GridHalf, "2+3/4", []int64{0, 8, 20, 28}},
		{GridBeat, "7/8", []int64{0, 4, 8, 14, 18, 22}}, {GridHalf, "7/8", []int64{0, 8, 14, 22}}, {GridBar, "7/8", []int64{0, 14}},
		{GridBeat, "3+2+2/8", []int64{0, 6, 10, 14, 20, 24}}, {GridHalf, "3+2+2/8", []int64{0, 6, 14, 20}},
		{GridBeat, "7/16", []int64{0, 2, 4, 7, 9, 11}}, {GridBeat, "2/2", []int64{0, 8, 16, 24}},
	} {
		meter, err := ParseMeter(c.meter)
		var got []int64
		for since := range 2 * meter.Bar() {
			if has := c.grid.has(meter, since); has != c.grid.has(meter, since-2*meter.Bar()) {
				t.Errorf("%v in %s: frames %d and %d differ", c.grid, c.meter, since, since-2*meter.Bar())
			} else if has {
				got = append(got, since)
			}
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v in %s: lines %v, want %v", c.grid, c.meter, got, c.want)
		}
	}
}
