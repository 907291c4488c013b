package midiio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gitlab.com/gomidi/midi/v2"
	"gitlab.com/gomidi/midi/v2/smf"
	"pgregory.net/rapid"

	"jamd/jam"
)

// file makes the bytes of a MIDI file of the given division.
func file(format, division uint16, tracks ...[]byte) []byte {
	b := []byte("MThd\x00\x00\x00\x06")
	b = binary.BigEndian.AppendUint16(b, format)
	b = binary.BigEndian.AppendUint16(b, uint16(len(tracks)))
	b = binary.BigEndian.AppendUint16(b, division)
	for _, t := range tracks {
		b = append(b, chunk("MTrk", t)...)
	}
	return b
}

func chunk(kind string, data []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte(kind), uint32(len(data))), data...)
}

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

func name(s string) []byte { return append([]byte{0, 0xFF, 3, byte(len(s))}, s...) }

var (
	endOfTrack = []byte{0, 0xFF, 0x2F, 0}
	// c4 is a quarter note on channel 1 at 96 ticks to the quarter.
	c4    = []byte{0, 0x90, 60, 100, 96, 0x80, 60, 0}
	e4ch2 = []byte{0, 0x91, 64, 80, 96, 0x91, 64, 0}
	snare = []byte{0, 0x99, 38, 127, 96, 0x89, 38, 0}
	tempo = []byte{0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20}
)

func TestReadFileErrors(t *testing.T) {
	good := file(1, 96, cat(tempo, endOfTrack), cat(c4, endOfTrack))
	with := func(track []byte) []byte { return file(0, 96, track) }
	const (
		body  = 22 // the first byte of the first track's events
		whole = -1 // nothing to point at but the end of the file
	)
	tests := []struct {
		name   string
		data   []byte
		offset int64
		says   string
	}{
		{"empty", nil, 0, "the file is empty"},
		{"text", []byte("X:1\nT:Speed the Plough\n"), 0, `not a MIDI file: it begins with "X:1\n"`},
		{"RIFF", []byte("RIFF\x00\x00\x00\x00RMID"), 0, "not a MIDI file"},
		{"three bytes", []byte("MTh"), 3, "truncated"},
		{"header alone", good[:14], 14, "after 0 of its 2 tracks"},
		{"short header chunk", cat([]byte("MThd\x00\x00\x00\x02"), []byte{0, 1}), 4, "header is 2 bytes"},
		{"header claims too much", cat([]byte("MThd\xff\xff\xff\xff"), good[8:]), 0, `"MThd" claims 4294967295 bytes`},
		{"one track missing", good[:len(good)-len(c4)-len(endOfTrack)-8], int64(len(good) - len(c4) - len(endOfTrack) - 8), "after 1 of its 2 tracks"},
		{"torn in a chunk's header", good[:18], 18, "inside a chunk's header"},
		{"torn in a track", good[:len(good)-5], body + int64(len(tempo)) + 4, `"MTrk" claims 12 bytes, and the file has only 7`},
		{"format 2", file(2, 96, c4), 8, "format 2"},
		{"no tracks", file(1, 96), 10, "no tracks"},
		{"SMPTE", file(0, 0xE728, c4), 12, "SMPTE frames (25 a second)"},
		{"no ticks", file(0, 0, c4), 12, "0 ticks"},
		{"no notes", file(1, 96, cat(tempo, endOfTrack)), whole, "no notes to play"},
		{"drums alone", with(cat(snare, endOfTrack)), whole, "drums do not count"},
		{"only note offs", with(cat([]byte{0, 0x80, 60, 0}, endOfTrack)), whole, "no notes to play"},
		{"torn event", with([]byte{0, 0x90, 60}), body + 3, "track 1 ends inside an event"},
		{"delta alone", with([]byte{0}), body + 1, "ends inside an event"},
		{"delta too long", with([]byte{0x81, 0x81, 0x81, 0x81, 1, 0x90}), body, "more than four bytes"},
		{"data without status", with([]byte{0, 60, 100}), body + 1, "data byte 0x3C without a status"},
		{"velocity above 0x7F", with([]byte{0, 0x90, 60, 0x90, 0x40, 0x40}), body + 3, "a status byte where data was due"},
		{"pitch above 0x7F", with([]byte{0, 0x90, 0xFF, 1}), body + 3, "a status byte where data was due"},
		{"clock in a track", with([]byte{0, 0xF8}), body + 1, "0xF8 cannot stand"},
		{"meta claims 256 MiB", with([]byte{0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F}), body + 7, "ends inside an event"},
		{"SysEx claims 256 MiB", with([]byte{0, 0xF0, 0xFF, 0xFF, 0xFF, 0x7F, 1}), body + 6, "ends inside an event"},
		{"tempo of 2 bytes", with([]byte{0, 0xFF, 0x51, 2, 1, 1}), body + 4, "tempo of 2 bytes"},
		{"tempo 0", with([]byte{0, 0xFF, 0x51, 3, 0, 0, 0}), body + 4, "tempo of 0 microseconds"},
		{"time signature", with([]byte{0, 0xFF, 0x58, 4, 0, 2, 24, 8}), body + 4, "time signature"},
		{"too long", with(cat(c4, []byte{0xFF, 0xFF, 0xFF, 0x7F, 0x90, 60, 1}, endOfTrack)), whole, "a tune has at most"},
	}
	dir := t.TempDir()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, "tune.mid")
			if err := os.WriteFile(path, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			m, err := ReadFile(path)
			var problem *FileError
			if !errors.As(err, &problem) || m.Notes != nil {
				t.Fatalf("got %v and %v", m, err)
			}
			offset := test.offset
			if offset == whole {
				offset = int64(len(test.data))
			}
			if problem.Offset != offset || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), path+": byte ") {
				t.Errorf("%v\nwant byte %d: %s", err, offset, test.says)
			}
		})
	}
	if _, err := ReadFile(filepath.Join(dir, "none.mid")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.mid") {
		t.Errorf("missing: %v", err)
	}
	if _, err := ReadFile(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a directory: %v", err)
	}
	big := filepath.Join(dir, "big.mid")
	if err := errors.Join(os.WriteFile(big, good, 0o600), os.Truncate(big, maxFileBytes+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(big); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("too large: %v", err)
	}
}

