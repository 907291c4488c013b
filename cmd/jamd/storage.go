package main

import (
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"

	"jamd/archive"
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
	gone, err := archive.Prune(root, limits, filepath.Base(just))
	for i := range gone {
		to.Log.Info().Msgf("session %s of %s is deleted, %s: older or more than the limit for sessions", gone[i].ID, when(gone[i].Start),
			humanize.IBytes(uint64(gone[i].Bytes)))
	}
	if err != nil {
		to.Log.Warn().Msgf("old sessions are not deleted: %v", err)
	}
}
