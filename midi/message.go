// Package midi parses what a MIDI keyboard sends, whether through a port of the system or through a browser, so that one set of
// rules holds for both.
//
// A [Keyboard] turns packets of raw bytes into events. It also remembers which keys and pedals are down, to release them when the
// keyboard leaves.
package midi

import "jamd/jam"

// Kinds of channel messages (status & 0xF0), and the controllers that hold or end notes.
const (
	NoteOff       = 0x80
	NoteOn        = 0x90
	ControlChange = 0xB0

	SustainPedal     = 64
	SostenutoPedal   = 66
	AllSoundOff      = 120
	ResetControllers = 121
	AllNotesOff      = 123 // the mode messages after it, up to 127, also end all notes
)

// IsClock reports whether a status belongs to a clock message.
func IsClock(status byte) bool {
	switch status {
	case jam.ClockPosition, jam.ClockPulse, jam.ClockStart, jam.ClockContinue, jam.ClockStop:
		return true
	}
	return false
}

// DataBytes returns the number of data bytes of a channel or clock message: 0 for real-time messages, 1 for program change
// and channel pressure, else 2.
func DataBytes(status byte) int {
	switch kind := status & 0xF0; {
	case status >= 0xF8:
		return 0
	case kind == 0xC0 || kind == 0xD0:
		return 1
	}
	return 2
}