// A chain of empty chunks (which overflows the stack of a reader that recurses) and every prefix of a good file end well.
func TestReadEndsWell(t *testing.T) {
	b := cat(file(0, 96)[:10], []byte{0, 1, 0, 96}, bytes.Repeat(chunk("XXXX", nil), 1<<20), chunk("MTrk", c4))
	if m, err := Read("chain", b); err != nil || len(m.Notes) != 1 {
		t.Errorf("a chain of chunks: %v, %v", m, err)
	}
	good := file(1, 96, cat(tempo, endOfTrack), cat(name("Melody"), c4, endOfTrack))
	for n := range good {
		if _, err := Read("prefix", good[:n]); err == nil {
			t.Errorf("the first %d bytes of %d are taken for a file", n, len(good))
		}
	}
}

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
		{"named, but silent", file(1, 96, cat(name("MELODY"), endOfTrack), cat(name("Flute"), c4)), "Flute", 60},
		{"first with notes", file(1, 96, cat(tempo, endOfTrack), c4, e4ch2), "tune", 60},
		{"not the drums", file(1, 96, cat(name("Lead drums"), snare), cat(name("b"), c4)), "b", 60},
		{"not the chords", file(1, 96, cat(name("CHORDS"), e4ch2), cat(name("Flute"), c4)), "Flute", 60},
		{"chords, for want of better", file(1, 96, cat(name("CHORDS"), e4ch2)), "CHORDS", 64},
		{"lowest channel", file(0, 96, cat(e4ch2, c4, snare)), "tune", 60},
	}
	for _, test := range tests {
		m, err := Read("dir/tune.mid", test.data)
		if err != nil || m.Name != test.melody || len(m.Notes) != 1 || m.Notes[0].Pitch != test.pitch {
			t.Errorf("%s: %+v, %v", test.name, m, err)
		}
	}
}

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
		m, err := Read("tune.mid", file(0, 96, test.track))
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
		{4, 2, "4/4"}, {3, 2, "3/4"}, {6, 3, "6/8"}, {2, 1, "4/4"}, {12, 3, "12/8"}, {3, 3, "3/4"}, {7, 3, "7/4"}, {5, 2, "5/4"},
		{17, 2, "4/4"}, {7, 4, "7/4"}, {255, 3, "4/4"},
	} {
		m, err := Read("", file(0, 96, cat(meter(test.numerator, test.power), meter(5, 4), c4)))
		if err != nil || m.Meter.String() != test.want {
			t.Errorf("%d/%d: %v, %v", test.numerator, 1<<test.power, m.Meter, err)
		}
	}
	// The meter changes to 3/4 after a bar of 4/4, is said again on a bar line, begins a bar a beat early, and is 7/8 in the end.
	change := func(beats byte, numerator, power byte) []byte {
		return append([]byte{beats * 24}, meter(numerator, power)[1:]...)
	}
	changing, err := Read("", file(0, 24, cat(meter(4, 2), change(4, 3, 2), change(3, 3, 2), change(2, 3, 2), change(3, 7, 3), c4)))
	three := jam.Quarters(3)
	wantMeters := []jam.MeterChange{{Frame: 16, Meter: three}, {Frame: 36, Meter: three}, {Frame: 48, Meter: jam.Quarters(7)}}
	if err != nil || changing.Meter != jam.Quarters(4) || !slices.Equal(changing.Meters, wantMeters) {
		t.Errorf("%v, then %v, %v", changing.Meter, changing.Meters, err)
	}
	// A quarter at 120, one at 60, and two at 240 BPM. The change to 60 stands in another track, beside the grid by a tick.
	m, err := Read("", file(1, 96,
		[]byte{0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20, 97, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40},
		[]byte{96, 0x90, 60, 1, 96, 60, 0, 0, 62, 1, 0x81, 0x40, 62, 0},
		[]byte{0x81, 0x40, 0xFF, 0x51, 3, 0x03, 0xD0, 0x90}))
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
	m, err = Read("", file(0, 96, cat([]byte{0, 0xFF, 0x51, 3, 0, 0, 1, 96, 0xFF, 0x51, 3, 0xFF, 0xFF, 0xFF}, c4)))
	if want := []jam.TempoChange{{Frame: 0, BPM: jam.MaxTempo}, {Frame: 4, BPM: jam.MinTempo}}; err != nil || !slices.Equal(m.Tempo, want) {
		t.Errorf("tempo %v, %v", m.Tempo, err)
	}
}

