package midiio

import (
	"errors"
	"time"

	"jamd/jam"
	"jamd/midi"
)

// Follow passes the MIDI clock that arrives at this port to a follower, stamped like events. With nil the clock is dropped.
// It may be called at any time.
func (in *In) Follow(f *Follower) { in.clock.Store(f) }

// clockReceiver returns the function that the parser calls with the clock messages of a packet that arrived at a time; nil
// if no follower is set.
func (in *In) clockReceiver(at time.Duration) func(status, data1, data2 byte) {
	f := in.clock.Load()
	if f == nil {
		return nil
	}
	return func(status, data1, data2 byte) { f.Receive(at, status, data1, data2) }
}

// Follow passes the MIDI clock that is sent into the cable to a follower.
func (c *Cable) Follow(f *Follower) { c.in.Follow(f) }

// ErrNotAClockMessage is returned if the message to send is not one of a MIDI clock.
var ErrNotAClockMessage = errors.New("not a MIDI clock message")

// A ClockOut sends a MIDI clock to the port of an Out. It does not use the ledger and does not close the port.
type ClockOut struct{ out *Out }

var _ jam.Output = ClockOut{}

// Clock returns the output of a MIDI clock to the same port. Any goroutine may use it.
func (o *Out) Clock() ClockOut { return ClockOut{o} }

// Send sends one clock message: jam.ClockPulse, jam.ClockStart, jam.ClockContinue or jam.ClockStop, whose data are ignored,
// or a message of jam.SongPosition.
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
		c.out.unheard++
		return nil
	}
	return c.out.to.Send(status, data1, data2)
}
