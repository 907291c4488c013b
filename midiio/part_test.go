package midiio

import (
	"strings"
	"testing"
)

func TestMelodyChoice(t *testing.T) {
	tests := []struct {
		name   string
		data   []byte
		melody string
		pitch  uint8
	}{
		{"by name", file(1, 96, cat(name("Piano"), e4ch2), cat(name(" melody\x00"), c4)), "melody", 60},
		{"by part of the name", file(1, 96, cat(name("Piano"), e4ch2), cat(name("Lead vocals"), c4)), "Lead vocals", 60},
		{"whole name before part", file(1, 96, cat(name("Melody 2"), e4ch2), cat(name("MELODY"), c4)), "MELODY", 60},
		{"named, but silent", file(1, 96, cat(name("MELODY"), trackEnd), cat(name("Flute"), c4)), "Flute", 60},
		{"first with notes", file(1, 96, cat(tempo, trackEnd), c4, e4ch2), "", 60},
		{"not the drums", file(1, 96, cat(name("Lead drums"), snare), cat(name("b"), c4)), "b", 60},
		{"not the chords", file(1, 96, cat(name("CHORDS"), e4ch2), cat(name("Flute"), c4)), "Flute", 60},
		{"chords, for want of better", file(1, 96, cat(name("CHORDS"), e4ch2)), "CHORDS", 64},
		{"lowest channel", file(0, 96, cat(e4ch2, c4, snare)), "", 60},
	}
	for _, test := range tests {
		m, err := Read("dir/tune.mid", test.data, "")
		if err != nil || m.Part.Name != test.melody || len(m.Notes) != 1 || m.Notes[0].Pitch != test.pitch {
			t.Errorf("%s: %+v, %v", test.name, m, err)
		}
	}
}

func TestRankName(t *testing.T) {
	for rank, names := range map[nameRank][]string{
		melodyAlone: {"Melody", "MELODY", " melody ", "Mélodie", "Melodía", "Melodia", "Melodie", "melodi", "мелодия", "メロディー", "旋律", "主旋律パート", "멜로디"},
		melodyAmong: {"Melody 2", "Piano (melody)", "Bass melody", "2. Melodie", "LeadMelody"},
		voice:       {"Vocals", "Lead vocals", "vox", "Voz", "Voix", "Gesang", "Singstimme", "Canto", "sång", "Вокал", "ボーカル", "主唱", "Voice 1"},
		lead:        {"Lead guitar", "LeadSynth", "Theme", "Soprano", "Solo", "tune", "Right hand - main"},
		unnamed:     {"", "Flute", "sequenced using a PC", "Bassoon", "Accordion", "Akkordeon", "Plead", "Headers", "Piano", "My Song"},
		accompaniment: {"Bass", "CHORDS", "Lead bass", "Backing vocals", "Drums", "Schlagzeug", "E-Bass", "Akkorde", "Piano LH", "Begleitung",
			"コード", "ベース", "бас", "伴奏"},
	} {
		for _, name := range names {
			if got := rankName(name); got != rank {
				t.Errorf("%q has rank %d, want %d", name, got, rank)
			}
		}
	}
}

func TestDecodeText(t *testing.T) {
	for data, want := range map[string]string{
		"Melody":                             "Melody",
		"  Melody\x00\x00":                   "Melody",
		"M\xc3\xa9lodie":                     "Mélodie",
		"\xef\xbb\xbfM\xc3\xa9lodie":         "Mélodie",
		"M\xe9lodie":                         "Mélodie",
		"\x93Stra\xdfe\x94":                  "“Straße”",
		"\xff\xfeM\x00\xe9\x00l\x00":         "Mél",
		"\xfe\xff\x30\xe1\x30\xed":           "メロ",
		"V\x00o\x00x\x00":                    "Vox",
		"\x00V\x00o\x00x":                    "Vox",
		"\x83\x81\x83\x8d\x83\x66\x83\x42":   "メロディ",
		"red\x1b[31m\nflag\xe2\x80\xaedlrow": "red [31m flag dlrow",
		"\x00\x00":                           "",
		strings.Repeat("é", 900):             strings.Repeat("é", 200),
	} {
		if got := decodeText([]byte(data)); got != want {
			t.Errorf("%q reads %q, want %q", data, got, want)
		}
	}
}

// A part is found by its number, its name, or a piece of its name; of a file with one track, by its channel.
func TestAskedPart(t *testing.T) {
	several := file(1, 96, cat(tempo, trackEnd), cat(name("Flute 1"), e4ch2), cat(name("Flute 2"), c4), cat(name("Drums"), snare))
	single := file(0, 96, cat(name("Song of Songs"), e4ch2, c4, snare))
	for _, test := range []struct {
		data        []byte
		asked, want string
	}{
		{several, "", `track 2 "Flute 1"`}, {several, "3", `track 3 "Flute 2"`}, {several, "flute 2", `track 3 "Flute 2"`},
		{several, "dru", `track 4 "Drums"`}, {single, "", "channel 1"}, {single, "2", "channel 2"}, {single, "10", "channel 10"},
		{several, "flute", `no track "flute", or more than one: the file has track 2 "Flute 1", track 3 "Flute 2", track 4 "Drums"`},
		{several, "1", `no track "1"`}, {several, "oboe", `no track "oboe"`}, {single, "songs", `no track "songs"`},
		{file(0, 96, trackEnd), "1", "the file has no notes"},
	} {
		m, err := Read("tune.mid", test.data, test.asked)
		if got := m.Part.String(); err == nil && got != test.want {
			t.Errorf("asked for %q: %s, want %s", test.asked, got, test.want)
		}
		if err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("asked for %q: %v, want %s", test.asked, err, test.want)
		}
	}
	m, err := Read("tune.mid", single, "")
	if err != nil || m.Title != "Song of Songs" || len(m.Parts) != 3 || !m.Parts[2].Drums {
		t.Errorf("%+v, %v", m, err)
	}
}

// Without a name that tells, the melody is the part that moves as one, wherever it stands.
func TestMelodyByItsNotes(t *testing.T) {
	scale := func(channel byte, pitches ...byte) (b []byte) {
		for range 4 {
			for _, p := range pitches {
				b = append(b, 0, 0x90|channel, p, 90, 48, 0x80|channel, p, 0)
			}
		}
		return b
	}
	chords := func(channel byte) (b []byte) {
		for range 4 {
			b = append(b, 0, 0x90|channel, 60, 90, 0, 0x90|channel, 64, 90, 0, 0x90|channel, 67, 90, 96, 0x80|channel, 60, 0, 0, 0x80|channel, 64, 0,
				0, 0x80|channel, 67, 0)
		}
		return b
	}
	tune, bass, arpeggio := scale(0, 72, 74, 76, 77), scale(1, 36, 38, 40, 41), scale(2, 60, 64, 67, 64)
	fill := scale(3, 84, 86)[:16]
	for _, tracks := range [][][]byte{{bass, chords(4), tune}, {arpeggio, bass, tune}, {tune, arpeggio}, {fill, tune, chords(4)}} {
		m, err := Read("tune.mid", file(1, 96, tracks...), "")
		if err != nil || m.Part.Low != 72 || m.Part.High != 77 {
			t.Errorf("%v, %v", &m.Part, err)
		}
	}
	// General MIDI's bass, played high.
	m, err := Read("tune.mid", file(1, 96, cat([]byte{0, 0xC5, 33}, scale(5, 72, 73, 74, 75)), arpeggio), "")
	if err != nil || m.Part.Number != 2 {
		t.Errorf("%v, %v", &m.Part, err)
	}
}
