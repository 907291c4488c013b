package midiio

import (
	"encoding/json"
	"fmt"
)

// A Change tells that a reconnecting port was lost or came back, or that it lost messages.
type Change struct {
	Kind string   `json:"kind"` // "input" or "output"
	Port PortInfo `json:"port"`
	What What     `json:"what"`
}

// What is the kind of a Change.
type What uint8

// The kinds of changes.
const (
	Gone    What = iota // the port has left; its notes are released
	Back                // the port is connected again, or for the first time after Awaited
	Overrun             // more messages came than the driver could queue: some are lost, and held notes are released
	Awaited             // the port does not exist yet
)

var whats = [...]string{"gone", "back", "overrun", "awaited"}

func (w What) String() string { return whats[w] }

// MarshalJSON writes the kind as a word.
func (w What) MarshalJSON() ([]byte, error) { return json.Marshal(w.String()) }

// String is a message for the player.
func (c Change) String() string {
	switch {
	case c.What == Back:
		return fmt.Sprintf("%s %q is connected", c.Kind, c.Port)
	case c.What == Overrun:
		return fmt.Sprintf("%s %q sent more than could be received: some messages are lost, and held notes were released", c.Kind, c.Port)
	case c.What == Awaited:
		return fmt.Sprintf("%s %q is not connected yet: it will be used when you plug it in or start it", c.Kind, c.Port)
	case c.Kind == "input":
		return fmt.Sprintf("input %q is gone: its notes were released, and the jam continues; plug it in again", c.Port.Name)
	}
	return fmt.Sprintf("output %q is gone: you hear nothing until it is back; plug it in or start it again", c.Port.Name)
}
