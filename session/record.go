package session

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"jamd/jam"
)

// A Record is a session that is read: one that has ended, was interrupted, or is being recorded.
type Record struct {
	ID       string // its directory's name
	Dir      string
	Manifest Manifest
	Notes    Notes
}

// Open reads the manifest and the notes of a session. [Record.Lines] reads its log. Errors name the file and its problem.
func Open(dir string) (*Record, error) {
	manifest, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	notes, err := readNotes(dir)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	return &Record{ID: filepath.Base(abs), Dir: dir, Manifest: manifest, Notes: notes}, nil
}

// Recording reports whether a running process is writing the session.
func (r *Record) Recording() bool { return recording(r.Dir) }

// lockRecording marks a folder as being recorded. A process that asks whether it is holds the lock for an instant, so
// lockRecording tries several times. Without the lock, the session only seems not to be recorded.
func lockRecording(dir string) *flock.Flock {
	lock := flock.New(filepath.Join(dir, recordingFile))
	for range 100 {
		if locked, err := lock.TryLock(); locked || err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return lock
}

func recording(dir string) bool {
	path := filepath.Join(dir, recordingFile)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	lock := flock.New(path)
	free, err := lock.TryRLock()
	_ = lock.Close()
	return err == nil && !free
}

// A Line is a line of a log.
type Line struct {
	Number int // from 1
	Entry  Entry
}

// A LineError is a problem with a line of a log.
type LineError struct {
	Path    string
	Line    int
	Problem error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Problem) }

func (e *LineError) Unwrap() error { return e.Problem }

// maxLine is far above the length of any line, in bytes.
const maxLine = 64 << 10

// Lines reads the log, a line at a time, in bounded memory. A line that cannot be read, or that follows missing lines, comes
// with a [*LineError]; the iteration goes on after it. Any other error is of the file and ends the iteration. A line without
// a line break at the end of the log is left out, as it was not written completely.
func (r *Record) Lines() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		path := filepath.Join(r.Dir, EventsFile)
		f, err := os.Open(path)
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer f.Close()
		lines := newLineReader(f, path, r.Manifest.Format == format1)
		for {
			line, err := lines.next()
			if errors.Is(err, io.EOF) || !yield(line, err) {
				return
			}
			var of *LineError
			if err != nil && !errors.As(err, &of) {
				return
			}
		}
	}
}

// Entries reads the entries of the log, without unreadable lines. An error is of the file and ends the iteration.
func (r *Record) Entries() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for line, err := range r.Lines() {
			var bad *LineError
			if errors.As(err, &bad) {
				if line.Entry == nil {
					continue
				}
				err = nil // it is about lines that are missing before this one
			}
			if !yield(line.Entry, err) {
				return
			}
		}
	}
}

// A lineReader reads the lines of one file.
type lineReader struct {
	path   string
	old    bool // version 1: without sequence numbers and checksums
	in     *bufio.Reader
	number int
	seq    uint64 // sequence number of the last readable line
	bad    uint64 // number of unreadable lines since then
	size   int64  // of the lines so far, in bytes
	good   int64  // of the lines up to the last readable one, in bytes
}

func newLineReader(in io.Reader, path string, old bool) *lineReader {
	return &lineReader{path: path, old: old, in: bufio.NewReaderSize(in, maxLine)}
}

// next returns the next line, or io.EOF after the last complete one. A readable line that follows missing lines comes with
// an error too.
func (l *lineReader) next() (Line, error) {
	text, err := l.in.ReadSlice('\n')
	l.size += int64(len(text))
	l.number++
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			text, err = l.in.ReadSlice('\n')
			l.size += int64(len(text))
		}
		if err == nil {
			return l.unreadable(fmt.Errorf("it is longer than %d bytes", maxLine))
		}
	}
	if err != nil {
		return Line{}, err
	}
	text = bytes.TrimSuffix(text, []byte("\n"))
	if !l.old {
		if err := unseal(text); err != nil {
			return l.unreadable(err)
		}
	}
	entry, seq, err := entryOf(text)
	if err != nil {
		return l.unreadable(err)
	}
	l.good = l.size
	line := Line{l.number, entry}
	last, bad := l.seq, l.bad
	l.seq, l.bad = seq, 0
	switch {
	case l.old:
	case seq <= last:
		return line, l.wrong(fmt.Errorf("line %d of the jam stands after its line %d", seq, last))
	case seq-last-1 > bad: // more lines are missing than the unreadable ones, which had errors of their own
		return line, l.wrong(fmt.Errorf("line %d of the jam follows its line %d: what was between is gone", seq, last))
	}
	return line, nil
}

func (l *lineReader) unreadable(problem error) (Line, error) {
	l.bad++
	return Line{}, l.wrong(problem)
}