// takes draws takes as the engine makes them: a melody of one voice and chords that do not overlap.
var takes = rapid.Custom(func(t *rapid.T) jam.Take {
	take := jam.Take{
		Name:  rapid.StringMatching(`[A-Za-zé ]{0,20}`).Draw(t, "name"),
		Tempo: []jam.TempoChange{{Frame: 0, BPM: rapid.Float64Range(20, 400).Draw(t, "bpm")}},
		Meter: rapid.SampledFrom([]jam.Meter{jam.Quarters(1), jam.Quarters(3), jam.Quarters(16), {Count: 6, Unit: 8}, {Count: 12, Unit: 8}}).Draw(t, "meter"),
	}
	next := func(at *int64) (frame, duration int64) {
		frame = *at + rapid.Int64Range(0, 9).Draw(t, "rest")
		duration = rapid.Int64Range(1, 20).Draw(t, "duration")
		*at = frame + duration
		return frame, duration
	}
	var at int64
	for range rapid.IntRange(1, 12).Draw(t, "notes") {
		frame, duration := next(&at)
		take.Melody = append(take.Melody, jam.TakeNote{Frame: frame, Duration: duration,
			Pitch: rapid.ByteMax(127).Draw(t, "pitch"), Velocity: rapid.ByteRange(1, 127).Draw(t, "velocity")})
	}
	take.Frames = at
	at = 0
	for range rapid.IntRange(0, 6).Draw(t, "chords") {
		frame, duration := next(&at)
		pitches := rapid.SliceOfNDistinct(rapid.ByteMax(127), 1, 6, rapid.ID).Draw(t, "pitches")
		slices.Sort(pitches)
		take.Chords = append(take.Chords, jam.TakeChord{Frame: frame, Duration: duration, Pitches: pitches,
			Symbol: rapid.SampledFrom([]string{"Am7", "F#m7b5", "Bbmaj7"}).Draw(t, "symbol")})
	}
	take.Frames = max(take.Frames, at)
	if rapid.Bool().Draw(t, "change") {
		take.Tempo = append(take.Tempo, jam.TempoChange{Frame: rapid.Int64Range(1, 50).Draw(t, "frame"), BPM: 90})
	}
	if rapid.Bool().Draw(t, "change of meter") {
		frame := rapid.Int64Range(1, 50).Draw(t, "frame")
		take.Meters = append(take.Meters, jam.MeterChange{Frame: frame, Meter: jam.Meter{Count: 9, Unit: 8}},
			jam.MeterChange{Frame: frame + 1, Meter: jam.Quarters(4)}) // a bar cut short
	}
	return take
})

