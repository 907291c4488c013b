package ports

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"

	"jamd/usage"
)

// A Claim keeps other jamds from using a port. It ends with the process, however the process ends. The zero Claim claims nothing.
type Claim struct{ lock *flock.Flock }

// The directions of a port.
const (
	Input  = "input"
	Output = "output"
)

// ErrTaken is why a port cannot be claimed.
var ErrTaken = errors.New("another jamd uses it")

// NewClaim claims a port. direction is [Input] or [Output]. If another jamd has claimed the port, the error is a usage error that
// names the process.
func NewClaim(direction, name string) (Claim, error) {
	dir, err := claimFolder()
	if err != nil {
		return Claim{}, fmt.Errorf("no place for the lock of %s %q: %w", direction, name, err)
	}
	sum := sha256.Sum256([]byte(direction + " " + name))
	path := filepath.Join(dir, fmt.Sprintf("%s-%x.lock", direction, sum[:8]))
	c := Claim{flock.New(path, flock.SetPermissions(0o600))}
	mine, err := c.lock.TryLock()
	if err != nil {
		return Claim{}, fmt.Errorf("%s %q: its lock %s: %w", direction, name, path, err)
	}
	holder := path + ".process" // beside the lock, because nobody can read a locked file on Windows
	if !mine {
		text, _ := os.ReadFile(holder)
		return Claim{}, usage.Errorf("%s %q: %w (process %s): end that one, or give this one "+
			"another port: --%s NAME, or a port of its own: --%[5]s 'jamd %[5]s 2'",
			direction, name, ErrTaken, cmp.Or(strings.TrimSpace(string(text)), "unknown"), strings.TrimSuffix(direction, "put"))
	}
	_ = os.WriteFile(holder, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600) // only the message above needs it
	return c, nil
}

// Release frees the port.
func (c Claim) Release() {
	if c.lock != nil {
		_ = c.lock.Unlock() // the lock ends with the process at the latest
	}
}

// claimFolder makes and returns the folder of this user's locks: in $XDG_RUNTIME_DIR, or else in the folder for temporary files.
func claimFolder() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("jamd-%d", os.Getuid()))
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtime) {
		dir = filepath.Join(runtime, "jamd")
	}
	return dir, os.MkdirAll(dir, 0o700)
}
