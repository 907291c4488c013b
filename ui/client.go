package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"jamd/jam"
)

const (
	// clientQueue holds half a minute of a busy jam.
	clientQueue = 1024
	// stalled is how long a client may accept no message before it is disconnected.
	stalled = 5 * time.Second
	// maxClients bounds the pages that are open at once.
	maxClients = 128
	// maxMessage bounds a message of a page, in bytes.
	maxMessage = 512
)

// A client is an open page.
type client struct {
	id    uint64
	queue *jam.Queue[[]byte]
}

// A pageNote is the message of a page: a key was pressed or released, or a pedal moved.
type pageNote struct {
	Type       string `json:"type"` // "note" or "control"
	On         bool   `json:"on"`
	Pitch      uint8  `json:"pitch"`      // MIDI 0 to 127
	Velocity   uint8  `json:"velocity"`   // 1 to 127 if on
	Controller uint8  `json:"controller"` // of a control: a pedal, or what ends notes
	Value      uint8  `json:"value"`      // 0 to 127
}

// Controllers that a page may send: those that the melody listens to.
const (
	sustainPedal   = 64
	sostenutoPedal = 66
	allSoundOff    = 120
	allNotesOff    = 123
	lastController = 127 // from all notes off on, all end notes
)

func (n pageNote) valid() bool {
	switch n.Type {
	case "note":
		return n.Pitch <= 127 && n.Velocity <= 127 && (n.Velocity > 0 || !n.On)
	case "control":
		c := n.Controller
		ends := c == allSoundOff || c >= allNotesOff && c <= lastController
		return n.Value <= 127 && (c == sustainPedal || c == sostenutoPedal || ends)
	}
	return false
}

// message returns the MIDI message, on the first channel.
func (n pageNote) message() (status, data1, data2 byte) {
	switch {
	case n.Type == "control":
		return 0xB0, n.Controller, n.Value
	case n.On:
		return 0x90, n.Pitch, n.Velocity
	}
	return 0x80, n.Pitch, 0
}

// pageHeld is what the player of a page holds.
type pageHeld struct {
	keys   [128]bool
	pedals [2]bool // sustain and sostenuto
}

func (h *pageHeld) take(n pageNote) {
	switch {
	case n.Type == "note":
		h.keys[n.Pitch] = n.On
	case n.Controller == sustainPedal:
		h.pedals[0] = n.Value >= 64
	case n.Controller == sostenutoPedal:
		h.pedals[1] = n.Value >= 64
	default:
		h.keys = [128]bool{}
	}
}

// letGo releases the keys and then the pedals.
func (h *pageHeld) letGo(play func(pageNote)) {
	for pitch, on := range h.keys {
		if on {
			play(pageNote{Type: "note", Pitch: uint8(pitch)})
		}
	}
	for i, controller := range [...]uint8{sustainPedal, sostenutoPedal} {
		if h.pedals[i] {
			play(pageNote{Type: "control", Controller: controller})
		}
	}
}

// watch serves a page until it closes, or accepts nothing for too long.
func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	c, err := s.join()
	if err != nil {
		http.Error(w, "jamd: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer s.leave(c)
	conn, err := websocket.Accept(w, r, nil) // it also refuses a foreign Origin
	if err != nil {
		return // it has answered
	}
	defer conn.CloseNow() //nolint:errcheck // the connection ends either way
	conn.SetReadLimit(maxMessage)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	go func() {
		defer cancel()
		c.write(ctx, conn)
	}()
	s.read(ctx, c, conn)
}

// write sends the queue. A page that lost messages is told how many: one may have been the end of a note.
func (c *client) write(ctx context.Context, conn *websocket.Conn) {
	var lost uint64
	for {
		var message []byte
		select {
		case <-ctx.Done():
			return
		case message = <-c.queue.C():
		}
		if n := c.queue.Dropped(); n != lost {
			news := fmt.Appendf(nil, `{"type":"lost","messages":%d}`, n-lost)
			if lost = n; send(ctx, conn, news) != nil {
				return
			}
		}
		if send(ctx, conn, message) != nil {
			return
		}
	}
}

func send(ctx context.Context, conn *websocket.Conn, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, stalled)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, message)
}

// read plays the notes and pedals of a page, and lets them go when the page closes.
func (s *Server) read(ctx context.Context, c *client, conn *websocket.Conn) {
	var held pageHeld
	defer func() { held.letGo(func(n pageNote) { s.play(c.id, n) }) }()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var n pageNote
		if err := json.Unmarshal(text, &n); err != nil || !n.valid() {
			_ = conn.Close(websocket.StatusPolicyViolation, "neither a note nor a pedal")
			return
		}
		held.take(n)
		s.play(c.id, n)
	}
}
