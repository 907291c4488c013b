//go:build cgo

package model

import (
	"fmt"
	"slices"
	"strings"

	"jamd/assets"
	"jamd/jam"
)

// Names lists the policies for a part: those that come with jamd, then the user's own, both sorted.
func Names(plays Part) []string { return append(bundled(plays), shelved(plays)...) }

// Elsewhere names the policies that come with jamd in a package of their own, which is not installed.
func Elsewhere() (names []string) {
	here := Names(Chords)
	for _, name := range assets.Apart {
		if !slices.Contains(here, name) {
			names = append(names, name)
		}
	}
	return names
}

// CheckName returns an error if no policy for a part has this name.
func CheckName(name string, plays Part) error {
	if slices.Contains(Names(plays), name) {
		return nil
	}
	return nameless(name, plays, "")
}

// Check returns an error if a name or the path of a file is not that of a policy for a part. The file of a policy with a name was checked
// when it was made or added, so it is not read.
func Check(spec string, plays Part) error {
	if slices.Contains(Names(plays), spec) {
		return nil
	}
	_, _, _, err := read(spec, plays)
	return err
}

// nameless is the error for a name that no policy for a part has. orElse is what the user could give instead of a name.
func nameless(name string, plays Part, orElse string) *PolicyError {
	names := Names(plays)
	why, there := "unknown", "there are "+strings.Join(names, ", ")
	switch {
	case plays == Chords && slices.Contains(assets.Apart, name):
		why = "not installed; it is in the package jamd-policies"
	case plays == Chords && slices.Contains(Names(Melody), name):
		why = "it is an agent, which plays the melody"
	case plays == Melody && slices.Contains(Names(Chords), name):
		why = "it is a policy, which plays the chords"
	}
	switch len(names) {
	case 0:
		there = "this build of jamd carries none"
	case 1:
		there = "there is " + names[0]
	}
	return &PolicyError{plays, fmt.Sprintf("%q", name), why + "; " + there + orElse + jam.DidYouMean(name, names), nil}
}
