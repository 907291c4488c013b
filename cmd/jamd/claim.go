package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// A claim keeps other jamds off a port for as long as this one plays. The system drops it with the process, however that ends.
type claim struct{ lock *flock.Flock }

// claimPort claims a port ("input" or "output"); a port that another jamd has is the user's to mend.
func claimPort(kind, name string) (claim, error) {
	dir, err := claimFolder()
	if err != nil {
		return claim{}, fmt.Errorf("no place for the lock of %s %q: %w", kind, name, err)
	}
	sum := sha256.Sum256([]byte(kind + " " + name))
	path := filepath.Join(dir, fmt.Sprintf("%s-%x.lock", kind, sum[:8]))
	c := claim{flock.New(path, flock.SetPermissions(0o600))}
	mine, err := c.lock.TryLock()
	if err != nil {
		return claim{}, fmt.Errorf("%s %q: its lock %s: %w", kind, name, path, err)
	}
	holder := path + ".process" // beside the lock, because Windows lets nobody read what is locked
	if !mine {
		text, _ := os.ReadFile(holder)
		return claim{}, asInput(fmt.Errorf("%s %q: another jamd plays with it (process %s): end that one, or give this one "+
			"another port: --%s NAME, or a port of its own: --%[4]s 'jamd %[4]s 2'",
			kind, name, orUnknown(strings.TrimSpace(string(text))), strings.TrimSuffix(kind, "put")))
	}
	_ = os.WriteFile(holder, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600) // is for the message alone
	return c, nil
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// release gives the port free; the zero claim holds nothing.
func (c claim) release() {
	if c.lock != nil {
		_ = c.lock.Unlock() // ends with the process at the latest
	}
}

// claimFolder is where the locks of this user's jamds lie: in $XDG_RUNTIME_DIR, else among the temporary files.
func claimFolder() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("jamd-%d", os.Getuid()))
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtime) {
		dir = filepath.Join(runtime, "jamd")
	}
	return dir, os.MkdirAll(dir, 0o700)
}
