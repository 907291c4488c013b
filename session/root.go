package session

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultRoot returns the default directory of sessions: $XDG_STATE_HOME/jamd/sessions if that variable is an absolute path.
// Otherwise it is ~/.local/state/jamd/sessions, on macOS ~/Library/Application Support/jamd/sessions, and on Windows
// %LocalAppData%\jamd\sessions.
func DefaultRoot() (string, error) { return defaultRoot(runtime.GOOS, os.Getenv) }

func defaultRoot(system string, getenv func(string) string) (string, error) {
	state := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // the XDG base directory specification says to ignore relative paths
		variable, below := "HOME", []string{".local", "state"}
		switch system {
		case "darwin":
			below = []string{"Library", "Application Support"}
		case "windows":
			variable, below = "LocalAppData", nil
		}
		home := getenv(variable)
		if home == "" {
			return "", fmt.Errorf("no place for sessions is known: $%s is not set", variable)
		}
		state = filepath.Join(append([]string{home}, below...)...)
	}
	return filepath.Join(state, "jamd", "sessions"), nil
}
