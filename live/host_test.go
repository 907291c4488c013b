package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/rs/zerolog"

	"jamd/config"
	"jamd/jam"
	"jamd/midi"
	"jamd/midiio"
	"jamd/session"
	"jamd/ui"
)

// patience is for what only a hang keeps from happening.
const patience = 2 * time.Minute

// A stage is a Terminal that hands each jam, and each result, to the test.
type stage struct {
	jams    chan *Jam
	results chan *Result
}

func (s *stage) Ready(j *Jam) { s.jams <- j }

func (s *stage) Watch(_ *Jam, entries *jam.Reader) {
	for range entries.C() {
	}
}

func (s *stage) Ended(r *Result) error {
	s.results <- r
	return nil
}

func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

// play starts a host whose player is at the page, in folders of the test.
func play(t *testing.T, o Options) (s *stage, stop func()) {
	t.Helper()
	return playFrom(t, o, Page)
}

// playFrom is play with a player at an input.
func playFrom(t *testing.T, o Options, in string) (s *stage, stop func()) {
	t.Helper()
	loadDefault(t).Close() // skips without ONNX Runtime
	dir := t.TempDir()
	for _, name := range []string{"XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"} {
		t.Setenv(name, filepath.Join(dir, name))
	}
	tiny, err := filepath.Abs("../model/testdata/tiny.onnx")
	if err != nil {
		t.Fatal(err)
	}
	o.Version, o.Policy, o.Page, o.Record = "test", tiny, "127.0.0.1:0", true
	o.Policies = Policies{Library: library(), Log: zerolog.Nop()}
	if o.Clock.Source == "" {
		o.Clock.Source = clockInternal
	}
	s = &stage{make(chan *Jam, 1), make(chan *Result, 8)}
	settings := jam.DefaultSettings()
	settings.Tempo, settings.Listen = 300, 1
	host, err := NewHost(o, s, settings.Listen)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	played := make(chan error, 1)
	go func() { played <- host.Play(ctx, Player{Settings: settings, In: in}) }()
	return s, func() {
		cancel()
		if err := await(t, "end", played); err != nil {
			t.Error(err)
		}
		host.Close()
	}
}

func set(t *testing.T, j *Jam, name, value string) {
	t.Helper()
	if err := j.Set(name, value); err != nil {
		t.Fatalf("%s=%s: %v", name, value, err)
	}
}

func value(t *testing.T, j *Jam, name string) ui.Param {
	t.Helper()
	params := j.Params()
	i := slices.IndexFunc(params, func(p ui.Param) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("no param %s", name)
	}
	return params[i]
}

// note is a key that is pressed now on a page.
func note(j *Jam) jam.Event {
	return jam.Event{At: j.Clock.Now(), Status: midi.NoteOn, Data1: 60, Data2: 90}
}

// What the player sets and chooses in one jam holds in the next; a jam that a page ended before its first note leaves no session.
func TestOneJamAfterAnother(t *testing.T) {
	s, stop := play(t, Options{})
	defer stop()
	first := await(t, "jam", s.jams)
	if info := first.Info(); info.WaitsFor != ui.FirstNote || info.In != "" || info.Tempo != 300 || info.ListenFrames != 4 || info.Session == "" {
		t.Errorf("the first jam: %+v", info)
	}
	set(t, first, "temperature", "0.5")
	set(t, first, "listen", "0") // ends the jam, as it waits
	if r := await(t, "result", s.results); r.Session != "" || r.Jam.Frames != 0 {
		t.Errorf("a jam without a note: %+v", r)
	}
	second := await(t, "second jam", s.jams)
	if s := second.Settings(); s.Listen != 0 || s.Temperature != 0.5 || s.Tempo != 300 {
		t.Errorf("the second jam has %+v", s)
	}
	second.Play(note(second))
	for deadline := time.Now().Add(patience); !second.begun.Load() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if err := second.Start(); !errors.Is(err, ui.ErrRefused) {
		t.Errorf("a count-in of a jam that has begun: %v", err)
	}
	if p := value(t, second, "listen"); p.Fixed == "" || p.FixedCode != ui.ReasonJamBegun {
		t.Error("listening can be chosen although the jam has begun")
	}
	if err := second.Set("clock", ClockExternal); !errors.Is(err, ui.ErrRefused) {
		t.Errorf("the clock of a jam that has begun: %v", err)
	}
	if err := errors.Join(second.Panic(), second.Stop()); err != nil {
		t.Error(err)
	}
	r := await(t, "second result", s.results)
	if _, err := os.Stat(filepath.Join(r.Session, session.ManifestFile)); err != nil || r.Jam.Frames == 0 {
		t.Errorf("%+v: %v", r, err)
	}
	third := await(t, "third jam", s.jams)
	if err := third.Start(); err != nil {
		t.Error(err)
	}
	await(t, "third result", s.results)
	if info := await(t, "jam that counts in", s.jams).Info(); info.WaitsFor != ui.Nothing {
		t.Errorf("a jam that counts in: %+v", info)
	}
}

