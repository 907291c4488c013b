package archive

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"jamd/session"
)

// trash is the folder of deleted sessions. Each jamd that deletes one locks the file trashLock until it ends, so that its page can
// restore the session: the trash is emptied when a jamd starts and nobody holds the lock. The names begin with a dot, so they are
// not taken for sessions.
const trash, trashLock = ".trash", ".trash.lock"

// emptyTrash deletes the sessions in the trash of a folder for good, unless a running jamd can still restore one.
func emptyTrash(root string) {
	if _, err := os.Stat(filepath.Join(root, trash)); err != nil {
		return
	}
	lock := flock.New(filepath.Join(root, trashLock))
	if free, err := lock.TryLock(); free || err != nil { // where files cannot be locked, nobody can ask for the trash to be kept
		_ = os.RemoveAll(filepath.Join(root, trash)) // what cannot be removed does no harm
	}
	_ = lock.Close()
}

// Delete moves a session into the trash. A session that is being recorded is not there yet, as in List.
func (s *Sessions) Delete(id string) error {
	s.change.Lock()
	defer s.change.Unlock()
	dir, err := folder(s.root, id)
	if err != nil {
		return err
	}
	if (&session.Record{Dir: dir}).Recording() {
		return gone(id)
	}
	_ = s.trashed.RLock() // where files cannot be locked, another jamd ends the undo, but that is no reason not to delete
	if err := os.MkdirAll(filepath.Join(s.root, trash), 0o755); err != nil {
		return err
	}
	aside := filepath.Join(s.root, trash, id)
	if err := os.RemoveAll(aside); err != nil { // it was deleted before, and imported again
		return err
	}
	return os.Rename(dir, aside)
}

// Restore brings a session back from the trash.
func (s *Sessions) Restore(id string) error {
	s.change.Lock()
	defer s.change.Unlock()
	dir, err := folder(filepath.Join(s.root, trash), id)
	if err != nil {
		return err
	}
	return os.Rename(dir, filepath.Join(s.root, id))
}
