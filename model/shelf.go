//go:build cgo

package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"jamd/atomicfile"
	"jamd/userdir"
)

// A user's own policies lie on a shelf: NAME.onnx in the folder of its part, and beside it NAME.sha256 with the file's hash as
// it was added, in the format of sha256sum. The names that come with jamd go before those on the shelf.

// policyName is what a policy on the shelf may be called.
var policyName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Shelf returns the folder of the user's policies for a part: $XDG_DATA_HOME/jamd/policies (or agents) if that variable is an
// absolute path, otherwise ~/.local/share/jamd/policies, on macOS ~/Library/Application Support/jamd/policies, and on Windows
// %LocalAppData%\jamd\policies.
func Shelf(plays Part) (string, error) { return shelf(plays, runtime.GOOS, os.Getenv) }

func shelf(plays Part, system string, getenv func(string) string) (string, error) {
	folder, err := userdir.Data.In(system, getenv)
	if err != nil {
		return "", fmt.Errorf("no place for policies is known: %w", err)
	}
	return filepath.Join(folder, parts[plays].folder), nil
}

// onShelf returns the path of a policy on the shelf; "" if there is none of this name.
func onShelf(name string, plays Part) string {
	folder, err := Shelf(plays)
	if err != nil || !policyName.MatchString(name) {
		return ""
	}
	file := filepath.Join(folder, name+".onnx")
	if _, err := os.Stat(file); err != nil {
		return ""
	}
	return file
}

// shelved lists the names on the shelf that do not also come with jamd, sorted.
func shelved(plays Part) []string {
	folder, err := Shelf(plays)
	if err != nil {
		return nil
	}
	others := bundled(plays)
	return slices.DeleteFunc(namesIn(folder), func(name string) bool { return slices.Contains(others, name) })
}

// Add puts a policy file on the shelf, under a name ("" for the one in its metadata). Before that it checks the file against
// the contract and steps it once, as Load does with the same library. A name that is taken is an error, unless replace is set
// and it is on the shelf. Errors of the file are of type *PolicyError or *LibraryError.
func Add(file, name string, replace bool, library string) (Metadata, error) {
	data, err := readFile(file, Chords)
	if err != nil {
		return Metadata{}, err
	}
	m, _, err := parse(data)
	if err != nil {
		return Metadata{}, because(Chords, file, err)
	}
	if name == "" {
		name = strings.ToLower(m.Name)
	}
	if !policyName.MatchString(name) {
		return Metadata{}, fmt.Errorf("%q is no name for a policy: use small letters, digits, '.', '_' and '-', at most 64, beginning with a letter or digit", name)
	}
	for plays := range parts {
		switch {
		case slices.Contains(bundled(Part(plays)), name):
			return Metadata{}, fmt.Errorf("%s %q comes with jamd: choose another name", parts[plays].player, name)
		case onShelf(name, Part(plays)) != "" && (!replace || Part(plays) != m.Plays):
			return Metadata{}, fmt.Errorf("%s %q is there already: choose another name, or replace it", parts[plays].player, name)
		}
	}
	policy, err := Load(file, Options{Plays: m.Plays, Library: library, Provider: CPU})
	if err != nil {
		return Metadata{}, err
	}
	loaded := policy.Metadata()
	_ = policy.Close() // it was only tried
	if loaded.SHA256 != m.SHA256 {
		return Metadata{}, &PolicyError{m.Plays, file, "it changed while it was read", nil}
	}
	m.Name = name
	m.Path, err = put(data, name, &m)
	return m, err
}

// put writes a policy and its hash onto the shelf and returns the policy's path.
func put(data []byte, name string, m *Metadata) (string, error) {
	folder, err := Shelf(m.Plays)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	file := filepath.Join(folder, name+".onnx")
	if err := atomicfile.WriteFile(file, data, 0o644); err != nil {
		return "", err
	}
	return file, atomicfile.WriteFile(hashFile(file), []byte(m.SHA256+"  "+name+".onnx\n"), 0o644)
}

// hashFile is the path of the hash of a policy on the shelf.
func hashFile(file string) string { return strings.TrimSuffix(file, ".onnx") + ".sha256" }

// Remove takes a policy off the shelf.
func Remove(name string) error {
	for plays := range parts {
		if file := onShelf(name, Part(plays)); file != "" {
			if err := os.Remove(hashFile(file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return os.Remove(file)
		}
	}
	for plays := range parts {
		if slices.Contains(bundled(Part(plays)), name) {
			return fmt.Errorf("%s %q comes with jamd and cannot be removed", parts[plays].player, name)
		}
	}
	return fmt.Errorf("there is no policy or agent %q of your own", name)
}

// Verify checks that a policy on the shelf still has the hash with which it was added, and that any policy meets the contract
// and can be stepped. spec is a name or the path of a file.
func Verify(spec, library string) (Metadata, error) {
	m, err := Describe(spec)
	if err != nil {
		return m, err
	}
	if m.Path != "" && m.Path == onShelf(spec, m.Plays) {
		recorded, err := os.ReadFile(hashFile(m.Path))
		if err != nil {
			return m, because(m.Plays, spec, fmt.Errorf("its hash as it was added is not known: %w", err))
		}
		if was, _, _ := strings.Cut(string(recorded), " "); was != m.SHA256 {
			return m, &PolicyError{m.Plays, spec, fmt.Sprintf("the file changed since it was added: its hash is %s, was %.64s", m.SHA256, was), nil}
		}
	}
	policy, err := Load(spec, Options{Plays: m.Plays, Library: library, Provider: CPU})
	if err != nil {
		return m, err
	}
	return m, policy.Close()
}
