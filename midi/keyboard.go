package midi

import (
	"time"

	"jamd/jam"
)

// A Keyboard turns the bytes that arrive at one input into events. The zero value is ready. Packet and Release must not run at
// the same time; Dropped is safe for concurrent use.
type Keyboard struct {
	parser parser
	held   held
}

// Packet reads a packet that arrived at the given time: bytes as a driver or a browser delivers them, which may be invalid MIDI.
// It calls receive with each whole channel message, and clock with each clock message. If clock is nil, clock messages are
// dropped and counted. Packet allocates nothing.
func (k *Keyboard) Packet(at time.Duration, packet []byte, receive func(jam.Event), clock func(status, data1, data2 byte)) {
	k.parser.parse(packet, func(status, data1, data2 byte) {
		k.held.update(status, data1, data2)
		receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	}, clock)
}

// Release calls receive with the messages that release everything held: note offs, pedals up and all notes off.
func (k *Keyboard) Release(at time.Duration, receive func(jam.Event)) {
	k.held.release(func(status, data1, data2 byte) {
		receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	})
}

// Dropped returns the number of messages that arrived and were not passed on.
func (k *Keyboard) Dropped() Dropped { return k.parser.dropped() }
