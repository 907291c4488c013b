package midiio

import (
	"errors"
	"time"

	"jamd/jam"
)

// Follow gives the clock that arrives at this port to a follower, stamped as events are; nil gives it to nobody. It may
// be called at any time.
func (in *In) Follow(f *Follower) { in.clock.Store(f) }

// clockReceiver is what the parser calls for the messages of a clock that came at a time; nil where nobody follows.
func (in *In) clockReceiver(at time.Duration) func(status, data1, data2 byte) {
	f := in.clock.Load()
	if f == nil {
		return nil
	}
	return func(status, data1, data2 byte) { f.Receive(at, status, data1, data2) }
}

// Follow gives the clock that is sent into the cable to a follower.
func (c *Cable) Follow(f *Follower) { c.in.Follow(f) }

// ErrNotAClockMessage says that a ClockOut was given something else than a message of a MIDI clock.
var ErrNotAClockMessage = errors.New("not a MIDI clock message")

// A ClockOut sends a MIDI clock to a port. It leaves the port's ledger and its closing to the Out.
type ClockOut struct{ out *Out }

var _ jam.Output = ClockOut{}

// Clock is the way for a clock to the same port. It is as safe for concurrent use as the Out.
func (o *Out) Clock() ClockOut { return ClockOut{o} }

// Send sends one message of a clock: jam.ClockPulse, ClockStart, ClockContinue or ClockStop, whose data are ignored, or
// what jam.SongPosition gives.
func (c ClockOut) Send(status, data1, data2 byte) error {
	if !isClock(status) || data1 > 0x7F || data2 > 0x7F {
		return ErrNotAClockMessage
	}
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	if c.out.closed {
		return ErrClosed
	}
	if c.out.to == nil { // a kept port is gone: so is whoever followed the clock
		c.out.unheard++
		return nil
	}
	return c.out.to.Send(status, data1, data2)
}
