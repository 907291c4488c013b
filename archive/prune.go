package archive

import (
	"errors"
	"fmt"
	"time"

	"jamd/session"
)

// Prune deletes sessions of the folder root until the rest is within the limits, and returns the deleted ones. It never deletes
// the session with the id spared.
func Prune(root string, limits session.Limits, spared string) (gone []session.Brief, err error) {
	a, err := session.OpenArchive(root)
	if err != nil {
		return nil, err
	}
	all, err := a.List()
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Pinned = all[i].Pinned || all[i].ID == spared
	}
	var errs []error
	for _, b := range limits.Prune(all, time.Now()) {
		if err := Delete(a, b.ID); err != nil {
			errs = append(errs, err)
			continue
		}
		gone = append(gone, b)
	}
	return gone, errors.Join(errs...)
}

// Delete deletes a session for good. It does not go to the trash.
func Delete(a *session.Archive, id string) error {
	r, err := a.Find(id)
	if err != nil {
		return fmt.Errorf("session %s: %w", id, err)
	}
	return r.Delete()
}
