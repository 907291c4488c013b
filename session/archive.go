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

// An Archive is the folder where sessions lie, one folder each. What begins with a dot in it is no session.
type Archive struct{ root string }

// OpenArchive opens a folder of sessions; "" is DefaultRoot. One that is not there yet is empty.
func OpenArchive(root string) (*Archive, error) {
	if root == "" {
		var err error
		if root, err = DefaultRoot(); err != nil {
			return nil, err
		}
	}
	return &Archive{root}, nil
}

// ids lists the folders of the archive.
func (a *Archive) ids() ([]fs.DirEntry, error) {
	all, err := os.ReadDir(a.root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(d fs.DirEntry) bool { return !d.IsDir() || strings.HasPrefix(d.Name(), ".") }), err
}

// List tells of all sessions, the oldest first, whatever the wall clock said when they were recorded. What is known of a session is kept in an index, which is made anew of the
// folders wherever it does not fit them.
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
					continue // it is gone
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

// Last is how the newest session may be called.
const Last = "last"

// Find opens a session by its id, by the beginning of its id where no other session has it, or as Last. What holds a path
// separator is the path of a session elsewhere.
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
		return Open(filepath.Join(a.root, id)) // all need not be read for one
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

// Delete removes a session for good. One that is being recorded is refused with ErrRecording.
func (r *Record) Delete() error {
	if r.Recording() {
		return fmt.Errorf("session %s: %w", r.ID, ErrRecording)
	}
	aside := filepath.Join(filepath.Dir(r.Dir), ".deleted-"+r.ID) // so that nobody sees half of it
	_ = os.RemoveAll(aside)                                       // the rest of one that was interrupted
	err := os.Rename(r.Dir, aside)
	if err == nil {
		err = os.RemoveAll(aside)
	}
	if err != nil {
		return fmt.Errorf("session %s cannot be deleted: %w", r.ID, err)
	}
	return nil
}

// Import copies a session from elsewhere into the archive, whole or not at all. It refuses one that is being recorded with
// ErrRecording.
func (a *Archive) Import(dir string) (*Record, error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(r.ID, ".") {
		return nil, fmt.Errorf("%s: a session's name does not begin with a dot", dir)
	}
	if r.Recording() {
		return nil, fmt.Errorf("session %s: %w", r.ID, ErrRecording)
	}
	to := filepath.Join(a.root, r.ID)
	if _, err := os.Stat(to); err == nil {
		return nil, fmt.Errorf("session %s is there already: %s", r.ID, to)
	}
	if err := os.MkdirAll(a.root, 0o755); err != nil {
		return nil, err
	}
	aside, err := os.MkdirTemp(a.root, ".import-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(aside) // it is renamed where all went well
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
	out, err := createFile(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}

// Limits say which sessions are too many; 0 is no limit.
type Limits struct {
	Age   time.Duration // since the jam's start
	Bytes int64         // of all sessions together
}

// Prune names the sessions that have to go so that the rest keeps the limits, the oldest first. Sessions that are pinned, being
// recorded or cannot be read stay, though they count. all is what List gives.
func (l Limits) Prune(all []Brief, now time.Time) (gone []Brief) {
	var sum int64
	for _, b := range all {
		sum += b.Bytes
	}
	for _, b := range all {
		old := l.Age > 0 && now.Sub(b.Start) > l.Age
		much := l.Bytes > 0 && sum > l.Bytes
		if b.Pinned || b.Recording || b.Problem != "" || !old && !much {
			continue
		}
		gone = append(gone, b)
		sum -= b.Bytes
	}
	return gone
}
