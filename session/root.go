package session

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultRoot is where sessions lie when nobody says otherwise: $XDG_STATE_HOME/jamd/sessions where the variable holds
// an absolute path; else ~/.local/state/jamd/sessions, on macOS ~/Library/Application Support/jamd/sessions, on Windows
// %LocalAppData%\jamd\sessions.
func DefaultRoot() (string, error) { return defaultRoot(runtime.GOOS, os.Getenv) }

func defaultRoot(system string, getenv func(string) string) (string, error) {
	state := getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // relative ones are to be ignored, says the XDG base directory specification
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
