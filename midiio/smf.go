package midiio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Standard MIDI Files are read here by a reader of our own, and written (take.go) by gomidi's. The library's reader
// allocates whatever length a file claims (4 GiB for a file of 26 bytes), overflows the stack on a chain of empty
// chunks, fills truncated events with zeros, and knows no byte offsets.
// The format: "Standard MIDI-File Format Spec. 1.1", MIDI Manufacturers Association.

// Bounds on what a file may hold. They are far above any tune's.
const (
	maxFileBytes = 64 << 20
	maxFileNotes = 1 << 20
	maxFrames    = 1 << 20 // a day and a half at 120 BPM
)

// A FileError says what is wrong with a MIDI file, and where.
type FileError struct {
	Path    string
	Offset  int64 // bytes from the beginning
	Problem string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s: byte %d: %s", e.Path, e.Offset, e.Problem)
}

// A song is what jamd needs of a file: times in ticks from the beginning.
type song struct {
	ticksPerQuarter int64
	tempos          []songTempo
	signatures      []signature
	tracks          []songTrack
}

type songTempo struct {
	tick int64
	bpm  float64
}

type signature struct {
	tick                   int64
	numerator, denominator int
}

type songTrack struct {
	name  string
	notes []songNote // in the file's order: by tick
	end   int64
}

// A songNote is a note on, or with velocity 0 a note off.
type songNote struct {
	tick                     int64
	channel, pitch, velocity uint8
}

// readBounded reads a file of at most maxFileBytes.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, fmt.Errorf("%s: the MIDI file cannot be opened: %w", path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: the MIDI file cannot be read: %w", path, err)
	}
	if len(data) > maxFileBytes {
		return nil, &FileError{path, maxFileBytes, fmt.Sprintf("the file is larger than %d MiB, which no tune needs", maxFileBytes>>20)}
	}
	return data, nil
}

// A songReader walks the bytes of a file. The first problem ends the reading by a panic with a *FileError,
// which parseSong turns into its error; every access is through byte, take or peek, which check the bounds.
type songReader struct {
	path  string
	data  []byte
	at    int64 // of the next byte
	end   int64 // of the chunk in progress
	track int   // in progress, from 1; 0 in the header
	notes int   // in all tracks
}

func (r *songReader) fail(offset int64, format string, args ...any) {
	panic(&FileError{Path: r.path, Offset: offset, Problem: fmt.Sprintf(format, args...)})
}

// parseSong reads a whole file.
func parseSong(path string, data []byte) (s *song, err error) {
	defer func() {
		if p := recover(); p != nil {
			problem, ok := p.(*FileError)
			if !ok {
				panic(p)
			}
			s, err = nil, problem
		}
	}()
	r := &songReader{path: path, data: data}
	return r.song(), nil
}

func (r *songReader) song() *song {
	s := &song{}
	tracks := r.header(s)
	for len(s.tracks) < tracks {
		if r.at == int64(len(r.data)) {
			r.fail(r.at, "the file ends after %d of its %d tracks: it is truncated", len(s.tracks), tracks)
		}
		kind := r.chunk()
		if kind == "MTrk" { // chunks of other kinds are skipped, as the format asks
			r.track = len(s.tracks) + 1
			s.tracks = append(s.tracks, r.readTrack(s))
		}
		r.at = r.end
	}
	return s
}

// header reads the first chunk and returns the number of tracks.
func (r *songReader) header(s *song) int {
	if len(r.data) == 0 {
		r.fail(0, "the file is empty")
	}
	if n := min(4, len(r.data)); string(r.data[:n]) != "MThd"[:n] {
		r.fail(0, "not a MIDI file: it begins with %q, not with \"MThd\"", r.data[:n])
	}
	r.chunk()
	if r.end-r.at < 6 {
		r.fail(r.at-4, "the header is %d bytes long, not 6", r.end-r.at)
	}
	b := r.take(6)
	format, tracks, division := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[4:])
	switch {
	case format > 1:
		r.fail(r.at-6, "MIDI file format %d is not supported: save the tune as format 0 or 1", format)
	case tracks == 0:
		r.fail(r.at-4, "the file has no tracks")
	case division >= 0x8000:
		r.fail(r.at-2, "times are in SMPTE frames (%d a second), not in beats: save the tune with ticks per quarter note",
			-int8(division>>8))
	case division == 0:
		r.fail(r.at-2, "0 ticks per quarter note")
	}
	s.ticksPerQuarter = int64(division)
	r.at = r.end
	return int(tracks)
}

