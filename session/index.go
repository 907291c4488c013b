package session

import (
	"bytes"
	"encoding/gob"
	"os"
	"path/filepath"
	"time"

	"jamd/atomicfile"
)

// indexFile holds what List knows of the sessions in an archive. It may be removed at any time.
const (
	indexFile   = ".index"
	indexFormat = "jamd.index/5"
)

// An index is what was known of sessions when it was written. It fits a session as long as the session's folder has not been
// changed since: every file that a Brief is made of is written aside and renamed, or the folder of a recording loses a file
// when it ends.
type index struct {
	Format   string
	Sessions map[string]indexed
}

type indexed struct {
	Changed int64 // the folder, nanoseconds since 1970
	Brief   Brief
}

// fresh is how long a folder must have been left alone for its time to be trusted: clocks of file systems are coarse.
const fresh = 2 * time.Second

// learn takes a Brief that was made at a time, of a folder that was last changed at another.
func (x index) learn(b Brief, changed, now time.Time) bool {
	if b.ID == "" || b.Problem != "" || b.Recording || now.Sub(changed) < fresh {
		return false
	}
	x.Sessions[b.ID] = indexed{changed.UnixNano(), b}
	return true
}

// readIndex reads the index. Where there is none, or none that can be read, nothing is known.
func (a *Archive) readIndex() (x index) {
	text, err := os.ReadFile(filepath.Join(a.root, indexFile))
	if err != nil || gob.NewDecoder(bytes.NewReader(text)).Decode(&x) != nil || x.Format != indexFormat {
		return index{}
	}
	return x
}

// brief is what is known of a session whose folder was last changed at the time.
func (x index) brief(id string, changed time.Time) (Brief, bool) {
	k, ok := x.Sessions[id]
	return k.Brief, ok && k.Changed == changed.UnixNano()
}

// writeIndex keeps what is known. An archive that cannot be written to has no index.
func (a *Archive) writeIndex(x index) {
	var text bytes.Buffer
	if gob.NewEncoder(&text).Encode(x) == nil {
		_ = atomicfile.WriteFile(filepath.Join(a.root, indexFile), text.Bytes(), 0o600)
	}
}
