package session

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"jamd/jam"
)

// schema compiles a part of docs/session.schema.json.
func schema(t *testing.T, part string) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../docs/session.schema.json" + part)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The schema holds for sessions as jams make them: with misses, stops, lost messages and lines of every type.
func TestSchema(t *testing.T) {
	j := &liveJam{settings: jam.DefaultSettings(), seed: 5, frames: 200, inbox: 1, delay: 200 * time.Millisecond,
		stops: []stop{{3 * time.Second, 5 * time.Second}}, faster: "101",
		rungs: slices.Concat(ordered(jam.RungFull, 60), ordered(jam.RungFaster, 30), ordered(jam.RungHold, 10))}
	for n := range 40 {
		at := time.Duration(n) * 500 * time.Millisecond
		j.events = append(j.events, jam.Event{At: at, Status: 0x90, Data1: 60, Data2: byte(n % 2 * 90)}, jam.Event{At: at, Status: 0xE0})
	}
	live, _ := j.keep(t, t.TempDir())
	r, err := Open(live)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetNotes(Notes{Name: "x", Tags: []string{"a"}, Rating: Rating{Adaptation: 3, Enjoyment: 5}, Pinned: true}); err != nil {
		t.Fatal(err)
	}
	lines, manifest, notes := schema(t, ""), schema(t, "#/$defs/manifest"), schema(t, "#/$defs/notes")
	types := map[string]bool{}
	for _, dir := range []string{live, filepath.Join("testdata", "v2"), filepath.Join(recordedJams, "followed"), filepath.Join(recordedJams, "found"), filepath.Join(recordedJams, "pickup")} {
		log, err := os.ReadFile(filepath.Join(dir, EventsFile))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(bytes.TrimSuffix(log, []byte("\n")), []byte("\n")) {
			v := parse(t, line)
			if err := lines.Validate(v); err != nil {
				t.Fatalf("%s line %d: %v\n%s", dir, i+1, err, line)
			}
			types[v.(map[string]any)["type"].(string)] = true
		}
		text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
		if err != nil {
			t.Fatal(err)
		}
		if err := manifest.Validate(parse(t, text)); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	text, err := os.ReadFile(filepath.Join(live, NotesFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := notes.Validate(parse(t, text)); err != nil {
		t.Error(err)
	}
	loss, _ := appendLine(nil, 1, Loss{1, 2, 3})
	if err := lines.Validate(parse(t, loss)); err != nil {
		t.Error(err)
	}
	for _, e := range []Entry{jam.MeterChange{Frame: 16, Meter: jam.Meter{Count: 6, Unit: 8}}, jam.MeterChange{Meter: jam.Quarters(4), Into: 12},
		jam.LoopAction{Frame: 3, Kind: jam.ActionListen, Frames: 16}, jam.LoopAction{Frame: 3, Kind: jam.ActionJump, Frames: 300},
		jam.Passed{Frame: 3, Line: time.Second, Melody: jam.MelodyOnset(60), Velocity: 80}} {
		line, _ := appendLine(nil, 1, e)
		if err := lines.Validate(parse(t, line)); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if len(types) != 12 { // all but loss
		t.Errorf("lines of %v", types)
	}
	for _, bad := range []string{
		`{"seq":1,"type":"note","crc":"00000000"}`, `{"seq":0,"type":"loss","notes":0,"frames":0,"changes":0,"crc":"00000000"}`,
		`{"seq":1,"type":"loss","notes":0,"frames":0,"changes":0}`, `{"seq":1,"type":"tune","crc":"00000000"}`,
		strings.Replace(string(loss), `"notes":1`, `"notes":-1`, 1),
	} {
		if lines.Validate(parse(t, []byte(bad))) == nil {
			t.Errorf("valid: %s", bad)
		}
	}
}
