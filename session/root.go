package session

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"jamd/userdir"
)

// DefaultRoot returns the default directory of sessions: $XDG_STATE_HOME/jamd/sessions if that variable is an absolute path.
// Otherwise it is ~/.local/state/jamd/sessions, on macOS ~/Library/Application Support/jamd/sessions, and on Windows
// %LocalAppData%\jamd\sessions.
func DefaultRoot() (string, error) { return defaultRoot(runtime.GOOS, os.Getenv) }

func defaultRoot(system string, getenv func(string) string) (string, error) {
	folder, err := userdir.State.In(system, getenv)
	if err != nil {
		return "", fmt.Errorf("no place for sessions is known: %w", err)
	}
	return filepath.Join(folder, "sessions"), nil
}
