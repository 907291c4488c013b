package live

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"jamd/jam"
	"jamd/midi"
	"jamd/midiio"
	"jamd/ui"
)

// A listener is a jam that keeps what a page's keyboards play, up to a note of the page's own keys.
type listener struct {
	ui.Jam
	mu    sync.Mutex
	heard []jam.Event
	mark  chan struct{}
}

func (*listener) Info() ui.Info      { return ui.Info{Meters: []ui.Meter{}} }
func (*listener) Params() []ui.Param { return nil }
func (*listener) Latency() any       { return nil }
func (l *listener) Play(jam.Event)   { l.mark <- struct{}{} }
func (l *listener) Hear(e jam.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.At = 0
	l.heard = append(l.heard, e)
}

// A browser plays packets into a jam through the page's WebSocket.
type browser struct {
	ctx  context.Context // ends with the test, or with the fuzzing
	jam  *listener
	conn *websocket.Conn
}

func newBrowser(t testing.TB) *browser {
	t.Helper()
	server, err := ui.New(ui.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	b := &browser{ctx: t.Context(), jam: &listener{mark: make(chan struct{})}}
	server.Begin(b.jam, func() time.Duration { return 0 })
	conn, response, err := websocket.Dial(b.ctx, "ws://"+server.Address()+"/api/events", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + server.Token()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	b.conn = conn
	t.Cleanup(func() { _ = conn.CloseNow() })
	go func() {
		for {
			if _, _, err := conn.Read(b.ctx); err != nil {
				return
			}
		}
	}()
	return b
}

// play returns what the jam hears of packets, and then of the keyboard's end.
func (b *browser) play(t testing.TB, packets [][]byte) []jam.Event {
	t.Helper()
	messages := []any{}
	for i, packet := range packets {
		numbers := make([]int, len(packet))
		for j, b := range packet {
			numbers[j] = int(b)
		}
		messages = append(messages, map[string]any{"type": "midi", "keyboard": 1, "time": i + 1, "bytes": numbers})
	}
	messages = append(messages, map[string]any{"type": "left", "keyboard": 1}, map[string]any{"type": "note", "pitch": 60})
	for _, message := range messages {
		text, err := json.Marshal(message)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.conn.Write(b.ctx, websocket.MessageText, text); err != nil {
			t.Fatal(err)
		}
	}
	<-b.jam.mark
	b.jam.mu.Lock()
	defer b.jam.mu.Unlock()
	heard := b.jam.heard
	b.jam.heard = nil
	return heard
}

// atPort returns what a jam hears of packets at a port, and then of the port's end.
func atPort(t testing.TB, packets [][]byte) (heard []jam.Event) {
	t.Helper()
	cable := midiio.NewCable(func() time.Duration { return 0 }, func(e jam.Event) { heard = append(heard, e) })
	for _, packet := range packets {
		if err := cable.Packet(packet); err != nil {
			t.Fatal(err)
		}
	}
	if err := cable.Leave(); err != nil {
		t.Fatal(err)
	}
	return heard
}

// The same bytes are the same events, whether the keyboard is at a port or at a browser.
func TestBothWaysIn(t *testing.T) {
	type events = [][3]byte
	browser := newBrowser(t)
	for _, tt := range []struct {
		name string
		in   string // packets of hexadecimal bytes
		want events
	}{
		{"running status", "90 3C 64 40 50, 80 3C 00 40 00", events{{0x90, 60, 100}, {0x90, 64, 80}, {0x80, 60, 0}, {0x80, 64, 0}}},
		{"no running status from one packet to the next", "90 3C 64, 3C 00", events{{0x90, 60, 100}, {0x80, 60, 0}, {0xB0, 64, 0}, {0xB0, 123, 0}}},
		{"note on with velocity 0", "93 3C 64, 93 3C 00", events{{0x93, 60, 100}, {0x93, 60, 0}}},
		{"a key down at the end", "95 3C 64", events{{0x95, 60, 100}, {0x85, 60, 0}, {0xB5, 64, 0}, {0xB5, 123, 0}}},
		{"sustain down at the end", "B0 40 7F", events{{0xB0, 64, 127}, {0xB0, 64, 0}, {0xB0, 123, 0}}},
		{"sostenuto down at the end", "B0 42 40", events{{0xB0, 66, 64}, {0xB0, 64, 0}, {0xB0, 66, 0}, {0xB0, 123, 0}}},
		{"half a pedal is up", "B0 40 3F", events{{0xB0, 64, 63}}},
		{"all sound off", "90 3C 64, B0 78 00", events{{0x90, 60, 100}, {0xB0, 120, 0}}},
		{"reset lifts the pedals", "B0 40 7F, B0 79 00", events{{0xB0, 64, 127}, {0xB0, 121, 0}}},
		{"all notes off leaves the pedal", "B0 40 7F 90 3C 64, B0 7B 00", events{{0xB0, 64, 127}, {0x90, 60, 100}, {0xB0, 123, 0}, {0xB0, 64, 0}, {0xB0, 123, 0}}},
		{"omni off, omni on, mono, poly", "90 3C 64, B0 7C 00 7D 00 7E 01 7F 00", events{{0x90, 60, 100}, {0xB0, 124, 0}, {0xB0, 125, 0}, {0xB0, 126, 1}, {0xB0, 127, 0}}},
		{"notes off on another channel", "91 3C 64, B0 7B 00, 81 3C 00", events{{0x91, 60, 100}, {0xB0, 123, 0}, {0x81, 60, 0}}},
		{"an MPE zone and its master's pedal", "B0 64 06 65 00 06 0F, B0 40 7F 91 3C 64 81 3C 00 B0 40 00",
			events{{0xB0, 100, 6}, {0xB0, 101, 0}, {0xB0, 6, 15}, {0xB0, 64, 127}, {0x91, 60, 100}, {0x81, 60, 0}, {0xB0, 64, 0}}},
		{"every kind of channel message", "A0 3C 05 B0 01 02 C0 07 D0 08 E0 00 40", events{{0xA0, 60, 5}, {0xB0, 1, 2}, {0xC0, 7, 0}, {0xD0, 8, 0}, {0xE0, 0, 64}}},
		{"a clock and its transport", "FA F8 F8 FB FC F2 01 02 FE FF", nil},
		{"a clock within a note", "90 F8 3C FE 64 80 3C F8 00", events{{0x90, 60, 100}, {0x80, 60, 0}}},
		{"SysEx", "F0 7E 7F 06 01 F7 90 3C 64 80 3C 00", events{{0x90, 60, 100}, {0x80, 60, 0}}},
		{"SysEx without an end", "F0 7E 7F, 90 3C 64 80 3C 00", events{{0x90, 60, 100}, {0x80, 60, 0}}},
		{"truncated, stray and undefined bytes", "90 3C, 64, 90, F4 F5 F7, 3C 64 90 3C 64 80 3C 00", events{{0x90, 60, 100}, {0x80, 60, 0}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			packets := packetsOf(t, tt.in)
			var want []jam.Event
			for _, m := range tt.want {
				want = append(want, jam.Event{Status: m[0], Data1: m[1], Data2: m[2]})
			}
			if got := atPort(t, packets); !slices.Equal(got, want) {
				t.Errorf("at a port\ngot  %v\nwant %v", got, want)
			}
			if got := browser.play(t, packets); !slices.Equal(got, want) {
				t.Errorf("at a browser\ngot  %v\nwant %v", got, want)
			}
		})
	}
}

// packetsOf reads packets of hexadecimal bytes, with commas between packets.
func packetsOf(t *testing.T, text string) (packets [][]byte) {
	t.Helper()
	for _, part := range strings.Split(text, ",") {
		packet := []byte{}
		for _, field := range strings.Fields(part) {
			b, err := strconv.ParseUint(field, 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			packet = append(packet, byte(b))
		}
		packets = append(packets, packet)
	}
	return packets
}

// FuzzBothWaysIn plays any bytes both ways. The first byte of each packet is its length.
func FuzzBothWaysIn(f *testing.F) {
	f.Add([]byte("\x05\x90\x3c\x40\x3e\x50\x03\x90\x3c\x00"))
	f.Add([]byte("\x03\xb0\x40\x7f\x03\xb0\x7b\x00\x02\xf0\x01\x01\x90\x00"))
	browser := newBrowser(f)
	f.Fuzz(func(t *testing.T, script []byte) {
		var packets [][]byte
		for len(script) > 0 && len(packets) < 64 {
			n := min(int(script[0])&0x3F, len(script)-1)
			if n > 0 { // an empty one is the driver's way to say that its queue overran
				packets = append(packets, script[1:1+n])
			}
			script = script[1+n:]
		}
		port, page := atPort(t, packets), browser.play(t, packets)
		if !slices.Equal(port, page) {
			t.Fatalf("% X\nat a port    %v\nat a browser %v", packets, port, page)
		}
		for _, e := range port {
			if e.Status < midi.NoteOff || e.Status > 0xEF || e.Data1 > 0x7F || e.Data2 > 0x7F {
				t.Fatalf("% X gave %v", packets, e)
			}
		}
	})
}
