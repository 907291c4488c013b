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
	// clientQueue is half a minute of a busy jam.
	clientQueue = 1024
	// stalled is how long a client may take no message before it is let go.
	stalled = 5 * time.Second
	// maxClients bounds the pages that look on at once.
	maxClients = 128
	// maxMessage bounds what a page may send at once, in bytes.
	maxMessage = 512
)

// A client is one page that looks on.
type client struct {
	id    uint64
	queue *jam.Queue[[]byte]
}

// A pageNote is what a page sends: a key went down or up.
type pageNote struct {
	Type     string `json:"type"` // "note"
	On       bool   `json:"on"`
	Pitch    uint8  `json:"pitch"`    // MIDI 0 to 127
	Velocity uint8  `json:"velocity"` // 1 to 127, where on
}

func (n pageNote) valid() bool {
	return n.Type == "note" && n.Pitch <= 127 && n.Velocity <= 127 && (n.Velocity > 0 || !n.On)
}

// join makes a client whose queue begins with all that it must know.
func (s *Server) join() (*client, error) {
	s.mu.Lock()
	if len(s.clients) >= maxClients {
		s.mu.Unlock()
		return nil, fmt.Errorf("%d pages are open: close some", maxClients)
	}
	s.last++
	c := &client{id: s.last, queue: jam.NewQueue[[]byte](clientQueue)}
	s.clients[c.id] = c
	hello := s.hello(c.id)
	c.queue.TrySend(encode(hello))
	s.mu.Unlock()
	return c, nil
}

func (s *Server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.clients, c.id)
	s.dropped += c.queue.Dropped()
}

// watch serves one page until it goes, or until it takes nothing for too long.
func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	c, err := s.join()
	if err != nil {
		http.Error(w, "jamd: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer s.leave(c)
	conn, err := websocket.Accept(w, r, nil) // which refuses a foreign Origin too
	if err != nil {
		return // it has answered
	}
	defer conn.CloseNow() //nolint:errcheck // it is over either way
	conn.SetReadLimit(maxMessage)
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	go func() {
		defer cancel()
		c.write(ctx, conn)
	}()
	s.read(ctx, c, conn)
}

// write sends what the queue brings. A page that lost some is told how much: a note's end may have been among it.
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

// read plays the page's notes, and ends them when the page goes.
func (s *Server) read(ctx context.Context, c *client, conn *websocket.Conn) {
	var held [128]bool
	defer func() {
		for pitch, on := range held {
			if on {
				s.play(c.id, pageNote{Pitch: uint8(pitch)})
			}
		}
	}()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var n pageNote
		if err := json.Unmarshal(text, &n); err != nil || !n.valid() {
			_ = conn.Close(websocket.StatusPolicyViolation, "not a note")
			return
		}
		held[n.Pitch] = n.On
		s.play(c.id, n)
	}
}
