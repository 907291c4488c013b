package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"

	"jamd/session"
)

// storageFlags bound what kept sessions take. Without them all are kept.
type storageFlags struct {
	SessionsLimit byteCount `placeholder:"5GB" help:"When a jam has ended, delete the oldest sessions until all together take no more than this. Pinned ones stay."`
	SessionsAge   age       `placeholder:"90d" help:"When a jam has ended, delete sessions begun longer ago than this: hours (h), days (d), weeks (w). Pinned ones stay."`
}

// keep deletes the sessions of a folder that are too many, and says which. The one just played, in the folder just, stays.
func (f *storageFlags) keep(to console, root, just string) {
	limits := session.Limits{Age: time.Duration(f.SessionsAge), Bytes: int64(f.SessionsLimit)}
	if limits == (session.Limits{}) {
		return
	}
	gone, err := prune(root, limits, filepath.Base(just))
	for i := range gone {
		to.Log.Info().Msgf("session %s of %s is deleted, %s: older or more than the limit for sessions", gone[i].ID, when(gone[i].Start),
			humanize.IBytes(uint64(gone[i].Bytes)))
	}
	if err != nil {
		to.Log.Warn().Msgf("old sessions are not deleted: %v", err)
	}
}

// prune deletes what the limits ask for in a folder, but for the session kept, and tells of it.
func prune(root string, limits session.Limits, kept string) (gone []session.Brief, err error) {
	a, err := session.OpenArchive(root)
	if err != nil {
		return nil, err
	}
	all, err := a.List()
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Pinned = all[i].Pinned || all[i].ID == kept
	}
	var errs []error
	for _, b := range limits.Prune(all, time.Now()) {
		if err := deleteFrom(a, b.ID); err != nil {
			errs = append(errs, err)
			continue
		}
		gone = append(gone, b)
	}
	return gone, errors.Join(errs...)
}

// deleteFrom deletes a session of an archive for good.
func deleteFrom(a *session.Archive, id string) error {
	r, err := a.Find(id)
	if err != nil {
		return fmt.Errorf("session %s: %w", id, err)
	}
	return r.Delete()
}
