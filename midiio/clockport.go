package midiio

import (
	"errors"
	"time"

	"jamd/jam"
	"jamd/midi"
)

// SendClockTo passes the MIDI clock that arrives at this port to a receiver, with the same time stamps as events. nil drops the
// clock. It is safe for concurrent use.
func (in *In) SendClockTo(r *ClockReceiver) { in.clock.Store(r) }

// clockHandler returns the function to call with each clock message of a packet that arrived at the given time, or nil if no
// receiver is set.
func (in *In) clockHandler(at time.Duration) func(status, data1, data2 byte) {
	r := in.clock.Load()
	if r == nil {
		return nil
	}
	return func(status, data1, data2 byte) { r.Receive(at, status, data1, data2) }
}

// SendClockTo passes the MIDI clock that is sent into the cable to a receiver.
func (c *Cable) SendClockTo(r *ClockReceiver) { c.in.SendClockTo(r) }

// ErrNotAClockMessage says that a ClockOut was given something other than a clock message.
var ErrNotAClockMessage = errors.New("not a MIDI clock message")

// A ClockOut sends a MIDI clock to the port of an Out. It does not change the ledger, and closing the port stays with the Out.
type ClockOut struct{ out *Out }

var _ jam.Output = ClockOut{}

// Clock returns an output that sends a MIDI clock to the same port. It is safe for concurrent use.
func (o *Out) Clock() ClockOut { return ClockOut{o} }

// Send sends one clock message: jam.ClockPulse, jam.ClockStart, jam.ClockContinue or jam.ClockStop, which have no data, or a
// message of jam.SongPosition. Any other message is an error.
func (c ClockOut) Send(status, data1, data2 byte) error {
	if !midi.IsClock(status) || data1 > 0x7F || data2 > 0x7F {
		return ErrNotAClockMessage
	}
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	if c.out.closed {
		return ErrClosed
	}
	if c.out.to == nil { // the port is gone
		return nil
	}
	return c.out.to.Send(status, data1, data2)
}
