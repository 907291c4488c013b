package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/getkin/kin-openapi/openapi3"

	"jamd/jam"
	"jamd/spelling"
)

// look opens the WebSocket as the page does.
func look(t *testing.T, s *Server, cookie *http.Cookie) *websocket.Conn {
	t.Helper()
	conn, response, err := websocket.Dial(t.Context(), "ws://"+s.Address()+"/api/events", &websocket.DialOptions{
		HTTPHeader: http.Header{"Cookie": {cookie.String()}, "Origin": {"http://" + s.Address()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if response.Body != nil {
		_ = response.Body.Close()
	}
	conn.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// messages is the schema of all messages of the WebSocket.
var messages = sync.OnceValues(func() (*openapi3.SchemaRef, error) {
	spec, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, err
	}
	return spec.Components.Schemas["Message"], nil
})

// checkMessage holds a message against openapi.yaml.
func checkMessage(t *testing.T, message map[string]any) {
	t.Helper()
	schema, err := messages()
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Value.VisitJSON(message); err != nil {
		t.Errorf("the message %v is not as described: %v", message, err)
	}
}

// The messages that no other test waits for are as described too, and what is not as described is noticed.
func TestMessagesAreDescribed(t *testing.T) {
	s, _ := serve(t)
	s.End("kept")
	hello := s.hello(s.view(), 3) // between two jams
	schema, err := messages()
	if err != nil {
		t.Fatal(err)
	}
	for _, good := range []string{
		string(encode(hello)), string(encode(latencyMessage{Type: "latency", Figures: figures})), `{"type":"panic"}`,
		`{"type":"lost","messages":4}`, string(encode(frameOf(&jam.FrameReport{}, spelling.Key{}))), string(encode(messageOf(event{}))),
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(good), &m); err != nil {
			t.Fatal(err)
		}
		checkMessage(t, m)
	}
	for _, bad := range []string{
		`{"type":"unreadable"}`, `{"type":"latency","now":1,"figures":{"frames":1}}`, `{"type":"panic","why":"x"}`, `{"type":"lost","messages":0}`, `{"type":"note","at":1,"midi":"kEBA"}`,
		strings.Replace(string(encode(hello)), `"params":[]`, `"params":null`, 1),
		strings.Replace(string(encode(frameOf(&jam.FrameReport{}, spelling.Key{}))), `"pitches":[]`, `"pitches":"OTxA"`, 1),
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(bad), &m); err != nil {
			t.Fatal(err)
		}
		if schema.Value.VisitJSON(m) == nil {
			t.Errorf("taken for a message: %s", bad)
		}
	}
}

// next reads messages until one of a type comes, and holds each against openapi.yaml.
func next(t *testing.T, conn *websocket.Conn, kind string) map[string]any {
	t.Helper()
	for {
		_, text, err := conn.Read(t.Context())
		if err != nil {
			t.Fatalf("waiting for %q: %v", kind, err)
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		checkMessage(t, m)
		if m["type"] == kind {
			return m
		}
	}
}

func TestPageSeesTheJam(t *testing.T) {
	s, b := serve(t)
	cookie := enter(t, s)
	player, other := look(t, s, cookie), look(t, s, cookie)
	hello := next(t, player, "hello")
	if hello["jam"].(map[string]any)["title"] != "<b>jam</b>" || len(hello["params"].([]any)) != 2 {
		t.Errorf("hello: %v", hello)
	}
	report := jam.FrameReport{Frame: 7, Line: time.Second, Melody: jam.MelodyOnset(64), Symbol: "Am7", Began: true, Tempo: 120}
	report.Voicing.Len = uint8(copy(report.Voicing.Pitches[:], []uint8{57, 60, 64}))
	report.Considered = jam.Choices{Chords: [jam.MaxChoices]jam.Choice{{Symbol: "Am7", Prob: 0.75}, {Symbol: "N.C.", Prob: 0.12345}}, Len: 2}
	s.Entries().TrySend(report.Entry())
	frame := next(t, player, "frame")
	if frame["frame"] != 7.0 || frame["at"] != 1000.0 || frame["melody"] != 64.0 || frame["onset"] != true || frame["symbol"] != "Am7" ||
		frame["length"] != 125.0 || fmt.Sprint(frame["pitches"]) != "[57 60 64]" {
		t.Errorf("frame: %v", frame)
	}
	if text, _ := json.Marshal(frame["considered"]); string(text) != `[{"prob":0.75,"symbol":"Am7"},{"prob":0.123,"symbol":"N.C."}]` {
		t.Errorf("considered: %s", text)
	}
	if err := specification(t).Components.Schemas["Frame"].Value.VisitJSON(frame); err != nil {
		t.Errorf("the frame is not as described: %v", err)
	}
	late := look(t, s, cookie) // a reload
	if frames := next(t, late, "hello")["frames"].([]any); len(frames) != 1 {
		t.Errorf("a page that comes late sees %d frames, want 1", len(frames))
	}

	if err := player.Write(t.Context(), websocket.MessageText, []byte(`{"type":"note","on":true,"pitch":64,"velocity":90}`)); err != nil {
		t.Fatal(err)
	}
	if note := next(t, other, "note"); note["from"] != hello["client"] || fmt.Sprint(note["midi"]) != "[144 64 90]" {
		t.Errorf("note: %v", note)
	}
	if err := player.Write(t.Context(), websocket.MessageText, []byte(`{"type":"control","controller":64,"value":127}`)); err != nil {
		t.Fatal(err)
	}
	if pedal := next(t, other, "note"); fmt.Sprint(pedal["midi"]) != "[176 64 127]" {
		t.Errorf("pedal: %v", pedal)
	}
	if err := s.Tee(nowhere{}, func() time.Duration { return 0 }).Send(0x91, 60, 70); err != nil {
		t.Fatal(err)
	}
	if sound := next(t, other, "sound"); fmt.Sprint(sound["midi"]) != "[145 60 70]" {
		t.Errorf("sound: %v", sound)
	}
	s.Changed(8)
	if params := next(t, other, "params"); params["frame"] != 8.0 {
		t.Errorf("params: %v", params)
	}

	s.Notice(Notice{Code: NoticeOutputGone, Args: map[string]string{"port": "<b>synth</b>"}, Text: "output <b>synth</b> is gone"})
	if notice := next(t, other, "notice"); notice["text"] != "output <b>synth</b> is gone" || notice["code"] != "output_gone" || fmt.Sprint(notice["args"]) != "map[port:<b>synth</b>]" {
		t.Errorf("notice: %v", notice)
	}

	_ = player.CloseNow() // the page closes with a key and the pedal down: both are let go
	for _, want := range []string{"[128 64 0]", "[176 64 0]", "[176 123 0]"} {
		if note := next(t, other, "note"); fmt.Sprint(note["midi"]) != want {
			t.Errorf("note: %v, want %s", note, want)
		}
	}
	if b.all() != "play 90 64 90; play b0 64 127; play 80 64 0; play b0 64 0; play b0 123 0" {
		t.Errorf("the jam heard %s", b.all())
	}
	s.End("20260101")
	if end := next(t, other, "end"); end["session"] != "20260101" {
		t.Errorf("end: %v", end)
	}
}

// A keyboard at the browser: what it plays goes through the parser, and its own page hears of it too. When it leaves, or the page
// closes, its keys and pedals are released, and no other's.
func TestPageHasKeyboards(t *testing.T) {
	s, b := serve(t)
	cookie := enter(t, s)
	player, other := look(t, s, cookie), look(t, s, cookie)
	id := next(t, player, "hello")["client"]
	for _, text := range []string{
		`{"type":"time","time":9}`,
		`{"type":"midi","keyboard":1,"time":10,"bytes":[147,60,90,62,80]}`, // running status
		`{"type":"midi","keyboard":2,"time":11,"bytes":[144,67,1,248,176,64,127]}`,
		`{"type":"midi","keyboard":1,"time":12,"bytes":[147,60,0,240,1]}`,
		`{"type":"midi","keyboard":1,"time":12,"bytes":[]}`,
		`{"type":"left","keyboard":1}`,
		`{"type":"left","keyboard":3}`,
	} {
		if err := player.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	heard := []string{"[147 60 90]", "[147 62 80]", "[144 67 1]", "[176 64 127]", "[147 60 0]", "[131 62 0]", "[179 64 0]", "[179 123 0]"}
	for _, want := range heard {
		if note := next(t, other, "note"); note["from"] != id || fmt.Sprint(note["midi"]) != want {
			t.Errorf("another page hears %v, want %s", note, want)
		}
	}
	for n := 0; n < len(heard); {
		note := next(t, player, "note")
		if note["from"] == id {
			continue // what the others hear, and the page passes over
		}
		if fmt.Sprint(note["midi"]) != heard[n] {
			t.Errorf("the page of the keyboard hears %v, want %s", note, heard[n])
		}
		n++
	}
	_ = player.CloseNow()
	for _, want := range []string{"[128 67 0]", "[176 64 0]", "[176 123 0]"} {
		if note := next(t, other, "note"); fmt.Sprint(note["midi"]) != want {
			t.Errorf("after the page closed: %v, want %s", note, want)
		}
	}
	if want := "hear 93 60 90; hear 93 62 80; hear 90 67 1; hear b0 64 127; hear 93 60 0; hear 83 62 0; hear b3 64 0; hear b3 123 0; " +
		"hear 80 67 0; hear b0 64 0; hear b0 123 0"; b.all() != want {
		t.Errorf("the jam heard %s\nwant           %s", b.all(), want)
	}
}

// Between two jams a keyboard still sounds on its own page.
func TestKeyboardBetweenJams(t *testing.T) {
	s, b := serve(t)
	s.End("")
	page := look(t, s, enter(t, s))
	if err := page.Write(t.Context(), websocket.MessageText, []byte(`{"type":"midi","keyboard":1,"time":10,"bytes":[144,60,90]}`)); err != nil {
		t.Fatal(err)
	}
	if note := next(t, page, "note"); fmt.Sprint(note["midi"]) != "[144 60 90]" || b.all() != "" {
		t.Errorf("the page hears %v, the jam %s", note, b.all())
	}
}

// The key is that of the melody of late, as sessions have it, and forgotten with the jam. The chord is spelt in it.
func TestPageIsToldTheKey(t *testing.T) {
	const keyFrames, keyHeard = 256, 24 // of a jam.KeyFinder
	s, b := serve(t)
	page := look(t, s, enter(t, s))
	play := func(scale ...uint8) (keys []any) { // after each frame
		for n := range keyFrames {
			report := jam.FrameReport{Frame: int64(n), Melody: jam.MelodyOnset(scale[n%len(scale)])}
			for !s.Entries().TrySend(report.Entry()) {
				time.Sleep(time.Millisecond) // the test is faster than any jam
			}
			keys = append(keys, next(t, page, "frame")["key"])
		}
		return keys
	}
	if keys := play(60, 62, 64, 65, 67, 69, 71, 60, 67); keys[keyHeard-2] != "" || keys[keyFrames-1] != "C" {
		t.Errorf("C major is told as %v after %d frames, as %v after %d", keys[keyHeard-2], keyHeard-1, keys[keyFrames-1], keyFrames)
	}
	if keys := play(54, 57, 61, 66, 68, 69, 71, 73, 54, 61); keys[keyFrames-1] != "F#m" {
		t.Errorf("F sharp minor, sixteen bars of it, is told as %v", keys[keyFrames-1])
	}
	s.Entries().TrySend(jam.FrameReport{Symbol: "Db7"}.Entry())
	if frame := next(t, page, "frame"); frame["symbol"] != "C#7" || frame["numeral"] != "V7" {
		t.Errorf("the dominant of F sharp minor is told as %v, %v", frame["symbol"], frame["numeral"])
	}
	silence := jam.FrameReport{Melody: jam.Silence}
	for range keyFrames {
		for !s.Entries().TrySend(silence.Entry()) {
			time.Sleep(time.Millisecond)
		}
		if key := next(t, page, "frame")["key"]; key != "F#m" {
			t.Fatalf("where nobody plays the key is %v", key)
		}
	}
	s.End("")
	s.Begin(b, func() time.Duration { return 0 })
	s.Entries().TrySend(jam.FrameReport{Melody: jam.MelodyOnset(61)}.Entry())
	if key := next(t, page, "frame")["key"]; key != "" {
		t.Errorf("the next jam begins with %v", key)
	}
}

// In a blind jam no message tells who plays, whatever the report says.
func TestBlindFramesHideThePolicy(t *testing.T) {
	s, b := serve(t)
	b.mu.Lock()
	b.blind = true
	b.mu.Unlock()
	page := look(t, s, enter(t, s))
	s.Entries().TrySend(jam.FrameReport{Symbol: "C", Policy: "gapt"}.Entry())
	if frame := next(t, page, "frame"); frame["policy"] != "tiny" { // as the jam's Info has it
		t.Errorf("frame: %v", frame)
	}
}

func TestPageThatTalksNonsenseIsLetGo(t *testing.T) {
	for _, text := range []string{"", "x", `{"type":"set"}`, `{"type":"note","on":true,"pitch":200,"velocity":1}`,
		`{"type":"control","controller":7,"value":1}`, `{"type":"control","controller":64,"value":128}`, `{"type":"control","controller":128,"value":0}`,
		`{"type":"midi","bytes":[144,60,90]}`, `{"type":"midi","keyboard":17,"bytes":[144,60,90]}`, `{"type":"midi","keyboard":1,"bytes":[256]}`,
		`{"type":"midi","keyboard":1,"bytes":"kDxa"}`, `{"type":"midi","keyboard":1,"bytes":[` + strings.Repeat("0,", maxPacket) + `0]}`,
		`{"type":"left"}`, `{"type":"note","keyboard":1,"on":true,"pitch":60,"velocity":1}`, strings.Repeat("x", maxMessage+1)} {
		s, b := serve(t)
		conn := look(t, s, enter(t, s))
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
		for {
			_, _, err := conn.Read(t.Context())
			if err == nil {
				continue
			}
			if code := websocket.CloseStatus(err); code != websocket.StatusPolicyViolation && code != websocket.StatusMessageTooBig {
				t.Errorf("%.20q: %v", text, err)
			}
			break
		}
		if b.all() != "" {
			t.Errorf("%.20q: the jam heard %s", text, b.all())
		}
	}
}

// TestStalledPages holds that pages that read nothing cost the jam nothing: what it sends is never refused by its own
// queues, the pages' messages are dropped and counted, and a page that reads gets all.
func TestStalledPages(t *testing.T) {
	s, _ := serve(t)
	cookie := enter(t, s)
	for range 100 {
		look(t, s, cookie) // and never read
	}
	reader := look(t, s, cookie)
	next(t, reader, "hello")
	const frames = clientQueue + 512
	report := jam.FrameReport{Symbol: strings.Repeat("A", 16<<10)} // long, so that the sockets are soon full
	for n := range int64(frames) {
		report.Frame = n
		for !s.Entries().TrySend(report.Entry()) {
			time.Sleep(time.Millisecond) // the test is faster than any jam
		}
		if frame := next(t, reader, "frame"); frame["frame"] != float64(n) {
			t.Fatalf("frame %v, want %d", frame["frame"], n)
		}
	}
	// On a slow machine they are let go, after five seconds, before their queues are full.
	if pages := s.status().Pages; s.lost() == 0 && pages > 1 {
		t.Errorf("%d pages read nothing, and nothing was counted as lost", pages-1)
	}
}

func TestTooManyPages(t *testing.T) {
	s, _ := serve(t)
	cookie := enter(t, s)
	for range maxClients {
		look(t, s, cookie)
	}
	//nolint:bodyclose // of a WebSocket's answer there is none to close
	_, response, err := websocket.Dial(context.Background(), "ws://"+s.Address()+"/api/events", &websocket.DialOptions{
		HTTPHeader: http.Header{"Cookie": {cookie.String()}, "Origin": {"http://" + s.Address()}},
	})
	if err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one page too many: %v", err)
	}
}

func TestTellingAllocatesNothing(t *testing.T) {
	s, _ := serve(t)
	s.cancel() // nobody reads
	out := s.Tee(nowhere{}, func() time.Duration { return 0 })
	report := jam.FrameReport{}
	if n := testing.AllocsPerRun(100, func() {
		_ = out.Send(0x90, 60, 1)
		s.Heard(jam.Event{})
		s.Entries().TrySend(report.Entry())
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
