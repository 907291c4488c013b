package ui

import (
	"time"

	"jamd/jam"
	"jamd/midi"
)

const (
	// maxKeyboards is the largest number of MIDI keyboards at one browser.
	maxKeyboards = 16
	// maxPacket is the largest packet from a keyboard, in bytes. Only SysEx messages are longer.
	maxPacket = 64
)

// A pageNote is a note or a controller change from the page's own keys.
type pageNote struct {
	Type       string `json:"type"` // "note" or "control"
	On         bool   `json:"on"`
	Pitch      uint8  `json:"pitch"`      // MIDI 0 to 127
	Velocity   uint8  `json:"velocity"`   // 1 to 127 if on
	Controller uint8  `json:"controller"` // for a control: a pedal, or a controller that ends notes
	Value      uint8  `json:"value"`      // 0 to 127
}

func (n pageNote) valid() bool {
	switch n.Type {
	case "note":
		return n.Pitch <= 127 && n.Velocity <= 127 && (n.Velocity > 0 || !n.On)
	case "control":
		c := n.Controller
		ends := c == midi.AllSoundOff || c >= midi.AllNotesOff && c <= 127
		return n.Value <= 127 && (c == midi.SustainPedal || c == midi.SostenutoPedal || ends)
	}
	return false
}

// packet returns the MIDI message, on the first channel.
func (n pageNote) packet() []byte {
	switch {
	case n.Type == "control":
		return []byte{midi.ControlChange, n.Controller, n.Value}
	case n.On:
		return []byte{midi.NoteOn, n.Pitch, n.Velocity}
	}
	return []byte{midi.NoteOff, n.Pitch, 0}
}

// A pageMessage is a message from a page over its WebSocket. It is a pageNote, or a packet from a MIDI keyboard at the browser
// ("midi"), or says that such a keyboard is gone ("left"), or tells only the time on the page's clock ("time"), so that the age
// of the first note is known.
type pageMessage struct {
	pageNote
	Keyboard uint8    `json:"keyboard"` // from 1 to maxKeyboards; 0 for a pageNote
	Bytes    []uint16 `json:"bytes"`    // the packet, as the browser delivers it; it may be invalid MIDI
	Time     float64  `json:"time"`     // when it happened, in milliseconds on the page's clock; 0 if the page does not say
}

func (m pageMessage) valid() bool {
	switch m.Type {
	case "time":
		return m.Keyboard == 0
	case "midi", "left":
		for _, b := range m.Bytes {
			if b > 0xFF {
				return false
			}
		}
		return m.Keyboard >= 1 && m.Keyboard <= maxKeyboards && len(m.Bytes) <= maxPacket
	}
	return m.Keyboard == 0 && m.pageNote.valid()
}

func (m pageMessage) packet() []byte {
	if m.Type != "midi" {
		return m.pageNote.packet()
	}
	packet := make([]byte, len(m.Bytes))
	for i, b := range m.Bytes {
		packet[i] = byte(b)
	}
	return packet
}

// A player plays on a page: on the page's own keys and on MIDI keyboards at its browser. Each keyboard has the same parser as a
// port of this machine.
type player struct {
	server    *Server
	client    *client // the page; nil for a program that plays over HTTP
	clock     pageClock
	keyboards [1 + maxKeyboards]midi.Keyboard // index 0 is the page's own keys
}

// take plays a valid message into the jam.
func (p *player) take(m pageMessage) {
	age := p.clock.age(time.Since(p.server.opened), m.Time)
	if m.Type == "time" {
		return
	}
	keyboard := &p.keyboards[m.Keyboard]
	at, receive := p.receiver(m.Keyboard > 0, age)
	if m.Type == "left" {
		keyboard.Release(at, receive)
		return
	}
	keyboard.Packet(at, m.packet(), receive, nil)
}

// leave releases all held notes.
func (p *player) leave() {
	for i := range p.keyboards {
		at, receive := p.receiver(i > 0, 0)
		p.keyboards[i].Release(at, receive)
	}
}

// receiver returns the time on the jam's clock of an event that happened `age` ago, and the function that passes events to the
// jam and to the pages. A page sounds and shows its own keys by itself. The events of a MIDI keyboard at its browser go back to
// that page too, because only the server parses them. They go at once, because the player wants to hear them.
func (p *player) receiver(keyboard bool, age time.Duration) (at time.Duration, receive func(jam.Event)) {
	j, now := p.server.current()
	if j != nil {
		at = now() - age
	}
	var from uint64
	if p.client != nil {
		from = p.client.id
	}
	return at, func(e jam.Event) {
		if keyboard {
			p.client.queue.TrySend(encode(messageOf(event{Event: e})))
		}
		switch {
		case j == nil:
			return
		case keyboard:
			j.Hear(e)
		default:
			j.Play(e)
		}
		p.server.events.TrySend(event{from: from, Event: e})
	}
}
