package session

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"jamd/jam"
)

// A Repair says what [Record.Repair] did.
type Repair struct {
	Cut    int64 // number of bytes that were cut off the end of the log
	Music  bool  // session.mid was written
	Frames int64 // number of frames of the take in session.mid
}

// ErrRecording is the error for a session that is being recorded.
var ErrRecording = errors.New("the session is being recorded now")

// Repair repairs a session that was interrupted. It cuts an incomplete or unreadable end off the log, and makes session.mid from
// the log if there is none; with always, it makes session.mid again. It does not change a complete session. If the session is
// being recorded, it returns [ErrRecording].
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
		return m, fmt.Errorf("session %s: the incomplete end of its log cannot be cut off: %w", r.ID, err)
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

// cutTail cuts the log after its last readable line. It returns how many bytes it cut off.
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
