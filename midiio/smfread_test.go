package midiio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jamd/jam"
	"jamd/midi"
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
	trackEnd = []byte{0, 0xFF, 0x2F, 0}
	// c4 is a quarter note on channel 1 at 96 ticks to the quarter.
	c4    = []byte{0, 0x90, 60, 100, 96, 0x80, 60, 0}
	e4ch2 = []byte{0, 0x91, 64, 80, 96, 0x91, 64, 0}
	snare = []byte{0, 0x99, 38, 127, 96, 0x89, 38, 0}
	tempo = []byte{0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20}
)

func TestReadFileErrors(t *testing.T) {
	good := file(1, 96, cat(tempo, trackEnd), cat(c4, trackEnd))
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
		{"text", []byte("M:4/4\n"), 0, `not a MIDI file: it begins with "M:4/"`},
		{"ABC", []byte("X:1\nT:Speed the Plough\n"), 0, "looks like ABC notation"},
		{"a web page", []byte("<!DOCTYPE html>"), 0, "looks like a web page"},
		{"WAV", []byte("RIFF\x00\x00\x00\x00WAVE"), 0, "looks like a WAV file"},
		{"RIFF", []byte("RIFF\x00\x00\x00\x00RMID"), 0, "not a MIDI file"},
		{"three bytes", []byte("MTh"), 3, "truncated"},
		{"header alone", good[:14], 14, "none of its 2 tracks"},
		{"short header chunk", cat([]byte("MThd\x00\x00\x00\x02"), []byte{0, 1}), 4, "header is 2 bytes"},
		{"one track missing", good[:len(good)-len(c4)-len(trackEnd)-8], int64(len(good) - len(c4) - len(trackEnd) - 8), "counts 2 tracks, and the file has 1"},
		{"torn in a chunk's header", good[:18], 18, "none of its 2 tracks"},
		{"no tracks", file(1, 96), 14, "no tracks"},
		{"SMPTE of 23 frames", file(0, 0xE928, c4), 12, "no SMPTE time of 23 frames"},
		{"SMPTE without ticks", file(0, 0xE700, c4), 12, "25 frames a second with 0 ticks each"},
		{"no ticks", file(0, 0, c4), 12, "0 ticks"},
		{"no notes", file(1, 96, cat(tempo, trackEnd)), whole, "no notes to play"},
		{"drums alone", with(cat(snare, trackEnd)), whole, "drums do not count"},
		{"only note offs", with(cat([]byte{0, 0x80, 60, 0}, trackEnd)), whole, "no notes to play"},
		{"torn event", with([]byte{0, 0x90, 60}), body + 3, "track 1 ends inside an event"},
		{"delta alone", with([]byte{0}), body + 1, "ends inside an event"},
		{"delta too long", with([]byte{0x81, 0x81, 0x81, 0x81, 1, 0x90}), body, "more than four bytes"},
		{"data without status", with([]byte{0, 60, 100}), body + 1, "data byte 0x3C without a status"},
		{"pitch above 0x7F", with([]byte{0, 0x90, 0xFF, 1}), body + 1, "an event for number 255, and 127 is the highest"},
		{"clock in a track", with([]byte{0, 0xF8}), body + 1, "0xF8 cannot stand"},
		{"meta claims 256 MiB", with([]byte{0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F}), body + 7, "ends inside an event"},
		{"SysEx claims 256 MiB", with([]byte{0, 0xF0, 0xFF, 0xFF, 0xFF, 0x7F, 1}), body + 6, "ends inside an event"},
		{"tempo of 2 bytes", with([]byte{0, 0xFF, 0x51, 2, 1, 1}), body + 4, "tempo of 2 bytes"},
		{"tempo 0", with([]byte{0, 0xFF, 0x51, 3, 0, 0, 0}), body + 4, "tempo of 0 microseconds"},
		{"time signature", with([]byte{0, 0xFF, 0x58, 4, 0, 2, 24, 8}), body + 4, "time signature"},
		{"too long", with(cat(c4, []byte{0xFF, 0xFF, 0xFF, 0x7F, 0x90, 60, 1}, trackEnd)), whole, "a tune has at most"},
	}
	dir := t.TempDir()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, "tune.mid")
			if err := os.WriteFile(path, test.data, 0o600); err != nil {
				t.Fatal(err)
			}
			m, err := ReadFile(path, "")
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
	if _, err := ReadFile(filepath.Join(dir, "none.mid"), ""); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.mid") {
		t.Errorf("missing: %v", err)
	}
	if _, err := ReadFile(dir, ""); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a directory: %v", err)
	}
	big := filepath.Join(dir, "big.mid")
	if err := errors.Join(os.WriteFile(big, good, 0o600), os.Truncate(big, maxFileBytes+1)); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(big, ""); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Errorf("too large: %v", err)
	}
}

