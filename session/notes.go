package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Notes are the user's additions to a session.
type Notes struct {
	Name   string   `json:"name,omitempty"`
	Tags   []string `json:"tags,omitempty"` // sorted, without duplicates
	Rating Rating   `json:"rating,omitzero"`
	Pinned bool     `json:"pinned,omitempty"` // never pruned
}

// A Rating holds the answers to the three questions of the user study of ReaLchords and GAPT (arXiv 2511.17879), each 1 to 5, or
// 0 for no answer.
type Rating struct {
	Adaptation int `json:"adaptation,omitempty"` // how fast the chords adapted
	Control    int `json:"control,omitempty"`    // how much the player was in control
	Enjoyment  int `json:"enjoyment,omitempty"`

	Comment string `json:"comment,omitempty"` // in the player's own words
}

// Given reports whether any question is answered.
func (r Rating) Given() bool { return r.answers() != [3]int{} }

// Whole reports whether every question is answered.
func (r Rating) Whole() bool { return r.Adaptation*r.Control*r.Enjoyment != 0 }

// Mean returns the mean of the answers, or 0 if there are none.
func (r Rating) Mean() float64 {
	sum, n := 0, 0
	for _, answer := range r.answers() {
		sum += answer
		n += min(answer, 1)
	}
	return float64(sum) / float64(max(n, 1))
}

func (r Rating) answers() [3]int { return [3]int{r.Adaptation, r.Control, r.Enjoyment} }

// Limits of Notes and Rating. MaxRating is the best answer of a Rating.
const (
	MaxRating  = 5
	maxTag     = 200 // bytes
	maxTags    = 100
	maxName    = 100 // characters
	maxComment = 500 // characters
)

// CheckNotes returns an error if the user may not save such notes on the session. A name or comment that an earlier jamd saved may be
// longer than the limits as long as it stays.
func (r *Record) CheckNotes(n Notes) error {
	if utf8.RuneCountInString(n.Name) > maxName && n.Name != r.Notes.Name {
		return fmt.Errorf("name %q: must have at most %d characters", n.Name, maxName)
	}
	if has := utf8.RuneCountInString(n.Rating.Comment); has > maxComment && n.Rating.Comment != r.Notes.Rating.Comment {
		return fmt.Errorf("a comment of %d characters: must have at most %d", has, maxComment)
	}
	return n.sound()
}

// sound returns an error for notes that no jamd saves.
func (n Notes) sound() error {
	if strings.ContainsFunc(n.Name, unicode.IsControl) {
		return fmt.Errorf("name %q: must be one line", n.Name)
	}
	if len(n.Tags) > maxTags {
		return fmt.Errorf("%d tags: must be at most %d", len(n.Tags), maxTags)
	}
	for _, tag := range n.Tags {
		if tag == "" || len(tag) > maxTag || strings.ContainsFunc(tag, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }) {
			return fmt.Errorf("tag %q: must be one word", tag)
		}
	}
	for _, answer := range n.Rating.answers() {
		if answer < 0 || answer > MaxRating {
			return fmt.Errorf("rating %d: must be 1 to %d, or 0 for none", answer, MaxRating)
		}
	}
	return nil
}

// Tag adds and removes tags.
func (n *Notes) Tag(add, remove []string) {
	tags := append(slices.Clone(n.Tags), add...)
	tags = slices.DeleteFunc(tags, func(tag string) bool { return slices.Contains(remove, tag) })
	slices.Sort(tags)
	n.Tags = slices.Compact(tags)
}

// readNotes reads the notes of a session. If there is no file, they are empty.
func readNotes(dir string) (n Notes, err error) {
	path := filepath.Join(dir, NotesFile)
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	if err == nil {
		err = n.sound()
	}
	if err != nil {
		return n, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// SetNotes saves the user's notes on the session.
func (r *Record) SetNotes(n Notes) error {
	if err := r.CheckNotes(n); err != nil {
		return err
	}
	text, err := encodeJSON(n)
	if err != nil {
		return err
	}
	if err := disk(realDisk).writeWhole(filepath.Join(r.Dir, NotesFile), text); err != nil {
		return fmt.Errorf("session %s: %w", r.ID, err)
	}
	r.Notes = n
	return nil
}
