package archive

import (
	"os"
	"path/filepath"

	"jamd/session"
)

// trash is the folder of deleted sessions until jamd starts again. Its name begins with a dot, so it is not taken for a session.
const trash = ".trash"

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
