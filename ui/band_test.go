package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"jamd/jam"
)

// A band is a Jam and a Sessions that write down what they are asked.
type band struct {
	mu    sync.Mutex
	calls []string
	blind bool
}

func (b *band) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, fmt.Sprintf(format, args...))
}

func (b *band) all() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.calls, "; ")
}

func (b *band) Info() Info {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Info{Version: "test", Title: "<b>jam</b>", Session: "20260101", WaitsFor: FirstNote, Policy: "tiny", Blind: b.blind, Tempo: 120, FramesPerBeat: 4, FramesPerBar: 16, Meters: MetersOf(jam.Bars{Meter: jam.Quarters(4)}), ChordChannel: 2, BassChannel: 3, Undo: []string{}, Learned: b.Learned()}
}

func (b *band) Params() []Param {
	return []Param{
		{Name: "temperature", Kind: Number, Help: "How adventurous", Min: 0, Max: 10, Step: 0.01, Knob: [2]float64{0, 2}, Value: "0.99"},
		{Name: "bass", Kind: Switch, Help: "Also the root", Value: "off", Default: new(string), Fixed: "there is none"},
	}
}

func (b *band) Set(name, value string) error {
	switch {
	case name != "temperature":
		return fmt.Errorf("param %q: %w", name, ErrUnknown)
	case value == "hot":
		return fmt.Errorf("temperature %q: %w", value, ErrRefused)
	}
	b.note("set %s=%s", name, value)
	return nil
}

func (b *band) Play(e jam.Event) { b.note("play %x %d %d", e.Status, e.Data1, e.Data2) }
func (b *band) Hear(e jam.Event) { b.note("hear %x %d %d", e.Status, e.Data1, e.Data2) }
func (b *band) UndoSave() error  { b.note("undo"); return nil }
func (b *band) SaveDefault(name string) (Saved, error) {
	if name != "temperature" {
		return Saved{}, fmt.Errorf("param %q: %w", name, ErrUnknown)
	}
	b.note("save %s", name)
	return Saved{Line: "temperature = 0.8", File: "config.toml [set]"}, nil
}
func (b *band) Undo() (Changes, error) {
	b.note("take back")
	return Changes{Set: []NamedValue{{"temperature", "0.8"}}, Left: []Left{}}, nil
}
func (b *band) Learned() []Learned {
	return []Learned{{Trigger: "cc 74 ch 1", Target: "temperature"}}
}
func (b *band) Learn(ctx context.Context, trigger, target string) (Learned, error) {
	switch {
	case target != "tap":
		return Learned{}, fmt.Errorf("%q: %w", target, ErrRefused)
	case trigger == "":
		b.note("listen for %s", target)
		trigger = "note 36 ch 10"
	}
	b.note("learn %s %s", trigger, target)
	return Learned{trigger, target, "config.toml [learn]"}, ctx.Err()
}
func (b *band) Forget(trigger string) (Learned, error) {
	if trigger != "cc 74 ch 1" {
		return Learned{}, fmt.Errorf("%q: %w", trigger, ErrUnknown)
	}
	b.note("forget %s", trigger)
	return Learned{Trigger: trigger}, nil
}
func (b *band) UndoLearn() (Learned, error) {
	b.note("unlearn")
	return Learned{Trigger: "cc 74 ch 1", Target: "top-p"}, nil
}
func (b *band) Presets() ([]string, error) { return []string{"waltz"}, nil }
func (b *band) Preset(name string) (Changes, error) {
	if name != "waltz" {
		return Changes{}, fmt.Errorf("preset %q: %w", name, ErrUnknown)
	}
	b.note("preset %s", name)
	return Changes{Set: []NamedValue{}, Left: []Left{{"meter", Problem{Error: "meter: the jam has begun", Code: ReasonJamBegun}}}}, nil
}
func (b *band) KeepPreset(name string) (Saved, error) {
	b.note("keep %s", name)
	return Saved{Line: "preset " + name, File: "config.toml"}, nil
}
func (b *band) Panic() error { b.note("panic"); return nil }
func (b *band) Start() error { b.note("start"); return nil }
func (b *band) Demo() error  { b.note("demo"); return nil }
func (b *band) Stop() error  { b.note("stop"); return nil }

// figures are those of a jam in which nothing happened yet.
var figures = func() json.RawMessage {
	spread := `{"count":0,"p50_ns":0,"p99_ns":0,"p999_ns":0,"max_ns":0}`
	frames := `{"frames":1,"missed":0,"skipped":0,"missed_by":{"late_wake":0,"slow_step":0,"policy_error":0,"backlog":0},"rungs":{"full":0,"faster":0,"hold":0}`
	for _, stage := range []string{"arrival", "lead", "step", "voice", "send", "late", "age"} {
		frames += `,"` + stage + `":` + spread
	}
	frames += "}"
	return json.RawMessage(`{"rung":"full","dropped_reports":0,"dropped_events":0,"last_10s":` + frames + `,"last_minute":` + frames + `,"jam":` + frames + `}`)
}()

func (b *band) Latency() any { return figures }

func (b *band) List() ([]Session, error) {
	return []Session{{ID: "one", Name: "first", Start: time.Unix(0, 0).UTC(), Rating: &Rating{Enjoyment: 5}}}, nil
}

func (b *band) has(id, what string) error {
	if id != "one" {
		return fmt.Errorf("session %q: %w", id, ErrUnknown)
	}
	b.note("%s", what)
	return nil
}

func (b *band) MIDI(id string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader([]byte("MThd"))), b.has(id, "midi")
}
func (b *band) LeadSheet(w io.Writer, id string) error {
	_, _ = io.WriteString(w, "<score-partwise/>")
	return b.has(id, "lead sheet")
}
func (b *band) Chart(id string) (Chart, error) {
	return NewChart(&jam.Take{Meter: jam.Meter{Count: 3, Unit: 4}, Frames: 36, Chords: []jam.TakeChord{{Frame: 12, Symbol: "Am", Duration: 12}}}), b.has(id, "chart")
}
func (b *band) Report(w io.Writer, id string) error {
	if err := b.has(id, "report"); err != nil {
		return err
	}
	_, err := io.WriteString(w, "<!DOCTYPE html><style>p { color: red }</style><p>one")
	return err
}
func (b *band) Rename(id, name string) error { return b.has(id, "rename "+name) }
func (b *band) Delete(id string) error       { return b.has(id, "delete") }
func (b *band) Restore(id string) error      { return b.has(id, "restore") }
func (b *band) Rate(id string, r Rating) (Session, error) {
	return Session{ID: id, Policy: "gapt", Blind: true, Rating: &r}, b.has(id, fmt.Sprint("rate ", r))
}

// serve starts a server in which a band plays.
func serve(t testing.TB) (*Server, *band) {
	t.Helper()
	b := &band{}
	s, err := New(Options{Address: "127.0.0.1:0", Sessions: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	start := time.Now()
	s.Begin(b, func() time.Duration { return time.Since(start) })
	return s, b
}

// enter opens a launch link, as a browser does, and returns the cookie.
func enter(t *testing.T, s *Server) *http.Cookie {
	t.Helper()
	r, err := http.Get(s.Link())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK || len(r.Cookies()) != 1 {
		t.Fatalf("the launch link gives %s with %d cookies", r.Status, len(r.Cookies()))
	}
	return r.Cookies()[0]
}

// nowhere is an output that takes everything.
type nowhere struct{}

func (nowhere) Send(_, _, _ byte) error { return nil }

var _ jam.Output = nowhere{}
