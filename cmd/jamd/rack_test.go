package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"jamd/jam"
	"jamd/live"
	"jamd/ui"
)

// A rack is a jam whose ports can be chosen, as a page meets it, and its server.
type rack struct {
	ui.Jam // nothing else is asked of it
	*ui.Server

	mu      sync.Mutex
	ins     []string
	in, out string
	asked   []string
	bars    jam.Bars
	start   time.Time
}

func (r *rack) now() time.Duration { return time.Since(r.start) }

func newRack(t *testing.T, bars jam.Bars) *rack {
	t.Helper()
	server, err := ui.New(ui.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	r := &rack{Server: server, ins: []string{live.Page, "Keystation <b>49</b>"}, in: live.Page, out: "jamd out", bars: bars}
	r.start = time.Now()
	server.Begin(r, r.now)
	return r
}

// browseRack opens the page of a rack in a browser. A test that has no time or no browser is skipped.
func browseRack(t *testing.T, bars jam.Bars) (*rack, *visitor) {
	t.Helper()
	if testing.Short() {
		t.Skip("seconds in a browser")
	}
	browser := browserOf(t)
	rack := newRack(t, bars)
	v := browse(t, browser)
	v.run(chromedp.EmulateViewport(1280, 900))
	v.goTo(rack.Link())
	v.see(`.front`)
	return rack, v
}

func (r *rack) Info() ui.Info {
	r.mu.Lock()
	defer r.mu.Unlock()
	return ui.Info{Policy: "tiny", WaitsFor: ui.FirstNote, Tempo: 120, FramesPerBeat: 4, FramesPerBar: 16, Meters: ui.MetersOf(r.bars),
		ChordChannel: 2, BassChannel: 3, In: strings.TrimPrefix(r.in, live.Page), Out: r.out, Undo: []string{}, Learned: []ui.Learned{}}
}

func (r *rack) Presets() ([]string, error) { return []string{}, nil }

func (r *rack) Params() []ui.Param {
	r.mu.Lock()
	defer r.mu.Unlock()
	return []ui.Param{
		{Name: "in", Kind: ui.List, Words: slices.Clone(r.ins), Value: r.in},
		{Name: "out", Kind: ui.List, Words: []string{"jamd out", "FLUID Synth"}, Value: r.out},
	}
}

func (r *rack) Set(name, value string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, name+"="+value)
	switch {
	case name == "out":
		r.out = value
	case slices.Contains(r.ins, value):
		r.in = value
	default:
		return fmt.Errorf("%s is gone: %w", value, ui.ErrRefused)
	}
	return nil
}

func (r *rack) Latency() any { return nil }

func (r *rack) Play(e jam.Event) { r.heard("own", e) }
func (r *rack) Hear(e jam.Event) { r.heard("keyboard", e) }

func (r *rack) heard(where string, e jam.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, fmt.Sprintf("%s %X %d %d", where, e.Status, e.Data1, e.Data2))
}

func (r *rack) plug(name string) {
	r.mu.Lock()
	r.ins = append(r.ins, name)
	r.mu.Unlock()
	r.Changed(0)
}

// unplug tells the pages nothing.
func (r *rack) unplug(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ins = slices.DeleteFunc(r.ins, func(in string) bool { return in == name })
}

func (r *rack) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.asked, "; ")
}
