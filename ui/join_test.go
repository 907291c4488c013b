package ui

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// A slowBand is a band that lists the ports of its machine when it is asked for its settings, which takes until the test lets it.
type slowBand struct {
	*band
	mu    sync.Mutex
	port  string
	asked chan struct{} // gets a value with each question that has to wait
	list  chan struct{} // closed once the ports can be listed
}

func (b *slowBand) Params() []Param {
	b.mu.Lock()
	p := []Param{{Name: "out", Kind: List, Words: []string{}, Value: b.port}}
	b.mu.Unlock()
	select {
	case b.asked <- struct{}{}:
	case <-b.list:
	}
	<-b.list
	return p
}

// While a page waits for the ports to be listed, another one plays. What is set meanwhile reaches the page that joins.
func TestJoinDelaysNobody(t *testing.T) {
	s, b := serve(t)
	cookie := enter(t, s)
	first := look(t, s, cookie)
	next(t, first, "hello")
	slow := &slowBand{band: b, port: "old", asked: make(chan struct{}), list: make(chan struct{})}
	s.mu.Lock()
	s.jam = slow
	s.mu.Unlock()
	joined := make(chan *client, 1)
	go func() {
		c, err := s.join()
		if err != nil {
			t.Error(err)
		}
		joined <- c
	}()
	<-slow.asked
	if err := first.Write(t.Context(), websocket.MessageText, []byte(`{"type":"note","on":true,"pitch":60,"velocity":80}`)); err != nil {
		t.Fatal(err)
	}
	next(t, first, "note") // as the jam has heard it, and every page is told
	if got := b.all(); got != "play 90 60 80" {
		t.Errorf("the jam heard %q", got)
	}
	slow.mu.Lock()
	slow.port = "new"
	slow.mu.Unlock()
	go s.Changed(0)
	<-slow.asked
	close(slow.list)
	second := <-joined
	for told := ""; told != "new"; {
		var m struct{ Params []Param }
		if err := json.Unmarshal(<-second.queue.C(), &m); err != nil {
			t.Fatal(err)
		}
		if len(m.Params) > 0 {
			told = m.Params[0].Value
		}
	}
}