// What is written is read again, by our reader and by the library's.
func TestTakeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := takes.Draw(t, "take")
		var b bytes.Buffer
		if err := WriteTake(&b, take); err != nil {
			t.Fatal(err)
		}
		m, err := Read("take.mid", b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if m.Name != "Melody" || m.Meter != take.Meter || !slices.Equal(m.Meters, take.Meters) || len(m.Notes) != len(take.Melody) {
			t.Fatalf("read %+v", m)
		}
		for i, n := range m.Notes {
			w := take.Melody[i]
			if n != (Note{float64(w.Frame), float64(w.Frame + w.Duration), w.Pitch, w.Velocity}) {
				t.Fatalf("note %d is %+v, was %+v", i, n, w)
			}
		}
		for i, c := range m.Tempo {
			if i >= len(take.Tempo) || c.Frame != take.Tempo[i].Frame || math.Abs(c.BPM-take.Tempo[i].BPM) > 0.002 {
				t.Fatalf("tempo is %v, was %v", m.Tempo, take.Tempo)
			}
		}
		checkByLibrary(t, b.Bytes(), take)
	})
}

// checkByLibrary reads a written take with gomidi: three tracks of one length, symbols as text and as markers, notes balanced.
func checkByLibrary(t *rapid.T, data []byte, take jam.Take) {
	s, err := smf.ReadFrom(bytes.NewReader(data))
	if err != nil || len(s.Tracks) != 3 {
		t.Fatalf("the library reads %d tracks, %v", len(s.Tracks), err)
	}
	var texts, markers []string
	ons := 0
	for i, track := range s.Tracks {
		var tick int64
		for _, e := range track {
			tick += int64(e.Delta)
			var symbol string
			var channel, pitch, velocity uint8
			switch message := midi.Message(e.Message); {
			case e.Message.GetMetaText(&symbol):
				texts = append(texts, symbol)
			case e.Message.GetMetaMarker(&symbol):
				markers = append(markers, symbol)
			case message.GetNoteStart(&channel, &pitch, &velocity):
				ons++
				if int(channel) != i-1 {
					t.Fatalf("track %d has a note on channel %d", i, channel)
				}
			case message.GetNoteEnd(&channel, &pitch):
				ons--
			}
		}
		if want := take.Frames * ticksPerFrame; tick < want {
			t.Fatalf("track %d ends at tick %d, not %d", i, tick, want)
		}
	}
	var want []string
	for _, c := range take.Chords {
		want = append(want, c.Symbol)
	}
	if !slices.Equal(texts, want) || !slices.Equal(markers, want) || ons != 0 {
		t.Fatalf("texts %v, markers %v, want %v; %d notes unbalanced", texts, markers, want, ons)
	}
}

