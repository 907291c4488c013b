package model

import (
	"fmt"

	"jamd/jam"
)

// A Part is what a policy plays.
type Part int

// The parts. A file that does not say what it plays, plays chords.
const (
	Chords Part = iota
	Melody
)

// parts has for each part its name, what its player is called, and the folder of the policies that come with jamd.
var parts = [...]struct{ name, player, folder string }{
	Chords: {"chords", "policy", "policies"},
	Melody: {"melody", "agent", "agents"},
}

func (p Part) String() string { return parts[p].name }

// MarshalText writes the part's name.
func (p Part) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads chords or melody.
func (p *Part) UnmarshalText(text []byte) error {
	for i := range parts {
		if parts[i].name == string(text) {
			*p = Part(i)
			return nil
		}
	}
	return fmt.Errorf("unknown part %q: there are chords and melody", text)
}

// logits returns the number of tokens that a policy of the part chooses among.
func (p Part) logits(v *jam.Vocabulary) int {
	if p == Melody {
		return jam.MelodyLogits
	}
	return v.Logits()
}
