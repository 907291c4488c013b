package session

import (
	"bytes"
	"encoding/gob"
	"os"
	"path/filepath"
	"time"

	"jamd/atomicfile"
)

// indexFile caches the briefs of an archive's sessions. It may be deleted at any time.
const (
	indexFile   = ".index"
	indexFormat = "jamd.index/6"
)

// An index holds briefs of sessions. An entry is valid as long as the session's folder has not changed: a file that a Brief is
// made from changes only by renaming another over it, and the end of a recording removes a file, so each such change also
// changes the folder's time.
type index struct {
	Format   string
	Sessions map[string]indexed
}

type indexed struct {
	Changed int64 // modification time of the folder, in nanoseconds since 1970
	Brief   Brief
}

// fresh is how long a folder must have been unchanged before its time is trusted, because file systems have coarse clocks.
const fresh = 2 * time.Second

// learn adds a Brief that was made at the time now. changed is when the folder last changed. It reports whether the Brief was
// added.
func (x index) learn(b Brief, changed, now time.Time) bool {
	if b.ID == "" || b.Problem != "" || b.Recording || now.Sub(changed) < fresh {
		return false
	}
	x.Sessions[b.ID] = indexed{changed.UnixNano(), b}
	return true
}

// readIndex reads the index. A missing or unreadable index is empty.
func (a *Archive) readIndex() (x index) {
	text, err := os.ReadFile(filepath.Join(a.root, indexFile))
	if err != nil || gob.NewDecoder(bytes.NewReader(text)).Decode(&x) != nil || x.Format != indexFormat {
		return index{}
	}
	return x
}

// brief returns the entry of a session whose folder was last changed at the given time.
func (x index) brief(id string, changed time.Time) (Brief, bool) {
	k, ok := x.Sessions[id]
	return k.Brief, ok && k.Changed == changed.UnixNano()
}

// writeIndex saves the index. If the folder cannot be written, there is no index.
func (a *Archive) writeIndex(x index) {
	var text bytes.Buffer
	if gob.NewEncoder(&text).Encode(x) == nil {
		_ = atomicfile.WriteFile(filepath.Join(a.root, indexFile), text.Bytes(), 0o600)
	}
}
