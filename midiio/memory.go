package midiio

import (
	"slices"
	"sync"
	"time"

	"jamd/jam"
	"jamd/midi"
)

// A Recorder is an output in memory. It stores every message and the time at which it was sent. It is safe for concurrent use.
type Recorder struct {
	now    func() time.Duration
	mu     sync.Mutex
	events []jam.Event
}

// NewRecorder makes a recorder that stamps each message with now.
func NewRecorder(now func() time.Duration) *Recorder { return &Recorder{now: now} }

// Send stores the message. It never fails.
func (r *Recorder) Send(status, data1, data2 byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, jam.Event{At: r.now(), Status: status, Data1: data1, Data2: data2})
	return nil
}

// Events returns a copy of all messages so far, in order.
func (r *Recorder) Events() []jam.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// A Cable is a pair of ports in memory. What is sent into one end arrives at once at the other, through the same parser as at a
// real port.
type Cable struct{ in In }

// NewCable makes a cable that calls receive with each channel message, stamped by now.
func NewCable(now func() time.Duration, receive func(jam.Event)) *Cable {
	return &Cable{in: In{now: now, receive: receive}}
}

// Send delivers one message, on the sender's goroutine.
func (c *Cable) Send(status, data1, data2 byte) error {
	message := [3]byte{status, data1, data2}
	return c.Packet(message[:1+midi.DataBytes(status)])
}

// Packet delivers raw bytes as a driver would; they may be invalid MIDI. After Close it returns ErrClosed.
func (c *Cable) Packet(packet []byte) error {
	if c.in.closed.Load() {
		return ErrClosed
	}
	c.in.packet(packet)
	return nil
}

// Dropped returns the number of messages that arrived and were not passed on.
func (c *Cable) Dropped() midi.Dropped { return c.in.Dropped() }

// Leave is Close, and then releases everything that is held, as In.Leave does.
func (c *Cable) Leave() error { return c.in.Leave() }

// Close disconnects the cable.
func (c *Cable) Close() error {
	c.in.closed.Store(true)
	return nil
}