// chunk reads a chunk's kind and length, and leaves r.at at its first byte and r.end behind its last.
func (r *songReader) chunk() string {
	start := r.at
	r.end = int64(len(r.data))
	if r.end-r.at < 8 {
		r.fail(r.end, "the file ends inside a chunk's header: it is truncated")
	}
	b := r.take(8)
	length := int64(binary.BigEndian.Uint32(b[4:]))
	if length > r.end-r.at {
		r.fail(start, "chunk %q claims %d bytes, and the file has only %d more: it is truncated", b[:4], length, r.end-r.at)
	}
	r.end = r.at + length
	return string(b[:4])
}

func (r *songReader) take(n int64) []byte {
	if n > r.end-r.at {
		r.fail(r.at, "track %d ends inside an event", r.track)
	}
	b := r.data[r.at : r.at+n]
	r.at += n
	return b
}

func (r *songReader) byte() byte { return r.take(1)[0] }

// varint reads a variable-length quantity: up to four bytes of seven bits.
func (r *songReader) varint() int64 {
	start := r.at
	var v int64
	for range 4 {
		b := r.byte()
		v = v<<7 | int64(b&0x7F)
		if b < 0x80 {
			return v
		}
	}
	r.fail(start, "a variable-length number of more than four bytes")
	return 0
}

func (r *songReader) readTrack(s *song) songTrack {
	var t songTrack
	var tick int64
	var status byte // running; kept over meta events and SysEx, as some programs write it
	for r.at < r.end {
		tick += r.varint()
		start := r.at
		b := r.byte()
		switch {
		case b == 0xFF:
			if kind := r.byte(); r.meta(s, &t, tick, kind, r.take(r.varint())) {
				t.end = tick
				return t
			}
			continue
		case b == 0xF0 || b == 0xF7:
			r.take(r.varint())
			continue
		case b >= 0xF0:
			r.fail(start, "track %d: byte 0x%02X cannot stand in a MIDI file", r.track, b)
		case b >= 0x80:
			status = b
			b = r.byte()
		case status == 0:
			r.fail(start, "track %d: data byte 0x%02X without a status before it", r.track, b)
		}
		first, second := b, byte(0)
		if dataBytes(status) == 2 {
			second = r.byte()
		}
		if first > 0x7F || second > 0x7F {
			r.fail(r.at-1, "track %d: a status byte where data was due", r.track)
		}
		r.note(&t, tick, status, first, second)
	}
	t.end = tick
	return t
}

func (r *songReader) note(t *songTrack, tick int64, status, pitch, velocity byte) {
	switch status & 0xF0 {
	case noteOff:
		velocity = 0
	case noteOn:
	default:
		return
	}
	if r.notes++; r.notes > 2*maxFileNotes {
		r.fail(r.at, "more than %d notes", maxFileNotes)
	}
	t.notes = append(t.notes, songNote{tick, status & 0x0F, pitch, velocity})
}

// meta takes what is used of a meta event, and reports whether it ends the track.
func (r *songReader) meta(s *song, t *songTrack, tick int64, kind byte, data []byte) (end bool) {
	at := r.at - int64(len(data))
	switch kind {
	case 0x2F:
		return true
	case 0x03:
		if t.name == "" {
			t.name = strings.Trim(strings.ToValidUTF8(string(data), "?"), " \t\r\n\x00")
		}
	case 0x51:
		if len(data) != 3 {
			r.fail(at, "track %d: a tempo of %d bytes instead of 3", r.track, len(data))
		}
		perQuarter := int(data[0])<<16 | int(data[1])<<8 | int(data[2])
		if perQuarter == 0 {
			r.fail(at, "track %d: a tempo of 0 microseconds to the quarter note", r.track)
		}
		s.tempos = append(s.tempos, songTempo{tick, 60e6 / float64(perQuarter)})
	case 0x58:
		if len(data) < 2 || data[0] == 0 || data[1] > 6 {
			r.fail(at, "track %d: a time signature that makes no sense: % X", r.track, data)
		}
		s.signatures = append(s.signatures, signature{tick, int(data[0]), 1 << data[1]})
	}
	return false
}
