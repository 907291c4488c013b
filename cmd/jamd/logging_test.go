package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jamd/live"
)

func TestLog(t *testing.T) {
	var terminal bytes.Buffer
	path := filepath.Join(t.TempDir(), "said.jsonl")
	to, end, err := newConsole(&terminal, &terminal, nil).toFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to.Log.Debug().Int64(live.FrameField, 7).Msg("set: mute=on")
	to.Log.Warn().Int64(live.FrameField, 8).Msg("the chord is held: \"slow\"")
	to.Log.Info().Msg("a port is here")
	end()
	to.Log.Info().Msg("after the end")
	if want := "jamd: the chord is held: \"slow\"\njamd: a port is here\njamd: after the end\n"; terminal.String() != want {
		t.Errorf("the terminal has %q, want %q", terminal.String(), want)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 3 {
		t.Fatalf("%q", lines)
	}
	var first struct {
		Time, Level, Message string
		Frame                int64
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || first.Frame != 7 || first.Level != "debug" || first.Time == "" || first.Message != "set: mute=on" {
		t.Errorf("%s: %+v, %v", lines[0], first, err)
	}
}

// A log on a full disk is reported once, and the terminal still has every message.
func TestLogOnAFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	var terminal bytes.Buffer
	to, end, err := newConsole(&terminal, &terminal, nil).toFile("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	to.Log.Info().Msg("one")
	to.Log.Info().Msg("two")
	if said := terminal.String(); strings.Count(said, "incomplete") != 1 || !strings.Contains(said, "jamd: one\n") || !strings.Contains(said, "jamd: two\n") {
		t.Errorf("%q", said)
	}
}
