// Package userdir knows where a user's files of jamd lie, on each system.
package userdir

import (
	"fmt"
	"path/filepath"
)

// A Kind is a kind of files that the XDG base directory specification gives a place.
type Kind struct {
	variable string   // names the place if it is an absolute path
	below    []string // otherwise the place below the home folder, but on macOS and Windows
}

// The kinds: what jamd writes while it runs, and what the user adds to it.
var (
	State = Kind{"XDG_STATE_HOME", []string{".local", "state"}}
	Data  = Kind{"XDG_DATA_HOME", []string{".local", "share"}}
)

// In returns jamd's folder for a kind of files: on Linux $XDG_STATE_HOME/jamd or $XDG_DATA_HOME/jamd if that variable is an
// absolute path. Otherwise it is below ~/.local, on macOS in ~/Library/Application Support, and on Windows in %LocalAppData%.
// system is as [runtime.GOOS]. The error names the variable that is not set.
func (k Kind) In(system string, getenv func(string) string) (string, error) {
	place := getenv(k.variable)
	if !filepath.IsAbs(place) { // the specification says to ignore relative paths
		variable, below := "HOME", k.below
		switch system {
		case "darwin":
			below = []string{"Library", "Application Support"}
		case "windows":
			variable, below = "LocalAppData", nil
		}
		home := getenv(variable)
		if home == "" {
			return "", fmt.Errorf("$%s is not set", variable)
		}
		place = filepath.Join(append([]string{home}, below...)...)
	}
	return filepath.Join(place, "jamd"), nil
}