// Chords are written as their style played them, the bass on a track of its own.
func TestTakeHasItsStyle(t *testing.T) {
	take := jam.Take{Meter: jam.Meter{Count: 6, Unit: 8}, Frames: 12, Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}},
		Melody: []jam.TakeNote{{Frame: 0, Pitch: 72, Duration: 12, Velocity: 80}},
		Chords: []jam.TakeChord{{Frame: 0, Symbol: "C", Pitches: []uint8{36, 55, 60, 64}, Duration: 12}},
		Upper:  []jam.TakeNote{{Frame: 0, Pitch: 55, Duration: 2, Velocity: 70}, {Frame: 2, Pitch: 60, Duration: 10, Velocity: 60}},
		Bass:   []jam.TakeNote{{Frame: 0, Pitch: 36, Duration: 12, Velocity: 50}},
		Click:  []jam.TakeNote{{Frame: 0, Pitch: 76, Duration: 1, Velocity: 99}, {Frame: 6, Pitch: 77, Duration: 1, Velocity: 99}},
	}
	var b bytes.Buffer
	if err := WriteTake(&b, take); err != nil {
		t.Fatal(err)
	}
	s, err := parseSong("take.mid", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"", "Melody", "Chords", "Bass", "Click"}
	want := []string{"", "0:72@0 0:72@1440", "1:55@0 1:55@240 1:60@240 1:60@1440", "2:36@0 2:36@1440", "9:76@0 9:76@120 9:77@720 9:77@840"}
	for i, track := range s.tracks {
		var got []string
		for _, n := range track.notes {
			got = append(got, fmt.Sprintf("%d:%d@%d", n.channel, n.pitch, n.tick))
		}
		if i >= len(names) || track.name != names[i] || strings.Join(got, " ") != want[i] {
			t.Errorf("track %d, %q: %v", i, track.name, got)
		}
	}
	if meter, _ := s.meters(); len(s.tracks) != len(names) || meter != take.Meter {
		t.Errorf("%d tracks in %v", len(s.tracks), meter)
	}
	take.Bass[0].Pitch = 128
	if err := WriteTake(&b, take); err == nil || !strings.Contains(err.Error(), "pitch 128") {
		t.Errorf("error %v", err)
	}
}

func TestWriteTakeRefuses(t *testing.T) {
	good := func() jam.Take {
		return jam.Take{Name: "x", Meter: jam.Quarters(4), Frames: 16, Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}},
			Melody: []jam.TakeNote{{Frame: 0, Pitch: 60, Duration: 4}},
			Chords: []jam.TakeChord{{Frame: 0, Symbol: "C", Pitches: []uint8{48, 52, 55}, Duration: 16}}}
	}
	tests := map[string]func(*jam.Take){
		"meter 0/0": func(take *jam.Take) { take.Meter = jam.Meter{} },
		"change of meter": func(take *jam.Take) {
			take.Meters = []jam.MeterChange{{Frame: -1, Meter: jam.Quarters(3)}}
		},
		"meter 0/1":     func(take *jam.Take) { take.Meters = []jam.MeterChange{{Meter: jam.Meter{Unit: 1}}} },
		"frames":        func(take *jam.Take) { take.Frames = -1 },
		"tempo NaN BPM": func(take *jam.Take) { take.Tempo[0].BPM = math.NaN() },
		"tempo 0 BPM":   func(take *jam.Take) { take.Tempo[0].BPM = 0 },
		"frame -3":      func(take *jam.Take) { take.Melody[0].Frame = -3 },
		"duration":      func(take *jam.Take) { take.Chords[0].Duration = 0 },
		"pitch 200":     func(take *jam.Take) { take.Chords[0].Pitches[1] = 200 },
		"velocity 128":  func(take *jam.Take) { take.Melody[0].Velocity = 128 },
	}
	for says, spoil := range tests {
		take := good()
		spoil(&take)
		var b bytes.Buffer
		if err := WriteTake(&b, take); err == nil || !strings.Contains(err.Error(), says) || b.Len() != 0 {
			t.Errorf("%s: %v, %d bytes", says, err, b.Len())
		}
	}
	if err := WriteTake(fullDisk{}, good()); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a full disk: %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

