package midiio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The format: "Standard MIDI-File Format Spec. 1.1", MIDI Manufacturers Association.

// Limits on what a file may contain. They are far above what any tune needs.
const (
	maxFileBytes = 64 << 20
	maxFileNotes = 1 << 20
	maxFrames    = 1 << 20 // a day and a half at 120 BPM
)

// A FileError says why a MIDI file cannot be read, and at which byte.
type FileError struct {
	Path    string
	Offset  int64 // bytes from the beginning
	Problem string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s: byte %d: %s", e.Path, e.Offset, e.Problem)
}

// A Warning is a fault of a file that was read all the same. Faults of the same kind share one Warning.
type Warning struct {
	Offset int64  `json:"offset"` // of the first fault: bytes from the beginning
	Text   string `json:"text"`
	Times  int    `json:"times"` // number of faults, at least 1
}

// String returns the warning as users read it.
func (w Warning) String() string {
	if w.Times > 1 {
		return fmt.Sprintf("byte %d: %s (%d times)", w.Offset, w.Text, w.Times)
	}
	return fmt.Sprintf("byte %d: %s", w.Offset, w.Text)
}

// A song is what jamd needs of a file. Times are ticks from the beginning.
type song struct {
	format     uint16
	division   uint16    // ticks in a quarter note, or SMPTE time: see smpteTicks
	stretches  []stretch // with SMPTE time
	tempos     []songTempo
	signatures []signature
	tracks     []songTrack
	warnings   []Warning
}

type songTempo struct {
	track int // from 0
	tick  int64
	bpm   float64
}

type signature struct {
	track                  int // from 0
	tick                   int64
	numerator, denominator int
}

type songTrack struct {
	name       string
	instrument string     // instrument name
	notes      []songNote // in the file's order: by tick
	programs   [16]uint8  // the first program of each channel, plus 1; 0: none
	end        int64
}

// A songNote is a note on, or a note off if the velocity is 0.
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
		return nil, &FileError{path, maxFileBytes, fmt.Sprintf("the file is larger than %d MiB; no tune needs that much", maxFileBytes>>20)}
	}
	return data, nil
}

// A songReader reads the bytes of a file. A fault is a panic with a *FileError: parseSong returns a fault of the header as
// its error, and readTrack makes a fault of a track a warning. All bytes are read through take, which checks the limits.
type songReader struct {
	path    string
	data    []byte
	at      int64 // of the next byte
	end     int64 // of the present chunk
	size    int64 // the end of the last chunk
	track   int   // the present one, from 1; 0 in the header
	notes   int   // in all tracks
	song    song
	formats []string // of the warnings, by their index
}

// parseSong reads a whole file. If the file breaks the rules of the format, it warns and reads on.
func parseSong(path string, data []byte) (s *song, err error) {
	defer recoverProblem(func(problem *FileError) { s, err = nil, problem })
	r := &songReader{path: path, data: data}
	tracks := r.header()
	for r.nextChunk() {
		if kind := r.chunk(); kind == "MTrk" { // the format asks readers to skip other kinds of chunk
			r.track++
			r.song.tracks = append(r.song.tracks, songTrack{})
			r.readTrack(&r.song.tracks[r.track-1])
		}
		r.at = r.end
	}
	switch {
	case r.track == 0 && tracks == 0:
		r.fail(r.size, "the file has no tracks")
	case r.track == 0:
		r.fail(r.size, "the file has none of its %d tracks: it is truncated", tracks)
	}
	if r.track != tracks {
		r.warn(r.size, "the header counts %d tracks, and the file has %d", tracks, r.track)
	}
	if perSecond := smpteTicks(r.song.division); perSecond > 0 {
		r.song.layOut(perSecond)
	}
	return &r.song, nil
}

func (r *songReader) fail(offset int64, format string, args ...any) {
	panic(&FileError{Path: r.path, Offset: offset, Problem: fmt.Sprintf(format, args...)})
}

// recoverProblem is to be deferred. It calls handle with the problem that fail panicked with.
func recoverProblem(handle func(*FileError)) {
	if p := recover(); p != nil {
		problem, ok := p.(*FileError)
		if !ok {
			panic(p)
		}
		handle(problem)
	}
}

