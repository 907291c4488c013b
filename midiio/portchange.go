package midiio

import (
	"encoding/json"
	"fmt"
)

// A Change reports an event at a reconnecting port.
type Change struct {
	Kind  string    `json:"kind"` // "input" or "output"
	Port  PortInfo  `json:"port"`
	Event PortEvent `json:"what"`
}

// A PortEvent is what happened at a port.
type PortEvent uint8

// The events.
const (
	Gone    PortEvent = iota // the port has left; its held notes are released
	Back                     // the port is connected again, or for the first time after Awaited
	Overrun                  // more messages came than the driver could queue: some are lost, and held notes are released
	Awaited                  // the port does not exist yet
)

var portEvents = [...]string{"gone", "back", "overrun", "awaited"}

func (e PortEvent) String() string { return portEvents[e] }

// MarshalJSON writes the event as a word.
func (e PortEvent) MarshalJSON() ([]byte, error) { return json.Marshal(e.String()) }

// String returns the message that the player sees.
func (c Change) String() string {
	switch {
	case c.Event == Back:
		return fmt.Sprintf("%s %q is connected", c.Kind, c.Port)
	case c.Event == Overrun:
		return fmt.Sprintf("%s %q sent more than could be received: some messages are lost, and held notes were released", c.Kind, c.Port)
	case c.Event == Awaited:
		return fmt.Sprintf("%s %q is not connected yet: it will be used when you plug it in or start it", c.Kind, c.Port)
	case c.Kind == "input":
		return fmt.Sprintf("input %q is gone: its notes were released, and the jam continues; plug it in again", c.Port.Name)
	}
	return fmt.Sprintf("output %q is gone: you hear nothing until it is back; plug it in or start it again", c.Port.Name)
}
