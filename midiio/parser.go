package midiio

import "sync/atomic"

// Dropped counts what arrived at an input and did not reach the music.
type Dropped struct {
	Realtime uint64 `json:"realtime"` // clock, start, stop, active sensing, reset: one byte each
	System   uint64 `json:"system"`   // SysEx of any size, time code, song position and select, tune request
	Broken   uint64 `json:"broken"`   // truncated messages, and data that no status stands before
}

// A parser takes channel messages out of packets of MIDI bytes. It keeps nothing from one packet to the next, because
// every driver delivers whole messages: a truncated one never swallows the beginning of its successor.
type parser struct{ realtime, system, broken atomic.Uint64 }

func (p *parser) dropped() Dropped {
	return Dropped{Realtime: p.realtime.Load(), System: p.system.Load(), Broken: p.broken.Load()}
}

// parse calls emit for each whole channel message of the packet: the status is 0x80 to 0xEF, data are 0 to 0x7F
// (data2 is 0 where the message has one data byte). Running status is understood within the packet.
// A real-time byte may stand anywhere, even inside another message, which it leaves whole.
func (p *parser) parse(packet []byte, emit func(status, data1, data2 byte)) {
	var (
		status byte    // of the channel message in progress, and then the running status; 0 for none
		data   [2]byte // its data so far
		n      int
		open   bool // a message has begun and is not whole
		inside bool // in a system message, whose data are nobody's
		stray  bool // in a run of data without a status, which counts once
	)
	for _, b := range packet {
		if b >= 0xF8 {
			p.realtime.Add(1)
			continue
		}
		if b >= 0x80 {
			if open {
				p.broken.Add(1)
			}
			n, open, stray = 0, false, false
			switch {
			case b < 0xF0:
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
			emit(status, data[0], data[1])
			n, open = 0, false
		}
	}
	if open {
		p.broken.Add(1)
	}
}

// dataBytes is the number of data bytes of a channel message: 1 for program change and channel pressure, else 2.
func dataBytes(status byte) int {
	if kind := status & 0xF0; kind == 0xC0 || kind == 0xD0 {
		return 1
	}
	return 2
}
