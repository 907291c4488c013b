package session

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// An Archive is a folder that holds sessions, one folder each. Names that begin with a dot are not sessions.
type Archive struct{ root string }

// OpenArchive opens a folder of sessions. "" is [DefaultRoot]. A folder that does not exist yet is an empty archive.
func OpenArchive(root string) (*Archive, error) {
	if root == "" {
		var err error
		if root, err = DefaultRoot(); err != nil {
			return nil, err
		}
	}
	return &Archive{root}, nil
}

// ids returns the session folders.
func (a *Archive) ids() ([]fs.DirEntry, error) {
	all, err := os.ReadDir(a.root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(d fs.DirEntry) bool { return !d.IsDir() || strings.HasPrefix(d.Name(), ".") }), err
}

// List returns the briefs of all sessions, oldest first, even if the wall clock was set back between them. An index file caches
// the briefs; an entry that does not match its folder is made again.
func (a *Archive) List() ([]Brief, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	now, old := time.Now(), a.readIndex()
	briefs, changed := make([]Brief, len(ids)), make([]time.Time, len(ids))
	known := make([]bool, len(ids))
	var work sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		work.Go(func() {
			for i := worker; i < len(ids); i += workers {
				info, err := ids[i].Info()
				if err != nil {
					continue // the session was deleted in the meantime
				}
				changed[i] = info.ModTime()
				if briefs[i], known[i] = old.brief(ids[i].Name(), changed[i]); !known[i] {
					briefs[i] = a.brief(ids[i].Name())
				}
			}
		})
	}
	work.Wait()
	x, hits, learned := index{indexFormat, make(map[string]indexed, len(ids))}, 0, false
	for i, b := range briefs {
		if known[i] {
			x.Sessions[b.ID] = old.Sessions[b.ID]
			hits++
		} else if x.learn(b, changed[i], now) {
			learned = true
		}
	}
	if learned || hits < len(old.Sessions) {
		a.writeIndex(x)
	}
	briefs = slices.DeleteFunc(briefs, func(b Brief) bool { return b.ID == "" })
	slices.SortStableFunc(briefs, func(a, b Brief) int { return cmp.Or(a.Order.Compare(b.Order), cmp.Compare(a.ID, b.ID)) })
	return briefs, nil
}

func (a *Archive) brief(id string) Brief {
	r, err := Open(filepath.Join(a.root, id))
	if err != nil {
		return Brief{ID: id, Problem: err.Error()}
	}
	return r.Brief()
}

// Last is an id for [Archive.Find] that means the newest session.
const Last = "last"

// Find opens a session by its id, by a unique beginning of its id, or by [Last]. A name with a path separator is the path of a
// session outside the archive.
func (a *Archive) Find(id string) (*Record, error) {
	if strings.ContainsRune(id, filepath.Separator) || strings.ContainsRune(id, '/') {
		return Open(id)
	}
	if id == Last {
		all, err := a.List()
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(b Brief) bool { return b.Problem != "" })
		if len(all) == 0 {
			return nil, fmt.Errorf("there is no session in %s", a.root)
		}
		return Open(filepath.Join(a.root, all[len(all)-1].ID))
	}
	if info, err := os.Stat(filepath.Join(a.root, id)); err == nil && info.IsDir() && id != "" && !strings.HasPrefix(id, ".") {
		return Open(filepath.Join(a.root, id)) // without reading the other sessions
	}
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	var found []string
	for _, d := range ids {
		if id != "" && strings.HasPrefix(d.Name(), id) {
			found = append(found, d.Name())
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no session %q in %s: see 'jamd sessions list'", id, a.root)
	case 1:
		return Open(filepath.Join(a.root, found[0]))
	}
	return nil, fmt.Errorf("%d sessions begin with %q: %s and others", len(found), id, strings.Join(found[:2], ", "))
}

// Delete deletes a session for good. If the session is being recorded, it returns [ErrRecording].
func (r *Record) Delete() error {
	if r.Recording() {
		return fmt.Errorf("session %s: %w", r.ID, ErrRecording)
	}
	aside := filepath.Join(filepath.Dir(r.Dir), ".deleted-"+r.ID) // renamed first, so that nobody sees half a session
	_ = os.RemoveAll(aside)                                       // left over from an interrupted Delete
	err := os.Rename(r.Dir, aside)
	if err == nil {
		err = os.RemoveAll(aside)
	}
	if err != nil {
		return fmt.Errorf("session %s cannot be deleted: %w", r.ID, err)
	}
	return nil
}

// Import copies a session from elsewhere into the archive, whole or not at all. If the session is being recorded, it returns
// [ErrRecording].
func (a *Archive) Import(dir string) (*Record, error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(r.ID, ".") {
		return nil, fmt.Errorf("%s: the name of a session cannot begin with a dot", dir)
	}
	if r.Recording() {
		return nil, fmt.Errorf("session %s: %w", r.ID, ErrRecording)
	}
	to := filepath.Join(a.root, r.ID)
	if _, err := os.Stat(to); err == nil {
		return nil, fmt.Errorf("session %s exists already: %s", r.ID, to)
	}
	if err := os.MkdirAll(a.root, 0o755); err != nil {
		return nil, err
	}
	aside, err := os.MkdirTemp(a.root, ".import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(aside) // on success it has been renamed
	for _, name := range []string{ManifestFile, EventsFile, MIDIFile, NotesFile} {
		err := copyFile(filepath.Join(dir, name), filepath.Join(aside, name))
		if errors.Is(err, fs.ErrNotExist) && (name == MIDIFile || name == NotesFile) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("session %s cannot be imported: %w", r.ID, err)
		}
	}
	err = errors.Join(os.Chmod(aside, 0o755), os.Rename(aside, to))
	if err != nil {
		return nil, fmt.Errorf("session %s cannot be imported: %w", r.ID, err)
	}
	syncDir(a.root)
	raiseNewest(a.root, r.Manifest.order())
	return Open(to)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := disk(realDisk).create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// Limits say how many sessions an archive may hold; 0 is no limit.
type Limits struct {
	Age   time.Duration // since the start of the jam
	Bytes int64         // size of all sessions together
}

// Prune returns the sessions to delete, oldest first, so that the rest is within the limits. all is the result of [Archive.List].
// Sessions that are pinned, of a study's participant, being recorded or unreadable are not deleted, but their size counts.
func (l Limits) Prune(all []Brief, now time.Time) (gone []Brief) {
	var sum int64
	for _, b := range all {
		sum += b.Bytes
	}
	for _, b := range all {
		old := l.Age > 0 && now.Sub(b.Start) > l.Age
		much := l.Bytes > 0 && sum > l.Bytes
		if b.Pinned || b.ofStudy() || b.Recording || b.Problem != "" || !old && !much {
			continue
		}
		gone = append(gone, b)
		sum -= b.Bytes
	}
	return gone
}
