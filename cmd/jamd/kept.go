package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"jamd/jam"
	"jamd/session"
	"jamd/ui"
)

const (
	trash      = ".trash" // what was deleted, until jamd is started again
	notesFile  = "notes.json"
	ratingFile = "rating.json"
	// tail is more than the last line of a session's log, in bytes.
	tail = 4 << 10
)

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

func (k kept) List() ([]ui.Session, error) {
	entries, err := os.ReadDir(k.root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := []ui.Session{}
	for _, e := range entries {
		if dir, err := k.dir(e.Name()); err == nil {
			if s, err := briefOf(dir); err == nil && s.Seconds > 0 {
				all = append(all, s)
			}
		}
	}
	slices.SortFunc(all, func(a, b ui.Session) int { return b.Start.Compare(a.Start) })
	return all, nil
}

// briefOf reads a session's manifest, the end of its log, and what the player said of it.
func briefOf(dir string) (ui.Session, error) {
	var m session.Manifest
	if err := readJSON(filepath.Join(dir, session.ManifestFile), &m); err != nil {
		return ui.Session{}, err
	}
	s := ui.Session{
		ID: filepath.Base(dir), Name: m.Start.Format("Monday 15:04"), Start: m.Start, Policy: m.Policy.Name, Tempo: m.Settings.Tempo,
	}
	var end struct {
		Type  string      `json:"type"`
		Frame int64       `json:"frame"` // of a frame's line
		Jam   jam.Summary `json:"jam"`   // of the end
	}
	last, err := lastLine(filepath.Join(dir, session.EventsFile))
	if err != nil {
		return s, err
	}
	_ = json.Unmarshal(last, &end) // a torn line tells nothing
	s.Whole = end.Type == "end"
	frames := end.Frame
	if s.Whole {
		frames = end.Jam.Frames + end.Jam.Skipped
	}
	s.Chords, s.Misses = end.Jam.Chords, end.Jam.Misses
	s.Seconds = float64(frames) / jam.FramesPerBeat / m.Settings.Tempo * 60
	var notes struct {
		Name string `json:"name"`
	}
	if readJSON(filepath.Join(dir, notesFile), &notes) == nil && notes.Name != "" {
		s.Name = notes.Name
	}
	var rating ui.Rating
	if readJSON(filepath.Join(dir, ratingFile), &rating) == nil {
		s.Rating = &rating
	}
	return s, nil
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// lastLine is the last whole line of a file.
func lastLine(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	text := make([]byte, min(info.Size(), tail))
	if _, err := file.ReadAt(text, info.Size()-int64(len(text))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	return lines[len(lines)-1], nil
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
	dir, err := k.dir(id)
	if err != nil {
		return err
	}
	path, notes := filepath.Join(dir, notesFile), map[string]any{} // what else it says stays
	if err := readJSON(path, &notes); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, err)
	}
	notes["name"] = name
	return writeJSON(path, notes)
}

func (k kept) Rate(id string, r ui.Rating) error {
	dir, err := k.dir(id)
	if err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, ratingFile), r)
}

func writeJSON(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return writeAside(path, append(text, '\n'))
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
