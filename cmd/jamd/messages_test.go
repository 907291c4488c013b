package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/getkin/kin-openapi/openapi3"
)

// A messageLog keeps what jamd and a page tell each other over the WebSocket.
type messageLog struct {
	mu             sync.Mutex
	received, sent [][]byte
}

func (l *messageLog) add(event any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := event.(type) {
	case *network.EventWebSocketFrameReceived:
		l.received = append(l.received, e.Response.PayloadData)
	case *network.EventWebSocketFrameSent:
		l.sent = append(l.sent, e.Response.PayloadData)
	}
}

// faults returns how many messages there were, and what ui/openapi.yaml has otherwise.
func (l *messageLog) faults(t *testing.T) (messages int, faults []string) {
	t.Helper()
	spec, err := openapi3.NewLoader().LoadFromFile("../../ui/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, texts := range map[string][][]byte{"Message": l.received, "Sent": l.sent} {
		schema := spec.Components.Schemas[name].Value
		for _, text := range texts {
			var m any
			err := json.Unmarshal(text, &m)
			if err == nil {
				err = schema.VisitJSON(m)
			}
			if err != nil {
				faults = append(faults, fmt.Sprintf("%s %.200s is not as ui/openapi.yaml has it: %v", name, text, err))
			}
		}
	}
	return len(l.received) + len(l.sent), faults
}

// describedMessages checks, when the test ends, that all messages of a browser's pages were as described.
func describedMessages(ctx context.Context, t *testing.T) {
	t.Helper()
	log := &messageLog{}
	if err := chromedp.Listen(ctx, log.add); err != nil {
		t.Fatal(err)
	}
	enable := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{})
		return err
	})
	if err := chromedp.Do(ctx, enable); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		messages, faults := log.faults(t)
		for _, fault := range faults {
			t.Error(fault)
		}
		if messages == 0 {
			t.Error("no message was seen between jamd and the page")
		}
	})
}

func TestMessageLogNotices(t *testing.T) {
	for _, tt := range []struct {
		received, sent string
		good           bool
	}{
		{`{"type":"panic"}`, `{"type":"left","keyboard":1}`, true},
		{`{"type":"panic","why":"x"}`, `{"type":"left","keyboard":1}`, false},
		{`{"type":"panic"}`, `{"type":"left"}`, false},
		{`{"type":"panic"}`, `{`, false},
	} {
		var log messageLog
		log.add(&network.EventWebSocketFrameReceived{Response: &network.WebSocketFrame{PayloadData: []byte(tt.received)}})
		log.add(&network.EventWebSocketFrameSent{Response: &network.WebSocketFrame{PayloadData: []byte(tt.sent)}})
		if n, faults := log.faults(t); n != 2 || (len(faults) == 0) != tt.good {
			t.Errorf("%s %s: %d messages, faults %q", tt.received, tt.sent, n, faults)
		}
	}
}