// A recording that the player does not want is deleted at the end.
func TestNoRecord(t *testing.T) {
	s, stop := play(t, Options{})
	j := await(t, "jam", s.jams)
	set(t, j, choiceRecord, "off")
	j.Play(note(j))
	for deadline := time.Now().Add(patience); !j.begun.Load() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	stop()
	if r := await(t, "result", s.results); r.Session != "" || r.Jam.Frames == 0 {
		t.Errorf("%+v", r)
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("XDG_STATE_HOME"), "jamd", "sessions", "2*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Wrong values are refused with a kind that the API knows, and change nothing.
func TestSetRefuses(t *testing.T) {
	s, stop := play(t, Options{})
	defer stop()
	j := await(t, "jam", s.jams)
	before, err := json.Marshal(j.Params())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, value string
		kind        error
		says        string
		code        ui.ReasonCode // of what a player at the page can ask for
	}{
		{"flavour", "red", ui.ErrUnknown, "no such setting", ""},
		{"temperature", "hot", ui.ErrRefused, "temperature", ui.ReasonRange},
		{"temperature", "99", ui.ErrRefused, "0 to 10", ui.ReasonRange},
		{"low", "70", ui.ErrRefused, "11 semitones", ui.ReasonRegister},
		{choiceMeter, "auto", ui.ErrRefused, "where it follows you", ui.ReasonMeterFollows},
		{choiceRecord, "maybe", ui.ErrRefused, "on or off", ""},
		{choiceListen, "3", ui.ErrRefused, "must be one of", ""},
		{choiceClock, "sundial", ui.ErrRefused, "must be one of", ""},
		{choiceClock, ClockExternal, ui.ErrRefused, "a page has no clock", ui.ReasonPageClock},
		{choiceBlind, "jamd", ui.ErrRefused, "2 to 8 policies", ""},
		{choiceParticipant, "a\nb", ui.ErrRefused, "must be one line", ""},
		{choiceRounds, "many", ui.ErrRefused, "whole number", ""},
		{choiceRounds, "0", ui.ErrRefused, "1 to 100", ""},
		{"policy", "nobody", ui.ErrRefused, "unknown; there are", ""},
	} {
		err := j.Set(c.name, c.value)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || ui.ProblemOf(err).Code != c.code {
			t.Errorf("%s=%s: %v, want %v with %q and the code %q", c.name, c.value, err, c.kind, c.says, c.code)
		}
	}
	if _, err := j.Undo(); ui.ProblemOf(err).Code != ui.ReasonNothingToUndo {
		t.Errorf("undo of nothing: %v", err)
	}
	if _, err := j.Presets(); err != nil {
		t.Error(err)
	}
	if _, err := j.Preset("waltz"); ui.ProblemOf(err).Code != ui.ReasonNoConfig {
		t.Errorf("a preset without a configuration file: %v", err)
	}
	if after, err := json.Marshal(j.Params()); err != nil || !bytes.Equal(after, before) {
		t.Errorf("refused settings changed\n%s\nto\n%s, %v", before, after, err)
	}
}

// flagsOf returns the flags of a command line, by name.
func flagsOf(t *testing.T, cli any) config.Flags {
	t.Helper()
	parser, err := kong.New(cli)
	if err != nil {
		t.Fatal(err)
	}
	flags := config.Flags{}
	for _, f := range parser.Model.Flags {
		flags[f.Name] = f
	}
	return flags
}

// A default is what the first jam began with, or what was saved since; undo brings the one before back.
func TestDefaults(t *testing.T) {
	flags := flagsOf(t, &struct {
		Tempo float64
		Out   string
	}{})
	file := filepath.Join(t.TempDir(), "config.toml")
	s, stop := play(t, Options{Defaults: config.NewDefaults(file, "", flags)})
	defer stop()
	j := await(t, "jam", s.jams)
	set(t, j, "tempo", "240")
	if p := value(t, j, "tempo"); p.Value != "240" || p.Default == nil || *p.Default != "300" {
		t.Errorf("before it is saved: %+v", p)
	}
	if saved, err := j.SaveDefault("tempo"); err != nil || saved != (ui.Saved{Line: "tempo = 240", File: file}) {
		t.Errorf("saved %+v, %v", saved, err)
	}
	if p := value(t, j, "tempo"); *p.Default != "240" {
		t.Errorf("after it is saved: %+v", p)
	}
	if err := j.UndoSave(); err != nil {
		t.Error(err)
	}
	if p := value(t, j, "tempo"); *p.Default != "300" {
		t.Errorf("after undo: %+v", p)
	}
	if err := j.UndoSave(); !errors.Is(err, ui.ErrRefused) {
		t.Errorf("undo of nothing: %v", err)
	}
	for name, kind := range map[string]error{"panic": ui.ErrRefused, choiceBlind: ui.ErrRefused, "flavour": ui.ErrUnknown} {
		if _, err := j.SaveDefault(name); !errors.Is(err, kind) {
			t.Errorf("%s: %v, want %v", name, err, kind)
		}
	}
}

// Silence may come at any time: also when no jam plays, and when its output has gone.
func TestSilence(t *testing.T) {
	h := &Host{}
	h.Silence()
	recorder := midiio.NewRecorder(jam.NewSystemClock().Now)
	h.jam = &Jam{output: &output{Out: midiio.NewOut(recorder)}}
	if err := h.jam.output.Send(0x91, 60, 90); err != nil {
		t.Fatal(err)
	}
	h.Silence()
	if !slices.ContainsFunc(recorder.Events(), func(e jam.Event) bool { return e.Status == 0x81 && e.Data1 == 60 }) {
		t.Errorf("the note goes on: %v", recorder.Events())
	}
}
