package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/rogpeppe/go-internal/testscript"

	"jamd/assets"
	"jamd/jam"
	"jamd/midiio"
	"jamd/model"
	"jamd/ui"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"jamd": main})
}

// TestScripts runs the command line as a user does: testdata/*.txt read like sessions at a terminal.
func TestScripts(t *testing.T) {
	library := os.Getenv(model.LibraryEnv)
	if library == "" {
		library, _ = filepath.Abs("../../bin/libonnxruntime.so")
	}
	if _, err := os.Stat(library); err != nil {
		t.Skipf("ONNX Runtime's library is not there (%v): run 'make build'", err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv(model.LibraryEnv, library)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, "data"))
			env.Setenv("XDG_RUNTIME_DIR", filepath.Join(env.WorkDir, "run")) // scripts run beside each other, each with ports of its own
			return writeInputs(env.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":     code,
			"truncate": truncate,
			"isjson":   isJSON,
			"parses":   parses,
			"fits":     fits,
			"until":    until,
			"plays":    plays,
			"turns":    turns,
		},
	})
}

// writeInputs puts into dir the MIDI files and policies that scripts use.
func writeInputs(dir string) error {
	demo, err := assets.Files.ReadFile(assets.DemoMelody)
	if err != nil {
		return err
	}
	policy, err := assets.Files.ReadFile("policies/" + defaultPolicy + ".onnx")
	if err != nil {
		return err
	}
	meters, err := changingMeters()
	if err != nil {
		return err
	}
	free, err := playedFreely(jam.Quarters(4))
	if err != nil {
		return err
	}
	waltz, err := playedFreely(jam.Quarters(3))
	if err != nil {
		return err
	}
	var empty bytes.Buffer
	if err := midiio.WriteTake(&empty, jam.Take{Tempo: []jam.TempoChange{{BPM: 120}}, Meter: jam.Quarters(4), Frames: 16}); err != nil {
		return err
	}
	tiny, err := os.ReadFile("../../model/testdata/tiny.onnx")
	if err != nil {
		return err
	}
	agent, err := os.ReadFile("../../model/testdata/tiny-melody.onnx")
	if err != nil {
		return err
	}
	hearsBar, err := os.ReadFile("../../model/testdata/tiny-bar.onnx")
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"tiny.onnx": tiny, "tiny-bar.onnx": hearsBar, "agent.onnx": agent,
		"tune.mid": demo, "policy.onnx": policy, "silent.mid": empty.Bytes(), "meters.mid": meters, "free.mid": free, "waltz.mid": waltz,
		"empty.mid": {}, "text.mid": []byte("a letter, not a tune\n"), "empty.onnx": {}, "text.onnx": []byte("no network\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "recorded"), os.DirFS("../../session/testdata")); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(dir, "cases"), os.DirFS("../../midiio/testdata/cases")); err != nil {
		return err
	}
	// A session of the first format, in a folder like those that jamd makes.
	return os.CopyFS(filepath.Join(dir, "old", "20261122-231749-f907ec"), os.DirFS("../../session/testdata/v1"))
}

// playedFreely is a melody of 24 bars by a player without a click, at about 96 BPM: the tempi of the file are the player's. In
// 3/4 every other bar begins with a half note.
func playedFreely(meter jam.Meter) ([]byte, error) {
	take := jam.Take{Meter: meter, Frames: 24 * meter.Bar()}
	for frame := int64(0); frame < take.Frames; frame += 4 {
		take.Tempo = append(take.Tempo, jam.TempoChange{Frame: frame, BPM: 96 + 3*math.Sin(float64(frame)/40)})
		if meter == jam.Quarters(3) && frame%24 == 16 {
			continue
		}
		take.Melody = append(take.Melody, jam.TakeNote{Frame: frame, Pitch: 60 + uint8(frame/4*7%12), Duration: 3, Velocity: 80})
		if frame%meter.Bar() == 4 {
			take.Melody = append(take.Melody, jam.TakeNote{Frame: frame + 2, Pitch: 62, Duration: 1, Velocity: 80})
		}
	}
	var b bytes.Buffer
	err := midiio.WriteTake(&b, take)
	return b.Bytes(), err
}