// A chain of empty chunks, which overflows the stack of a reader that recurses, is read.
func TestReadManyChunks(t *testing.T) {
	b := cat(file(0, 96)[:10], []byte{0, 1, 0, 96}, bytes.Repeat(chunk("XXXX", nil), 1<<20), chunk("MTrk", c4))
	if m, err := Read("chain", b, ""); err != nil || len(m.Notes) != 1 || len(m.Warnings) != 0 {
		t.Errorf("a chain of chunks: %v, %v", m, err)
	}
}

// Every beginning of a good file is an error, or read with a warning.
func TestReadTruncated(t *testing.T) {
	good := file(1, 96, cat(tempo, trackEnd), cat(name("Melody"), c4, trackEnd))
	for n := range good {
		if m, err := Read("prefix", good[:n], ""); err == nil && (len(m.Warnings) == 0 || len(m.Notes) != 1 || m.Notes[0].Pitch != 60) {
			t.Errorf("the first %d bytes of %d are read as %+v", n, len(good), m)
		}
	}
}

// What is wrong and does not hinder the reading is read, and told once.
func TestReadForgives(t *testing.T) {
	tune := cat(c4, trackEnd)
	good := file(0, 96, tune)
	with := func(track ...[]byte) []byte { return file(0, 96, cat(track...)) }
	timeless := func(b ...byte) []byte { return append([]byte{0}, b...) }
	tests := []struct {
		name     string
		data     []byte
		warnings []string
	}{
		{"header claims too much", cat([]byte("MThd\xff\xff\xff\xff"), good[8:]), []string{"byte 4: the header claims 4294967295 bytes"}},
		{"format 3", file(3, 96, tune), []string{"byte 8: there is no MIDI file format 3: read as format 1"}},
		{"format 2", file(2, 96, tune), nil},
		{"more tracks than counted", cat(good, chunk("MTrk", trackEnd)), []string{"the header counts 1 tracks, and the file has 2"}},
		{"track claims too little", cat(good[:18], []byte{0, 0, 0, 2}, good[22:], chunk("MTrk", trackEnd)),
			[]string{`byte 14: chunk "MTrk" claims 2 bytes, and no chunk begins behind them`, "counts 1 tracks, and the file has 2"}},
		{"track claims nothing", cat(good[:18], []byte{0, 0, 0, 0}, good[22:]), []string{`chunk "MTrk" claims 0 bytes`}},
		{"track claims too much", cat(good[:18], []byte{0, 1, 0, 0}, good[22:], chunk("MTrk", trackEnd)),
			[]string{`chunk "MTrk" claims 65536 bytes, and the file has only`, "counts 1 tracks, and the file has 2"}},
		{"bytes between chunks", cat(good[:14], []byte{0, 0, 0}, good[14:]), []string{"byte 14: 3 bytes are no part of a chunk: skipped"}},
		{"bytes behind", cat(good, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), []string{"10 bytes are no part of a chunk: skipped"}},
		{"too loud", with([]byte{0, 0x90, 60, 0xE4, 96, 0x80, 60, 0}, trackEnd),
			[]string{"byte 25: track 1: a value of 228, and 127 is the highest: read as 127"}},
		{"too high", with(timeless(0x90, 0xC8, 1), timeless(0x90, 0xC9, 1), tune),
			[]string{"byte 23: track 1: an event for number 200, and 127 is the highest: skipped (2 times)"}},
		{"system messages", with(timeless(0xF8), timeless(0xF2, 1, 2), timeless(0xF1, 3), timeless(0xFE), tune),
			[]string{"byte 23: track 1: byte 0xF8 cannot stand in a MIDI file: skipped (4 times)"}},
		{"short tempo", with(timeless(0xFF, 0x51, 2, 1, 1), tune), []string{"byte 26: track 1: a tempo of 2 bytes instead of 3"}},
		{"no tempo", with(timeless(0xFF, 0x51, 3, 0, 0, 0), tune), []string{"byte 26: track 1: a tempo of 0 microseconds"}},
		{"fast", with(timeless(0xFF, 0x51, 3, 0, 0xC3, 0x50), tune), []string{"byte 26: track 1: a tempo of 1200 BPM, which jamd plays at 400"}},
		{"odd meter", with(timeless(0xFF, 0x58, 4, 7, 5, 24, 8), timeless(0xFF, 0x58, 4, 2, 1, 24, 8), tune),
			[]string{"byte 26: track 1: a time signature of 7/32, which jamd counts as 4+3/4"}},
		{"no meter", with(timeless(0xFF, 0x58, 4, 0, 2, 24, 8), tune), []string{"byte 26: track 1: a time signature that makes no sense (00 02 18 08)"}},
		{"torn", with(c4, []byte{0, 0x90, 60}), []string{"byte 33: track 1 ends inside an event: the events before it are read"}},
		{"lost", with(c4, []byte{0, 0xFF, 1, 0, 0x81, 0x81, 0x81, 0x81, 1, 0x90}), []string{"a variable-length number of more than four bytes: the events before it are read"}},
		{"a byte before", cat([]byte{0}, good), []string{"byte 0: 1 bytes before the header: skipped"}},
		{"RIFF", cat([]byte("RIFF\x00\x00\x00\x00RMIDLIST\x03\x00\x00\x00abc\x00data"), []byte{byte(len(good)), 0, 0, 0}, good, []byte("LIST")), nil},
		{"torn RIFF", cat([]byte("RIFF\x00\x00\x00\x00RMIDdata\xff\x00\x00\x00"), good), []string{"byte 16: the RIFF file claims 255 bytes, and has only 34 more"}},
	}
	for _, test := range tests {
		m, err := Read("tune.mid", test.data, "")
		if err != nil || len(m.Notes) != 1 || m.Notes[0].Pitch != 60 || len(m.Warnings) != len(test.warnings) {
			t.Errorf("%s: %+v, %v", test.name, m, err)
			continue
		}
		for i, w := range m.Warnings {
			if !strings.Contains(w.String(), test.warnings[i]) {
				t.Errorf("%s: warning %q, want %q in it", test.name, w, test.warnings[i])
			}
		}
	}
	if m, err := Read("tune.mid", with(timeless(0x90, 60, 0xE4), trackEnd), ""); err != nil || m.Notes[0].Velocity != 127 {
		t.Errorf("velocity 228: %v, %v", m.Notes, err)
	}
}

