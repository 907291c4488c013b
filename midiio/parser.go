package midiio

import (
	"sync/atomic"

	"jamd/jam"
)

// Dropped counts what arrived at an input and did not reach the music. The messages of a clock that is followed are not
// among it.
type Dropped struct {
	Realtime uint64 `json:"realtime"` // clock, start, stop, active sensing, reset: one byte each
	System   uint64 `json:"system"`   // SysEx of any size, time code, song position and select, tune request
	Broken   uint64 `json:"broken"`   // truncated messages, and data that no status stands before
}

// A parser takes channel messages, and those of a clock, out of packets of MIDI bytes. It keeps nothing from one packet to the next, because
// every driver delivers whole messages: a truncated one never swallows the beginning of its successor.
type parser struct{ realtime, system, broken atomic.Uint64 }

func (p *parser) dropped() Dropped {
	return Dropped{Realtime: p.realtime.Load(), System: p.system.Load(), Broken: p.broken.Load()}
}

// parse calls emit for each whole channel message of the packet: the status is 0x80 to 0xEF, data are 0 to 0x7F
// (data2 is 0 where the message has one data byte). Running status is understood within the packet.
// A real-time byte may stand anywhere, even inside another message, which it leaves whole.
// clock is called for each message of a MIDI clock (jam.ClockPulse and its like); where it is nil they are dropped.
func (p *parser) parse(packet []byte, emit, clock func(status, data1, data2 byte)) {
	var (
		status byte    // of the message in progress, and then the running status; 0 for none
		data   [2]byte // its data so far
		n      int
		open   bool // a message has begun and is not whole
		inside bool // in a system message, whose data are nobody's
		stray  bool // in a run of data without a status, which counts once
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

// isClock reports whether a status is that of a clock's message.
func isClock(status byte) bool {
	switch status {
	case jam.ClockPosition, jam.ClockPulse, jam.ClockStart, jam.ClockContinue, jam.ClockStop:
		return true
	}
	return false
}

// dataBytes is the number of data bytes of a channel message or a clock's: none for real time, 1 for program change and
// channel pressure, else 2.
func dataBytes(status byte) int {
	switch kind := status & 0xF0; {
	case status >= 0xF8:
		return 0
	case kind == 0xC0 || kind == 0xD0:
		return 1
	}
	return 2
}