// changingMeters is a melody of nine bars, three in each of three meters.
func changingMeters() ([]byte, error) {
	take := jam.Take{
		Tempo: []jam.TempoChange{{BPM: 120}}, Meter: jam.Quarters(4),
		Meters: []jam.MeterChange{{Frame: 48, Meter: jam.Quarters(3)}, {Frame: 84, Meter: jam.Meter{Count: 6, Unit: 8}}}, Frames: 120,
	}
	for frame := int64(0); frame < take.Frames; frame += 4 {
		take.Melody = append(take.Melody, jam.TakeNote{Frame: frame, Pitch: 60 + uint8(frame/4*7%12), Duration: 3, Velocity: 80})
	}
	var b bytes.Buffer
	err := midiio.WriteTake(&b, take)
	return b.Bytes(), err
}

// code N COMMAND... checks the exit code of a command that fails.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || fmt.Sprint(exit.ExitCode()) != args[0] {
		ts.Fatalf("%v ended with %v, not with exit code %s", args[1:], err, args[0])
	}
}

// until PATTERN COMMAND... runs a command over and over, until what it prints matches.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN COMMAND...")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		_ = ts.Exec(args[1], args[2:]...) // which may fail while what is waited for is not there yet
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%v does not print %s within %v", args[1:], args[0], patience)
		}
	}
}

// turns CONTROLLER VALUE turns a knob of a keyboard at a browser.
func turns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: turns CONTROLLER VALUE")
	}
	controller, err := strconv.Atoi(args[0])
	ts.Check(err)
	value, err := strconv.Atoi(args[1])
	ts.Check(err)
	place, err := ui.ReadPlace(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "jamd", "page.json"))
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	page, response, err := websocket.Dial(ctx, "ws://"+place.Address+"/api/events",
		&websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + place.Token}}})
	ts.Check(err)
	if response.Body != nil {
		_ = response.Body.Close()
	}
	defer page.CloseNow() //nolint:errcheck // Close has told
	turned := map[string]any{"type": "midi", "keyboard": 1, "bytes": []int{0xB0, controller, value}}
	ts.Check(wsjson.Write(ctx, page, turned))
	ts.Check(page.Close(websocket.StatusNormalClosure, ""))
}

// plays PITCH plays a note into the running jam, as a page does.
func plays(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: plays PITCH")
	}
	pitch, err := strconv.Atoi(args[0])
	ts.Check(err)
	place, err := ui.ReadPlace(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "jamd", "page.json"))
	ts.Check(err)
	note := map[string]any{"type": "note", "on": true, "pitch": pitch, "velocity": 80}
	ts.Check(place.Ask(context.Background(), http.MethodPost, "notes", note, nil))
}

// truncate FILE BYTES cuts a file.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: truncate FILE BYTES")
	}
	var size int64
	_, err := fmt.Sscan(args[1], &size)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// isjson FILE KEY... checks that a file holds one JSON object with these keys.
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: isjson FILE KEY...")
	}
	var object map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &object))
	for _, key := range args[1:] {
		if _, ok := object[key]; !ok {
			ts.Fatalf("no %q in %s", key, args[0])
		}
	}
}

// parses FILE.mid checks that a file is a MIDI file with a melody; parses OTHER.mid SAME.mid that both have the same one.
func parses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: parses FILE.mid [SAME.mid]")
	}
	first, err := midiio.ReadFile(ts.MkAbs(args[0]), "")
	ts.Check(err)
	for _, other := range args[1:] {
		m, err := midiio.ReadFile(ts.MkAbs(other), "")
		ts.Check(err)
		if len(m.Notes) != len(first.Notes) {
			ts.Fatalf("%s has %d melody notes, %s %d", args[0], len(first.Notes), other, len(m.Notes))
		}
	}
}
