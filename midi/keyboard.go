package midi

import (
	"time"

	"jamd/jam"
)

// A Keyboard is what plays at one port. The zero value is ready. Packet and Release must not run at the same time; Dropped may be
// called from any goroutine.
type Keyboard struct {
	parser parser
	held   held
}

// Packet reads a packet that arrived at a time: bytes as a driver or a browser delivers them, whether valid MIDI or not. It gives
// receive every whole channel message, and clock those of a MIDI clock; if clock is nil, they are dropped and counted.
// Packet allocates nothing.
func (k *Keyboard) Packet(at time.Duration, packet []byte, receive func(jam.Event), clock func(status, data1, data2 byte)) {
	k.parser.parse(packet, func(status, data1, data2 byte) {
		k.held.update(status, data1, data2)
		receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	}, clock)
}

// Release gives receive what releases everything held down, and forgets it: the offs, the pedals up and all notes off.
func (k *Keyboard) Release(at time.Duration, receive func(jam.Event)) {
	k.held.release(func(status, data1, data2 byte) {
		receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	})
}

// Dropped counts the messages that arrived and were not passed on.
func (k *Keyboard) Dropped() Dropped { return k.parser.dropped() }