var update = flag.Bool("update", false, "write the golden files anew")

// The files of testdata are as WriteTake writes them: tune.mid is the melody of a children's song, take.mid has chords and all.
func TestGoldenFiles(t *testing.T) {
	song := jam.Take{Name: "Ah vous dirai-je, maman", Meter: jam.Quarters(4), Frames: 64, Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}}}
	for i, pitch := range []uint8{60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60} {
		frame := int64(4 * i)
		if i > 6 {
			frame += 4
		}
		duration := int64(3)
		if i%7 == 6 {
			duration = 7
		}
		song.Melody = append(song.Melody, jam.TakeNote{Frame: frame, Pitch: pitch, Duration: duration, Velocity: uint8(80 + i)})
	}
	take := song
	take.Tempo = []jam.TempoChange{{Frame: 0, BPM: 100}, {Frame: 48, BPM: 80}}
	take.Chords = []jam.TakeChord{{Frame: 8, Symbol: "C", Pitches: []uint8{55, 60, 64}, Duration: 8},
		{Frame: 16, Symbol: "F#m7b5", Pitches: []uint8{54, 57, 60, 64}, Duration: 48}}
	for file, take := range map[string]jam.Take{"tune.mid": song, "take.mid": take} {
		var b bytes.Buffer
		if err := WriteTake(&b, take); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(want, b.Bytes()) {
			t.Errorf("%s is not what WriteTake writes: go test ./midiio -update (%v)", path, err)
		}
	}
}

func FuzzReadMelody(f *testing.F) {
	for _, seed := range corpus(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Read("fuzz.mid", data)
		var problem *FileError
		if err != nil {
			if !errors.As(err, &problem) || problem.Offset < 0 || problem.Offset > int64(len(data)) {
				t.Fatalf("%v", err)
			}
			return
		}
		if len(m.Notes) == 0 || len(m.Notes) > len(data) || m.Meter.Check() != nil || m.Frames() > maxFrames || m.Frames() < 1 {
			t.Fatalf("%d notes, %v, %d frames", len(m.Notes), m.Meter, m.Frames())
		}
		for _, n := range m.Notes {
			if n.Pitch > 127 || n.Velocity < 1 || n.Velocity > 127 || n.Start < 0 || n.End <= n.Start {
				t.Fatalf("%+v", n)
			}
		}
		sounding := [128]int{}
		last := time.Duration(0)
		tune, err := m.Tune()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range tune.Events {
			if e.At < last {
				t.Fatalf("events go back from %v to %v", last, e.At)
			}
			last = e.At
			if e.Status == noteOn {
				sounding[e.Data1]++
			} else {
				sounding[e.Data1]--
			}
		}
		if sounding != [128]int{} {
			t.Fatal("the offs do not balance the ons")
		}
	})
}

// corpus are the seeds of FuzzReadMelody: the golden files, and some that are wrong.
func corpus(f *testing.F) [][]byte {
	seeds := [][]byte{
		nil,
		file(1, 96, cat(tempo, endOfTrack), cat(name("MELODY"), c4, endOfTrack)),
		file(0, 480, []byte{0, 0x90, 60, 9, 24, 60, 0, 24, 62, 8, 12, 62, 0}),
		file(0, 96, []byte{0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F}),
		file(0, 96, []byte{0, 0xF0, 3, 1, 2, 0xF7, 0, 0x90, 60, 0x90}),
	}
	golden, err := filepath.Glob("testdata/*.mid")
	if err != nil || len(golden) == 0 {
		f.Fatal("no golden files: ", err)
	}
	for _, path := range golden {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, data)
	}
	return seeds
}
