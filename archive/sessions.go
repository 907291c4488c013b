// Package archive does what the page and the `sessions` commands need beyond reading a session: it measures and reports sessions,
// replays them, exports their sound, records offline accompaniments, and deletes old sessions. [Sessions] implements the page's
// view, [ui.Sessions]. Package session defines the file formats and the folder of sessions, [session.Archive].
package archive

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"jamd/midiio"
	"jamd/session"
	"jamd/ui"
)

// Sessions are the recorded sessions in a folder, as the page shows and changes them. They are safe for concurrent use.
type Sessions struct {
	root     string
	encoders *Encoders    // for reports
	report   sync.Mutex   // held while a report is made: only one at a time, because a jam may be running
	change   sync.Mutex   // held during a change, so that a new name is on disk before its session is deleted
	trashed  *flock.Flock // on trashLock, from the first Delete on
}

var _ ui.Sessions = (*Sessions)(nil)

// Open opens a folder of sessions and empties its trash, unless another jamd has deleted a session and could still restore it. root
// is "" for the user's own folder. ortLib is the path of ONNX Runtime's library, or "" for the one that is found. The caller must
// call Close.
func Open(root, ortLib string) (*Sessions, error) {
	if root == "" {
		var err error
		if root, err = session.DefaultRoot(); err != nil {
			return nil, err
		}
	}
	emptyTrash(root)
	return &Sessions{root: root, encoders: NewEncoders(ortLib), trashed: flock.New(filepath.Join(root, trashLock))}, nil
}

// Close frees the networks that reports needed. What was deleted can no longer be restored.
func (s *Sessions) Close() {
	s.encoders.Close()
	_ = s.trashed.Close()
}

// folder returns the folder of the session called id in root. If there is none, the error wraps [ui.ErrUnknown].
func folder(root, id string) (string, error) {
	dir := filepath.Join(root, id)
	if strings.HasPrefix(id, ".") || id != filepath.Base(dir) {
		return "", gone(id)
	}
	if _, err := os.Stat(filepath.Join(dir, session.ManifestFile)); err != nil {
		return "", gone(id)
	}
	return dir, nil
}

// gone is the error for a session that is not there.
func gone(id string) error {
	return &ui.Reason{Code: ui.ReasonSessionGone, Err: fmt.Errorf("session %q: %w", id, ui.ErrUnknown)}
}

// List returns the sessions that can be read and in which something was played, newest first.
func (s *Sessions) List() ([]ui.Session, error) {
	archive, err := session.OpenArchive(s.root)
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
			all = append(all, onPage(&b))
		}
	}
	return all, nil
}

// onPage describes a session for the page.
func onPage(b *session.Brief) ui.Session {
	s := ui.Session{
		ID: b.ID, Name: b.Name, Start: b.Start, Policy: b.Policy, Tempo: b.Tempo, Seconds: b.Seconds,
		Chords: b.Chords, Misses: b.Misses, Whole: b.Ended, Blind: b.Blind,
	}
	if s.Name == "" {
		s.Name = unnamed(b.Start)
	}
	if rating := ui.Rating(b.Rating); b.Rating.Given() {
		s.Rating = &rating
	}
	if t := b.Trial; t != nil {
		s.TooShort, s.AtLeast = b.TooShort, t.AtLeast
	}
	s.Trial = TrialOnPage(b.Trial)
	return s
}

// TrialOnPage returns the place of a jam in a study as the page tells it, or nil if it has none.
func TrialOnPage(t *session.Trial) *ui.Trial {
	if t == nil || t.Participant == "" {
		return nil
	}
	return &ui.Trial{Participant: t.Participant, Jam: t.Jam, Of: t.Of}
}

// unnamed returns how the page names a session that has no name.
func unnamed(start time.Time) string { return start.Format("Monday 15:04") }

// MIDI opens the MIDI file of a session. If the session was cut off, MIDI first makes the file from the log. The caller must
// close it.
func (s *Sessions) MIDI(id string) (io.ReadCloser, error) {
	r, err := s.open(id)
	if err != nil {
		return nil, err
	}
	if _, err := r.Repair(false, midiio.WriteTake); errors.Is(err, session.ErrRecording) {
		return nil, fmt.Errorf("session %q has no music yet: %w", id, ui.ErrUnknown)
	} else if err != nil {
		return nil, err
	}
	return os.Open(filepath.Join(r.Dir, session.MIDIFile))
}

// LeadSheet writes the lead sheet of a session as MusicXML. A jam without a title has the name that the page shows.
func (s *Sessions) LeadSheet(w io.Writer, id string) error {
	r, err := s.open(id)
	if err != nil {
		return err
	}
	take, err := r.NamedTake()
	if err != nil {
		return err
	}
	if take.Name == "jam" { // whose melody was no tune with a title
		take.Name = unnamed(r.Manifest.Start)
	}
	return session.WriteLeadSheet(w, take)
}

// Chart returns the chords of a session by its bars.
func (s *Sessions) Chart(id string) (ui.Chart, error) {
	r, err := s.open(id)
	if err != nil {
		return ui.Chart{}, err
	}
	take, err := r.NamedTake()
	if err != nil {
		return ui.Chart{}, err
	}
	return ui.NewChart(&take), nil
}

// Report writes the report of a session as an HTML page.
func (s *Sessions) Report(w io.Writer, id string) error {
	r, err := s.open(id)
	if err != nil {
		return err
	}
	s.report.Lock()
	defer s.report.Unlock()
	return Report(w, r, s.encoders)
}

// Rename gives a session a name.
func (s *Sessions) Rename(id, name string) error {
	_, err := s.note(id, func(n *session.Notes) { n.Name = name })
	return err
}

// Rate stores the player's answers and returns the changed session. A blind session shows its policy once it is rated, for
// which it needs all answers.
func (s *Sessions) Rate(id string, r ui.Rating) (ui.Session, error) {
	if record, err := s.open(id); err == nil {
		if err := record.MayRate(session.Rating(r)); err != nil {
			return ui.Session{}, fmt.Errorf("session %q %w: %w", id, err, ui.ErrRefused)
		}
	}
	record, err := s.note(id, func(n *session.Notes) { n.Rating = session.Rating(r) })
	if err != nil {
		return ui.Session{}, err
	}
	b := record.Brief()
	return onPage(&b), nil
}

// open opens a session by its id.
func (s *Sessions) open(id string) (*session.Record, error) {
	dir, err := folder(s.root, id)
	if err != nil {
		return nil, err
	}
	return session.Open(dir)
}

// note changes the notes of a session: its name or its rating.
func (s *Sessions) note(id string, change func(*session.Notes)) (*session.Record, error) {
	s.change.Lock()
	defer s.change.Unlock()
	r, err := s.open(id)
	if err != nil {
		return nil, err
	}
	n := r.Notes
	change(&n)
	if err := r.CheckNotes(n); err != nil {
		return nil, fmt.Errorf("%w: %w", ui.ErrRefused, err)
	}
	err = r.SetNotes(n)
	return r, err
}
