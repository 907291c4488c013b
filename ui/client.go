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
	// clientQueue is the length of a page's queue: half a minute of a busy jam.
	clientQueue = 1024
	// stalled is how long one message may take to send. Then the page is disconnected.
	stalled = 5 * time.Second
	// maxClients is the largest number of open pages.
	maxClients = 128
	// maxMessage is the largest message from a page, in bytes.
	maxMessage = 512
)

// A client is one open page.
type client struct {
	id    uint64
	queue *jam.Queue[[]byte]
}

// watch serves a page until the page closes or does not accept a message within stalled.
func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	c, err := s.join()
	if err != nil {
		http.Error(w, "jamd: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer s.leave(c)
	conn, err := websocket.Accept(w, r, nil) // it also refuses a foreign Origin
	if err != nil {
		return // Accept has answered
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

// write sends the queued messages. If the queue dropped some, write tells the page how many, because one may have ended a note.
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

// read plays what the page sends, and releases all held notes when the page closes.
func (s *Server) read(ctx context.Context, c *client, conn *websocket.Conn) {
	player := player{server: s, client: c}
	defer player.leave()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var m pageMessage
		if err := json.Unmarshal(text, &m); err != nil || !m.valid() {
			_ = conn.Close(websocket.StatusPolicyViolation, "not a note, a pedal or a keyboard message")
			return
		}
		player.take(m)
	}
}
