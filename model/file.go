//go:build cgo

package model

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"jamd/assets"
	"jamd/jam"
)

// A PolicyError says in one line which policy cannot be used, and why.
type PolicyError struct {
	Plays  Part   // what the policy should play
	Policy string // name or path, as the caller gave it
	Reason string
	Cause  error // the error behind the reason; nil if there is none
}

func (e *PolicyError) Error() string {
	return parts[e.Plays].player + " " + e.Policy + ": " + oneLine(e.Reason)
}

// Unwrap returns Cause.
func (e *PolicyError) Unwrap() error { return e.Cause }

// because makes a PolicyError whose reason is another error.
func because(plays Part, policy string, cause error) *PolicyError {
	return &PolicyError{plays, policy, cause.Error(), cause}
}

// List describes the policies that have a name, first those that play chords. It needs no ONNX Runtime. The error joins those
// of the files that cannot be read; the list has the others.
func List() ([]Metadata, error) {
	var list []Metadata
	var problems []error
	for plays := range parts {
		for _, name := range Names(Part(plays)) {
			m, _, _, err := read(name, Part(plays))
			if err != nil {
				problems = append(problems, err)
				continue
			}
			list = append(list, m)
		}
	}
	return list, errors.Join(problems...)
}

// Describe returns the metadata of a policy or an agent. spec is a name that jamd knows, or the path of a file.
func Describe(spec string) (Metadata, error) {
	for plays := range parts {
		if slices.Contains(Names(Part(plays)), spec) {
			m, _, _, err := read(spec, Part(plays))
			return m, err
		}
	}
	data, file, err := bytesOf(spec, Chords)
	if err != nil {
		return Metadata{}, err
	}
	m, _, err := parse(data)
	if err != nil {
		return Metadata{}, because(Chords, spec, err)
	}
	m.Path = file
	return m, nil
}

// Carried returns the name of the policy for a part whose file has the given hash, or "" if there is none.
func Carried(sha256 string, plays Part) string {
	for _, name := range Names(plays) {
		if m, _, _, err := read(name, plays); err == nil && m.SHA256 == sha256 {
			return name
		}
	}
	return ""
}

// maxFile is the limit of protobuf.
const maxFile = 1<<31 - 1

// read reads and checks a policy, and that it plays the part. spec is a name or the path of a file. A policy that is a file
// goes by the name that it was installed or added under.
func read(spec string, plays Part) (m Metadata, v *jam.Vocabulary, data []byte, err error) {
	data, file, err := bytesOf(spec, plays)
	if err != nil {
		return m, nil, nil, err
	}
	if m, v, err = parse(data); err != nil {
		return m, nil, nil, because(plays, spec, err)
	}
	if m.Plays != plays {
		return m, nil, nil, &PolicyError{plays, spec, fmt.Sprintf("it plays %v, not %v: give it as the %s", m.Plays, plays, parts[m.Plays].player), nil}
	}
	m.Path = file
	if file != "" && file != spec {
		m.Name = spec
	}
	return m, v, data, nil
}

// bytesOf returns a policy's bytes, and its path unless it is inside the program.
func bytesOf(spec string, plays Part) (data []byte, file string, err error) {
	if slices.Contains(inside(plays), spec) {
		data, err = assets.Files.ReadFile(parts[plays].folder + "/" + spec + ".onnx")
		return data, "", err
	}
	file = cmp.Or(installed(spec, plays), onShelf(spec, plays), spec)
	data, err = readFile(file, plays)
	return data, file, err
}

// readFile reads the file of a policy. Its errors are a user's who gave a name or a path.
func readFile(spec string, plays Part) ([]byte, error) {
	info, err := os.Stat(spec)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(spec, `/\`) && !strings.HasSuffix(spec, ".onnx"):
		return nil, nameless(spec, plays, ", or give the path of an .onnx file")
	case errors.Is(err, fs.ErrNotExist):
		return nil, &PolicyError{plays, spec, "there is no such file", err}
	case err != nil:
		return nil, because(plays, spec, err)
	case !info.Mode().IsRegular():
		return nil, &PolicyError{plays, spec, "not a file", nil}
	case info.Size() > maxFile:
		return nil, &PolicyError{plays, spec, fmt.Sprintf("%d bytes are more than an ONNX file can have", info.Size()), nil}
	}
	data, err := os.ReadFile(spec)
	if err != nil {
		return nil, because(plays, spec, err)
	}
	return data, nil
}