// The tracks of a file of format 2 are tunes of their own: only the tempo of the one that is taken counts.
func TestReadFormat2(t *testing.T) {
	slow := []byte{0, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40, 0, 0xFF, 0x58, 4, 3, 2, 24, 8}
	m, err := Read("tune.mid", file(2, 96, cat(slow, name("Bass"), e4ch2), cat(name("Melody"), c4)), "")
	if err != nil || m.Tempo[0].BPM != 120 || m.Meter != jam.Quarters(4) || len(m.Warnings) != 1 {
		t.Errorf("%+v, %v", m, err)
	}
	m, err = Read("tune.mid", file(2, 96, cat(slow, name("Bass"), e4ch2), cat(name("Melody"), c4)), "1")
	if err != nil || m.Tempo[0].BPM != 60 || m.Meter != jam.Quarters(3) {
		t.Errorf("%+v, %v", m, err)
	}
}

func FuzzReadMelody(f *testing.F) {
	for _, seed := range corpus(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Read("fuzz.mid", data, "")
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
			if e.Status == midi.NoteOn {
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

// corpus are the seeds of FuzzReadMelody: the golden files, the cases, and some that are wrong.
func corpus(f *testing.F) [][]byte {
	seeds := [][]byte{
		nil,
		file(1, 96, cat(tempo, trackEnd), cat(name("MELODY"), c4, trackEnd)),
		file(0, 480, []byte{0, 0x90, 60, 9, 24, 60, 0, 24, 62, 8, 12, 62, 0}),
		file(0, 96, []byte{0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F}),
		file(0, 96, []byte{0, 0xF0, 3, 1, 2, 0xF7, 0, 0x90, 60, 0x90}),
	}
	golden, err := filepath.Glob("testdata/*.mid")
	cases, err2 := filepath.Glob("testdata/cases/*")
	golden = append(golden, cases...)
	if errors.Join(err, err2) != nil || len(cases) == 0 {
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