// warn keeps the first warning of each format, and counts the others.
func (r *songReader) warn(offset int64, format string, args ...any) {
	for i, f := range r.formats {
		if f == format {
			r.song.warnings[i].Times++
			return
		}
	}
	r.formats = append(r.formats, format)
	r.song.warnings = append(r.song.warnings, Warning{offset, fmt.Sprintf(format, args...), 1})
}

// header finds and reads the first chunk, and returns the number of tracks that it claims.
func (r *songReader) header() int {
	r.at, r.size = r.findHeader()
	start := r.at
	if r.size-start < chunkHeader {
		r.fail(r.size, "the file ends inside its header: it is truncated")
	}
	length := int64(binary.BigEndian.Uint32(r.data[start+4:]))
	if length >= 6 && r.size-start < chunkHeader+6 {
		r.fail(r.size, "the file ends inside its header: it is truncated")
	}
	r.at = start + 8
	r.end = r.at + length
	switch {
	case length < 6:
		r.fail(start+4, "the header is %d bytes long, not 6", length)
	case r.end > r.size:
		r.warn(start+4, "the header claims %d bytes, more than the file has: read as 6", length)
		r.end = r.at + 6
	}
	b := r.take(6)
	format, tracks, division := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[4:])
	switch {
	case division >= 0x8000 && smpteTicks(division) == 0:
		r.fail(r.at-2, "there is no SMPTE time of %d frames a second with %d ticks each", -int8(division>>8), division&0xFF)
	case division >= 0x8000:
		r.warn(r.at-2, "times are in seconds (SMPTE), not in beats: fitted to the file's tempo, or to 120 BPM if it has none")
	case division == 0:
		r.fail(r.at-2, "0 ticks per quarter note")
	case format > 2:
		r.warn(r.at-6, "there is no MIDI file format %d: read as format 1", format)
	case format == 2 && tracks > 1:
		r.warn(r.at-6, "format 2: the file's %d tracks are separate tunes, and only one is read", tracks)
	}
	r.song.format, r.song.division = format, division
	r.at = r.end
	return int(tracks)
}

const chunkHeader = 8 // bytes: kind and length

var endOfTrack = []byte{0xFF, 0x2F, 0x00}

// nextChunk moves to the next chunk, and skips bytes that belong to none. It returns false at the end.
func (r *songReader) nextChunk() bool {
	start := r.at
	if r.at+chunkHeader <= r.size && !isKind(r.data[r.at:]) {
		r.at = r.nextTrack()
	}
	if r.at+chunkHeader > r.size {
		r.at = r.size
	}
	if passed := r.at - start; passed > 0 {
		r.warn(start, "%d bytes are no part of a chunk: skipped", passed)
	}
	return r.at < r.size
}

// nextTrack returns the offset at which a track next seems to begin, or the end of the file.
func (r *songReader) nextTrack() int64 {
	if n := bytes.Index(r.data[r.at:r.size], []byte("MTrk")); n >= 0 {
		return r.at + int64(n)
	}
	return r.size
}

// isKind reports whether four bytes can be the kind of a chunk: printable ASCII.
func isKind(b []byte) bool {
	for _, c := range b[:4] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// chunk reads a chunk's kind and length. It sets r.at to its first byte and r.end behind its last. If the length cannot be
// right, the chunk ends where the next track begins, or with the file.
func (r *songReader) chunk() string {
	start := r.at
	kind, length := string(r.data[start:start+4]), int64(binary.BigEndian.Uint32(r.data[start+4:]))
	r.at += chunkHeader
	r.end = r.at + length
	switch rest := r.size - r.end; {
	case rest < 0:
		r.end = r.nextTrack()
		r.warn(start, "chunk %q claims %d bytes, and the file has only %d more: read to its end", kind, length, r.size-r.at)
	case rest >= chunkHeader && !isKind(r.data[r.end:]) && !bytes.HasSuffix(r.data[r.at:r.end], endOfTrack):
		r.end = r.nextTrack()
		r.warn(start, "chunk %q claims %d bytes, and no chunk begins behind them: read to the next track", kind, length)
	}
	return kind
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

// varint reads a variable-length quantity of up to four bytes with seven bits each.
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
	r.fail(start, "track %d: a variable-length number of more than four bytes", r.track)
	return 0
}
