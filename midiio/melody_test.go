package midiio

import (
	"slices"
	"testing"
	"time"

	"jamd/jam"
)

func TestMelodyNotes(t *testing.T) {
	tests := []struct {
		name  string
		track []byte
		want  []Note
	}{
		{"running status, velocity 0", []byte{0, 0x90, 60, 9, 24, 60, 0, 24, 62, 8, 12, 62, 0},
			[]Note{{0, 1, 60, 9}, {2, 2.5, 62, 8}}},
		{"running status over text", []byte{0, 0x90, 60, 9, 0, 0xFF, 1, 1, 'x', 24, 60, 0}, []Note{{0, 1, 60, 9}}},
		{"overlap", []byte{0, 0x90, 60, 9, 24, 62, 8, 24, 60, 0, 24, 62, 0}, []Note{{0, 2, 60, 9}, {1, 3, 62, 8}}},
		{"struck again", []byte{0, 0x90, 60, 9, 24, 60, 8, 24, 60, 0, 24, 60, 0}, []Note{{0, 1, 60, 9}, {1, 2, 60, 8}}},
		{"without an off", []byte{0, 0x90, 60, 9, 48, 0xFF, 0x2F, 0}, []Note{{0, 2, 60, 9}}},
		{"without a length", []byte{24, 0x90, 60, 9, 0, 60, 0}, []Note{{1, 25. / 24, 60, 9}}},
		{"behind the end of track", []byte{0, 0x90, 60, 9, 24, 60, 0, 0, 0xFF, 0x2F, 0, 1, 2, 3}, []Note{{0, 1, 60, 9}}},
		{"other messages", []byte{0, 0xC0, 5, 0, 0xB0, 64, 127, 0, 0xF0, 2, 1, 0xF7, 0, 0x90, 60, 9, 24, 0xE0, 0, 64, 0, 0x80, 60, 64},
			[]Note{{0, 1, 60, 9}}},
	}
	for _, test := range tests {
		m, err := Read("tune.mid", file(0, 96, test.track), "")
		if err != nil || !slices.Equal(m.Notes, test.want) {
			t.Errorf("%s: %v, %v; want %v", test.name, m.Notes, err, test.want)
		}
	}
}

func TestMelodyTime(t *testing.T) {
	meter := func(numerator, power byte) []byte { return []byte{0, 0xFF, 0x58, 4, numerator, power, 24, 8} }
	for _, test := range []struct {
		numerator, power byte
		want             string
	}{
		{4, 2, "4/4"}, {3, 2, "3/4"}, {6, 3, "6/8"}, {2, 1, "2/2"}, {12, 3, "12/8"}, {3, 3, "3/8"}, {7, 3, "2+2+3/8"}, {5, 2, "3+2/4"},
		{17, 2, "4/4"}, {7, 4, "2+2+3/16"}, {7, 5, "4+3/4"}, {255, 3, "4/4"},
	} {
		m, err := Read("", file(0, 96, cat(meter(test.numerator, test.power), meter(5, 4), c4)), "")
		if err != nil || m.Meter.String() != test.want {
			t.Errorf("%d/%d: %v, %v", test.numerator, 1<<test.power, m.Meter, err)
		}
	}
	// The meter changes to 3/4 after a bar of 4/4, is said again on a bar line, begins a bar a beat early, and is 7/8 in the end.
	change := func(beats byte, numerator, power byte) []byte {
		return append([]byte{beats * 24}, meter(numerator, power)[1:]...)
	}
	changing, err := Read("", file(0, 24, cat(meter(4, 2), change(4, 3, 2), change(3, 3, 2), change(2, 3, 2), change(3, 7, 3), c4)), "")
	three := jam.Quarters(3)
	seven, _ := jam.ParseMeter("7/8")
	wantMeters := []jam.MeterChange{{Frame: 16, Meter: three}, {Frame: 36, Meter: three}, {Frame: 48, Meter: seven}}
	if err != nil || changing.Meter != jam.Quarters(4) || !slices.Equal(changing.Meters, wantMeters) {
		t.Errorf("%v, then %v, %v", changing.Meter, changing.Meters, err)
	}
	// A quarter at 120, one at 60, and two at 240 BPM. The change to 60 stands in another track, beside the grid by a tick.
	m, err := Read("", file(1, 96,
		[]byte{0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20, 97, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40},
		[]byte{96, 0x90, 60, 1, 96, 60, 0, 0, 62, 1, 0x81, 0x40, 62, 0},
		[]byte{0x81, 0x40, 0xFF, 0x51, 3, 0x03, 0xD0, 0x90}), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []jam.TempoChange{{Frame: 0, BPM: 120}, {Frame: 4, BPM: 60}, {Frame: 8, BPM: 240}}
	if !slices.Equal(m.Tempo, want) || m.Meter != jam.Quarters(4) || m.Frames() != 16 {
		t.Errorf("tempo %v, %v, %d frames", m.Tempo, m.Meter, m.Frames())
	}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	wantEvents := []jam.Event{{At: ms(500), Status: 0x90, Data1: 60, Data2: 1}, {At: ms(1500), Status: 0x80, Data1: 60},
		{At: ms(1500), Status: 0x90, Data1: 62, Data2: 1}, {At: ms(2000), Status: 0x80, Data1: 62}}
	if got, err := m.Tune(); err != nil || !slices.Equal(got.Events, wantEvents) || got.Meter != m.Meter || len(got.Tempo) != 3 {
		t.Errorf("tune %+v, %v\nwant %v", got, err, wantEvents)
	}
	slow := m.At(30)
	if s, err := slow.Tune(); err != nil || s.Events[0].At != 2*time.Second || s.Events[3].At != 8*time.Second || len(m.Tempo) != 3 {
		t.Errorf("at 30 BPM: %+v, %v", s, err)
	}
	never := m.At(5000)
	if _, err := never.Tune(); err == nil {
		t.Error("5000 BPM is played")
	}
	// Tempi that jam does not play: 60,000,000 and 3.6 BPM.
	m, err = Read("", file(0, 96, cat([]byte{0, 0xFF, 0x51, 3, 0, 0, 1, 96, 0xFF, 0x51, 3, 0xFF, 0xFF, 0xFF}, c4)), "")
	if want := []jam.TempoChange{{Frame: 0, BPM: jam.MaxTempo}, {Frame: 4, BPM: jam.MinTempo}}; err != nil || !slices.Equal(m.Tempo, want) {
		t.Errorf("tempo %v, %v", m.Tempo, err)
	}
}
