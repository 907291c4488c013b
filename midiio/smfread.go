package midiio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// The format: "Standard MIDI-File Format Spec. 1.1", MIDI Manufacturers Association.

// Limits on the content of a file. They are far above the needs of any tune.
const (
	maxFileBytes = 64 << 20
	maxFileNotes = 1 << 20
	maxFrames    = 1 << 20 // a day and a half at 120 BPM
)

// A FileError says why a MIDI file cannot be read, and at which byte.
type FileError struct {
	Path    string
	Offset  int64 // in bytes from the start of the file
	Problem string
}

func (e *FileError) Error() string {
	return fmt.Sprintf("%s: byte %d: %s", e.Path, e.Offset, e.Problem)
}

// A Warning is a fault that did not stop the reader. Faults of the same kind share one Warning.
type Warning struct {
	Offset int64  `json:"offset"` // of the first fault, in bytes from the start of the file
	Text   string `json:"text"`
	Times  int    `json:"times"` // number of faults, at least 1
}

// String returns the warning for the user.
func (w Warning) String() string {
	if w.Times > 1 {
		return fmt.Sprintf("byte %d: %s (%d times)", w.Offset, w.Text, w.Times)
	}
	return fmt.Sprintf("byte %d: %s", w.Offset, w.Text)
}

// A song holds what jamd needs from a file. Times are ticks from the start.
type song struct {
	format     uint16
	division   uint16    // ticks in a quarter note, or SMPTE time (see smpteTicks)
	stretches  []stretch // only with SMPTE time
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
	instrument string     // name of the instrument
	notes      []songNote // in the file's order: by tick
	programs   [16]uint8  // the first program of each channel plus 1; 0 for none
	end        int64      // tick at which the track ends
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

// A songReader reads the bytes of a file. A fault panics with a *FileError. parseSong returns a fault of the header as its error;
// readTrack turns a fault of a track into a warning. Only take reads bytes of a chunk, so it checks all limits.
type songReader struct {
	path    string
	data    []byte
	at      int64 // offset of the next byte
	end     int64 // end of the current chunk
	size    int64 // end of the last chunk
	track   int   // number of the current track, from 1; 0 in the header
	notes   int   // number of notes in all tracks
	song    song
	formats []string // formats of the warnings, with the same indices
}

// parseSong reads a whole file. Where the file breaks the rules of the format, parseSong warns and reads on.
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

// recoverProblem must be deferred. It calls handle with the problem that fail panicked with.
func recoverProblem(handle func(*FileError)) {
	if p := recover(); p != nil {
		problem, ok := p.(*FileError)
		if !ok {
			panic(p)
		}
		handle(problem)
	}
}

// warn stores the first warning of each format, and counts the others.
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
