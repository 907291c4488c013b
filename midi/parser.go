package midi

import (
	"sync/atomic"

	"jamd/jam"
)

// Dropped counts the messages that arrived at an input and were not passed on. Clock messages that were passed on do not count.
type Dropped struct {
	Realtime uint64 `json:"realtime"` // clock, start, stop, active sensing, reset: one byte each
	System   uint64 `json:"system"`   // SysEx of any size, time code, song position and select, tune request
	Broken   uint64 `json:"broken"`   // truncated messages, and data bytes without a status
}

// A parser finds the channel and clock messages in packets of MIDI bytes. It keeps no state between packets: every driver
// delivers whole messages, so a truncated message cannot damage the next one.
type parser struct{ realtime, system, broken atomic.Uint64 }

func (p *parser) dropped() Dropped {
	return Dropped{Realtime: p.realtime.Load(), System: p.system.Load(), Broken: p.broken.Load()}
}

// A reading is the state of the parser within a packet.
type reading struct {
	status byte    // of the message in progress, then the running status; 0 for none
	data   [2]byte // the message's data so far
	n      int
	open   bool // a message has begun and is not complete
	inside bool // within a system message, whose data are ignored
	stray  bool // within data bytes without a status, which count as one
}

// parse calls emit with each whole channel message of the packet: a status of 0x80 to 0xEF and data of 0 to 0x7F. data2 is 0 if
// the message has one data byte. Running status works within the packet. A real-time byte may stand anywhere, even inside another
// message. parse calls clock with each clock message (jam.ClockPulse and so on). If clock is nil, they are dropped and counted.
func (p *parser) parse(packet []byte, emit, clock func(status, data1, data2 byte)) {
	var r reading
	for _, b := range packet {
		switch {
		case b < 0x80:
			p.data(&r, b, emit, clock)
		case b < 0xF8:
			p.begin(&r, b, clock != nil)
		case clock != nil && IsClock(b):
			clock(b, 0, 0)
		default:
			p.realtime.Add(1)
		}
	}
	if r.open {
		p.broken.Add(1)
	}
}

// begin reads a status byte of a message that is not real-time.
func (p *parser) begin(r *reading, status byte, clock bool) {
	if r.open {
		p.broken.Add(1)
	}
	r.n, r.open, r.stray = 0, false, false
	switch {
	case status < 0xF0, status == jam.ClockPosition && clock:
		r.status, r.open, r.inside = status, true, false
	case status == 0xF7 && r.inside: // the end of a SysEx
		r.status, r.inside = 0, false
	case status == 0xF7:
		r.status = 0
		p.broken.Add(1)
	default:
		r.status, r.inside = 0, true
		p.system.Add(1)
	}
}

// data reads a data byte.
func (p *parser) data(r *reading, b byte, emit, clock func(status, data1, data2 byte)) {
	if r.status == 0 {
		if !r.inside && !r.stray {
			r.stray = true
			p.broken.Add(1)
		}
		return
	}
	r.data[r.n], r.open = b, true
	if r.n++; r.n < DataBytes(r.status) {
		return
	}
	if r.n == 1 {
		r.data[1] = 0
	}
	r.n, r.open = 0, false
	if r.status == jam.ClockPosition {
		clock(r.status, r.data[0], r.data[1])
		r.status, r.inside = 0, true // it has no running status
		return
	}
	emit(r.status, r.data[0], r.data[1])
}
