package session

import (
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// A Record is a session that can be read: one that has ended, was interrupted, or is being recorded.
type Record struct {
	ID       string // name of its directory
	Dir      string
	Manifest Manifest
	Notes    Notes

	policy string // what its policy is called among other sessions, after [TellApart]; "" for the name in the manifest
}

// Open reads the manifest and the notes of a session. [Record.Lines] reads its log. Errors name the file and the problem.
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

// lockRecording marks a folder as being recorded. A process that checks for this holds the lock for an instant, so lockRecording
// tries several times. Without the lock, the session only looks as if it were not recorded.
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

// Lines reads the log line by line, in bounded memory. A line that cannot be read, or that comes after missing lines, comes with
// a [*LineError], and the iteration goes on after it. Any other error is about the file and ends the iteration. A line without a
// line break at the end of the log is left out, because it was not written completely.
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

// Entries reads the entries of the log, without unreadable lines. An error is about the file and ends the iteration.
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
