package live

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jamd/config"
	"jamd/jam"
	"jamd/learn"
	"jamd/ui"
)

// A knob that is learned while a jam waits sets what it was learned for, in that jam and in the next one; the file has it, and can be
// undone to what it was.
func TestLearnInAJam(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.toml")
	const before = "tempo = 90 # slow\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	s, stop := play(t, Options{Defaults: config.NewDefaults(file, "", presetFlags(t))})
	defer stop()
	j := await(t, "jam", s.jams)
	told := make(chan ui.Learned, 1)
	go func() {
		l, err := j.Learn(t.Context(), "", "velocity")
		if err != nil {
			t.Error(err)
		}
		told <- l
	}()
	turn := func(j *Jam, value byte) { j.Hear(jam.Event{At: j.Clock.Now(), Status: 0xB2, Data1: 74, Data2: value}) }
	var l ui.Learned
	for l.Trigger == "" { // the jam may not listen yet
		turn(j, 1)
		select {
		case l = <-told:
		case <-time.After(time.Millisecond):
		}
	}
	if want := (ui.Learned{Trigger: "cc 74 ch 3", Target: "velocity", File: file + " [learn]"}); l != want {
		t.Errorf("told %+v, want %+v", l, want)
	}
	becomes := func(j *Jam, velocity string) {
		t.Helper()
		for deadline := time.Now().Add(patience); value(t, j, "velocity").Value != velocity; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the velocity is %s, not %s", value(t, j, "velocity").Value, velocity)
			}
		}
	}
	turn(j, 100)
	becomes(j, "100")
	if err := j.Stop(); err != nil {
		t.Fatal(err)
	}
	await(t, "result", s.results)
	next := await(t, "next jam", s.jams)
	turn(next, 127)
	becomes(next, "127")
	if text, err := os.ReadFile(file); err != nil || !strings.HasSuffix(string(text), "[learn]\n\"cc 74 ch 3\" = \"velocity\"\n") {
		t.Errorf("the file has %q, %v", text, err)
	}
	if l, err := next.UndoLearn(); err != nil || l.Trigger != "cc 74 ch 3" || l.Target != "" || len(next.Learned()) != 0 {
		t.Errorf("undone: %+v, %v; learned is %v", l, err, next.Learned())
	}
	if text, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(text), before) || strings.Contains(string(text), "cc 74") {
		t.Errorf("the file has %q, %v", text, err)
	}
}

// A profile in use has what is learned. Undo gives each table back what it had.
func TestLearnInAProfile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.toml")
	const before = "[learn]\n\"cc 1\" = \"mute\"\n\n[profile.stage.learn]\n\"CC 1\" = \"hold\"\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &Host{learned: &learned{bindings: bindings(t), file: config.NewDefaults(file, "stage", presetFlags(t))}}
	j := &Jam{host: h}
	has := func(text string) {
		t.Helper()
		if got, err := os.ReadFile(file); err != nil || string(got) != text {
			t.Errorf("the file has %q, %v; want %q", got, err, text)
		}
	}
	if l, err := j.Learn(t.Context(), "cc 1", "tap"); err != nil || l.File != file+" [profile.stage.learn]" {
		t.Errorf("%+v, %v", l, err)
	}
	has(strings.Replace(before, "hold", "tap", 1))
	if _, err := j.Forget("cc 1"); err != nil {
		t.Fatal(err)
	}
	has("[learn]\n\n[profile.stage.learn]\n")
	for range 2 {
		if _, err := j.UndoLearn(); err != nil {
			t.Fatal(err)
		}
	}
	has(strings.Replace(before, `"CC 1"`, `"cc 1"`, 1))
}

// Without a configuration file, what is learned holds until jamd ends. If the file cannot be changed, nothing is learned.
func TestLearnWithoutAFile(t *testing.T) {
	j := &Jam{host: &Host{learned: &learned{bindings: bindings(t)}}}
	if l, err := j.Learn(t.Context(), "cc 1", "tap"); err != nil || l != (ui.Learned{Trigger: "cc 1", Target: "tap"}) || len(j.Learned()) != 1 {
		t.Errorf("%+v, %v; learned is %v", l, err, j.Learned())
	}
	file := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(file, []byte("learn = {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	j.host.learned = &learned{bindings: bindings(t), file: config.NewDefaults(file, "", presetFlags(t))}
	if _, err := j.Learn(t.Context(), "cc 1", "tap"); !errors.Is(err, ui.ErrRefused) || !strings.Contains(err.Error(), "put this line into its table [learn]") ||
		len(j.Learned()) != 0 {
		t.Errorf("%v; learned is %v", err, j.Learned())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Learn(ctx, "", "tap"); !errors.Is(err, ui.ErrRefused) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

func bindings(t *testing.T) *learn.Bindings {
	t.Helper()
	b, err := learn.NewBindings(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
