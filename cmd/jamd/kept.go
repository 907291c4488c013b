package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"jamd/session"
	"jamd/ui"
)

// trash holds what was deleted, until jamd is started again. To an archive it is no session.
const trash = ".trash"

// kept are the sessions of a folder as the pages meet them.
type kept struct{ root string }

var _ ui.Sessions = kept{}

// openKept opens the folder of sessions ("" is the user's own) and empties its trash.
func openKept(root string) (kept, error) {
	if root == "" {
		var err error
		if root, err = session.DefaultRoot(); err != nil {
			return kept{}, err
		}
	}
	_ = os.RemoveAll(filepath.Join(root, trash)) // what stays there harms nobody
	return kept{root}, nil
}

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

func (k kept) MIDI(id string) (io.ReadCloser, error) {
	dir, err := k.dir(id)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(dir, session.MIDIFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("session %q has no music: %w", id, ui.ErrUnknown)
	}
	return file, err
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

// note changes what is said of a session.
func (k kept) note(id string, change func(*session.Notes)) (*session.Record, error) {
	dir, err := k.dir(id)
	if err != nil {
		return nil, err
	}
	r, err := session.Open(dir)
	if err != nil {
		return nil, err
	}
	n := r.Notes
	change(&n)
	err = r.SetNotes(n)
	return r, err
}

func (k kept) Delete(id string) error {
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
	if _, err := (kept{filepath.Join(k.root, trash)}).dir(id); err != nil {
		return err
	}
	return os.Rename(filepath.Join(k.root, trash, id), filepath.Join(k.root, id))
}
