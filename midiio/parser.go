package midiio

import (
	"sync/atomic"

	"jamd/jam"
)

// Dropped counts what arrived at an input and was not passed on. Messages of a clock that is followed are not counted.
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

// parse calls emit for each whole channel message of the packet, with a status of 0x80 to 0xEF and data of 0 to 0x7F (data2
// is 0 if the message has one data byte). It understands running status within the packet. A real-time byte may stand
// anywhere, even inside another message. parse calls clock for each message of a MIDI clock (jam.ClockPulse and so on); if
// clock is nil, they are dropped and counted.
func (p *parser) parse(packet []byte, emit, clock func(status, data1, data2 byte)) {
	var (
		status byte    // of the message in progress, and then the running status; 0 for none
		data   [2]byte // its data so far
		n      int
		open   bool // a message has begun and is not complete
		inside bool // in a system message, whose data are ignored
		stray  bool // in a run of data bytes without a status, which is counted once
	)
	for _, b := range packet {
		if b >= 0xF8 {
			if clock != nil && isClock(b) {
				clock(b, 0, 0)
			} else {
				p.realtime.Add(1)
			}
			continue
		}
		if b >= 0x80 {
			if open {
				p.broken.Add(1)
			}
			n, open, stray = 0, false, false
			switch {
			case b < 0xF0, b == jam.ClockPosition && clock != nil:
				status, open, inside = b, true, false
			case b == 0xF7 && inside: // the end of a SysEx
				status, inside = 0, false
			case b == 0xF7:
				status = 0
				p.broken.Add(1)
			default:
				status, inside = 0, true
				p.system.Add(1)
			}
			continue
		}
		if status == 0 {
			if !inside && !stray {
				stray = true
				p.broken.Add(1)
			}
			continue
		}
		data[n], open = b, true
		if n++; n == dataBytes(status) {
			if n == 1 {
				data[1] = 0
			}
			n, open = 0, false
			if status == jam.ClockPosition {
				clock(status, data[0], data[1])
				status, inside = 0, true // it has no running status
				continue
			}
			emit(status, data[0], data[1])
		}
	}
	if open {
		p.broken.Add(1)
	}
}

// isClock reports whether a status belongs to a clock message.
func isClock(status byte) bool {
	switch status {
	case jam.ClockPosition, jam.ClockPulse, jam.ClockStart, jam.ClockContinue, jam.ClockStop:
		return true
	}
	return false
}

// dataBytes returns the number of data bytes of a channel or clock message: 0 for real-time messages, 1 for program change
// and channel pressure, else 2.
func dataBytes(status byte) int {
	switch kind := status & 0xF0; {
	case status >= 0xF8:
		return 0
	case kind == 0xC0 || kind == 0xD0:
		return 1
	}
	return 2
}
