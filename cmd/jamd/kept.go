package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"jamd/midiio"
	"jamd/session"
	"jamd/ui"
)

// trash holds what was deleted, until jamd is started again. To an archive it is no session.
const trash = ".trash"

// kept are the sessions of a folder as the pages meet them.
type kept struct {
	root     string
	encoders *encoders   // for reports
	report   *sync.Mutex // held while a report is made: one at a time, as a jam may be under way
	change   *sync.Mutex // held while what is kept is changed: a name is on disk before its session is deleted
}

var _ ui.Sessions = kept{}

// openKept opens the folder of sessions ("" is the user's own) and empties its trash. ortLib is ONNX Runtime's library, "" for the one
// that is found. The caller closes it.
func openKept(root, ortLib string) (kept, error) {
	if root == "" {
		var err error
		if root, err = session.DefaultRoot(); err != nil {
			return kept{}, err
		}
	}
	_ = os.RemoveAll(filepath.Join(root, trash)) // what stays there harms nobody
	return kept{root, newEncoders(ortLib), &sync.Mutex{}, &sync.Mutex{}}, nil
}

func (k kept) close() { k.encoders.close() }

// dir is a session's folder; what is no session's name is unknown.
func (k kept) dir(id string) (string, error) {
	dir := filepath.Join(k.root, id)
	if strings.HasPrefix(id, ".") || id != filepath.Base(dir) {
		return "", fmt.Errorf("session %q: %w", id, ui.ErrUnknown)
	}
	if _, err := os.Stat(filepath.Join(dir, session.ManifestFile)); err != nil {
		return "", fmt.Errorf("session %q: %w", id, ui.ErrUnknown)
	}
	return dir, nil
}

// List gives the sessions in which something was played and that can be read.
func (k kept) List() ([]ui.Session, error) {
	archive, err := session.OpenArchive(k.root)
	if err != nil {
		return nil, err
	}
	briefs, err := archive.List()
	if err != nil {
		return nil, err
	}
	all := []ui.Session{}
	for _, b := range slices.Backward(briefs) {
		if b.Problem == "" && b.Seconds > 0 {
			all = append(all, shownOnPage(&b))
		}
	}
	return all, nil
}

func shownOnPage(b *session.Brief) ui.Session {
	s := ui.Session{
		ID: b.ID, Name: b.Name, Start: b.Start, Policy: b.Policy, Tempo: b.Tempo, Seconds: b.Seconds,
		Chords: b.Chords, Misses: b.Misses, Whole: b.Ended, Blind: b.Blind,
	}
	if s.Name == "" {
		s.Name = b.Start.Format("Monday 15:04")
	}
	if rating := ui.Rating(b.Rating); rating != (ui.Rating{}) {
		s.Rating = &rating
	}
	return s
}

// MIDI makes the music of a session that was broken off from its log.
func (k kept) MIDI(id string) (io.ReadCloser, error) {
	r, err := k.open(id)
	if err != nil {
		return nil, err
	}
	if _, err := r.Mend(false, midiio.WriteTake); errors.Is(err, session.ErrRecording) {
		return nil, fmt.Errorf("session %q has no music yet: %w", id, ui.ErrUnknown)
	} else if err != nil {
		return nil, err
	}
	return os.Open(filepath.Join(r.Dir, session.MIDIFile))
}

func (k kept) Report(w io.Writer, id string) error {
	r, err := k.open(id)
	if err != nil {
		return err
	}
	k.report.Lock()
	defer k.report.Unlock()
	return reportOf(w, r, k.encoders)
}

func (k kept) Rename(id, name string) error {
	_, err := k.note(id, func(n *session.Notes) { n.Name = name })
	return err
}

func (k kept) Rate(id string, r ui.Rating) (ui.Session, error) {
	record, err := k.note(id, func(n *session.Notes) { n.Rating = session.Rating(r) })
	if err != nil {
		return ui.Session{}, err
	}
	b := record.Brief()
	return shownOnPage(&b), nil
}

// open opens a session by its id.
func (k kept) open(id string) (*session.Record, error) {
	dir, err := k.dir(id)
	if err != nil {
		return nil, err
	}
	return session.Open(dir)
}

// note changes what is said of a session.
func (k kept) note(id string, change func(*session.Notes)) (*session.Record, error) {
	k.change.Lock()
	defer k.change.Unlock()
	r, err := k.open(id)
	if err != nil {
		return nil, err
	}
	n := r.Notes
	change(&n)
	err = r.SetNotes(n)
	return r, err
}

func (k kept) Delete(id string) error {
	k.change.Lock()
	defer k.change.Unlock()
	dir, err := k.dir(id)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(k.root, trash), 0o755); err != nil {
		return err
	}
	return os.Rename(dir, filepath.Join(k.root, trash, id))
}

func (k kept) Restore(id string) error {
	k.change.Lock()
	defer k.change.Unlock()
	if _, err := (kept{root: filepath.Join(k.root, trash)}).dir(id); err != nil {
		return err
	}
	return os.Rename(filepath.Join(k.root, trash, id), filepath.Join(k.root, id))
}