func (l *lineReader) wrong(problem error) error { return &LineError{l.path, l.number, problem} }

// Take makes the take of the jam from the log, without unreadable lines.
func (r *Record) Take() (jam.Take, error) {
	take := newLoggedTake(&r.Manifest)
	for entry, err := range r.Entries() {
		if err != nil {
			return jam.Take{}, err
		}
		take.add(entry)
	}
	return take.take(), nil
}

// A loggedTake builds a take from the entries of a log, as they are written or as they are read again.
type loggedTake struct {
	builder *jam.TakeBuilder
	tempo   []jam.TempoChange
	meters  []jam.MeterChange
	last    jam.MelodyToken
	lines   *playedLines // of a jam that kept its player's time; else nil
}

func newLoggedTake(m *Manifest) *loggedTake {
	t := &loggedTake{
		builder: jam.NewTakeBuilder(cmp.Or(m.Title, "jam"), nil, m.Settings.Meter),
		tempo:   []jam.TempoChange{{BPM: m.Settings.Tempo}}, last: jam.Silence,
	}
	if m.Followed {
		t.lines = &playedLines{}
	}
	return t
}

// add adds the next entry.
func (t *loggedTake) add(entry Entry) {
	switch e := entry.(type) {
	case jam.FrameReport:
		t.builder.Add(e)
		t.lines.add(e)
	case jam.Moved:
		t.lines.begin(e.Segment)
		t.tempo = changed(t.tempo, e.Segment)
	case jam.MeterChange:
		if n := len(t.meters); n == 0 || e.Frame > t.meters[n-1].Frame {
			t.meters = append(t.meters, e)
		}
	case End:
		t.last = e.Melody
	}
}

func (t *loggedTake) take() jam.Take {
	take := t.builder.Take(t.last)
	take.Tempo, take.Meters = t.tempo, t.meters
	if tempo := t.lines.tempo(); tempo != nil {
		take.Tempo = tempo
	}
	return take
}

// changed adds a segment of the grid to the tempi.
func changed(tempo []jam.TempoChange, s jam.Segment) []jam.TempoChange {
	for len(tempo) > 0 && tempo[len(tempo)-1].Frame >= s.Frame {
		tempo = tempo[:len(tempo)-1]
	}
	if len(tempo) > 0 && tempo[len(tempo)-1].BPM == s.BPM {
		return tempo
	}
	return append(tempo, jam.TempoChange{Frame: s.Frame, BPM: s.BPM})
}

// A Repair tells what [Record.Repair] did.
type Repair struct {
	Cut    int64 // number of bytes that were cut off the end of the log
	Music  bool  // session.mid was written
	Frames int64 // of the take in session.mid
}

// ErrRecording is returned for a session that is being recorded.
var ErrRecording = errors.New("it is being recorded at this moment")

// Repair repairs a session that was interrupted: it cuts an incomplete or unreadable end off the log, and makes session.mid
// from the log if there is none, or always if asked to. It does not change a complete session. If the session is being
// recorded, it returns [ErrRecording].
func (r *Record) Repair(always bool, write func(io.Writer, jam.Take) error) (Repair, error) {
	midi := filepath.Join(r.Dir, MIDIFile)
	_, err := os.Stat(midi)
	missing := errors.Is(err, fs.ErrNotExist)
	if !missing && !always {
		return Repair{}, nil
	}
	if r.Recording() {
		return Repair{}, fmt.Errorf("session %s: %w", r.ID, ErrRecording)
	}
	var m Repair
	if m.Cut, err = r.cutTail(); err != nil {
		return m, fmt.Errorf("session %s: the torn end of its log cannot be cut: %w", r.ID, err)
	}
	take, err := r.Take()
	if err == nil {
		err = writeMIDI(realDisk, r.Dir, write, take)
	}
	if err != nil {
		return m, fmt.Errorf("session %s: its MIDI file cannot be made: %w", r.ID, err)
	}
	_ = os.Remove(filepath.Join(r.Dir, recordingFile)) // left by a process that was killed
	m.Music, m.Frames = true, take.Frames
	return m, nil
}

// cutTail cuts the log after its last readable line.
func (r *Record) cutTail() (int64, error) {
	path := filepath.Join(r.Dir, EventsFile)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := newLineReader(f, path, r.Manifest.Format == format1)
	for {
		_, err := lines.next()
		var bad *LineError
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.As(err, &bad) {
			return 0, err
		}
	}
	info, err := f.Stat()
	if err != nil || info.Size() == lines.good {
		return 0, err
	}
	if err := f.Truncate(lines.good); err != nil {
		return 0, err
	}
	return info.Size() - lines.good, f.Sync()
}
