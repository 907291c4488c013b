package alsa

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// switchScript moves a jam from one keyboard to another and from one synth to another, as the page does: 'jamd ctl' asks the
// same API. At each keyboard a note is held when jamd leaves it. Both keyboards are VirMIDI's, both synths are aseqdump; the
// second one is started when jamd plays already.
const switchScript = awaiting + `
keys() { printf "$2" >/dev/snd/midiC0D$1; }
jamd play --clock internal --policy tiny.onnx --in 'VirMIDI 0-0' --out 'jamd out' --tempo 40 --listen 0 --chord-grid frame --session-dir /run/sessions >play.txt 2>&1 &
jamd=$!
heard() { grep -q "\"on\":true,.*\"pitch\":$1," /run/sessions/*/events.jsonl; }
await "! kill -0 $jamd || grep -q '^Play' play.txt"
aseqdump -p 'jamd out' >first.txt 2>&1 &
first=$!
await connected
keys 0 '\220\074\144'
await 'heard 60 && [ $(chords play.txt) -ge 1 ]'
jamd ctl set in='Virtual Raw MIDI 0-1:VirMIDI 0-1'; echo "input: $?"
keys 0 '\220\076\144'
keys 1 '\220\100\144'
await 'heard 64'
aseqdump >second.txt 2>&1 &
second=$!
client() { aconnect -l | sed -n "s/^client \([0-9]*\): .*,pid=$1[],].*/\1/p"; }
await '[ "$(client $second)" ]'
synth=$(client $second) # its number may be lower than the first one's
jamd ctl set out="aseqdump:aseqdump $synth:0"; echo "output: $?" # both synths have the name
jamd ctl status
jamd ctl set in='Virtual Raw MIDI 0-9:VirMIDI 0-9'; echo "nobody: $?"
jamd ctl set out='Virtual Raw MIDI 0-9:VirMIDI 0-9'; echo "nothing: $?"
await 'grep -q "Note on" second.txt'
before=$(swept second.txt)
kill -INT $jamd
wait $jamd
status=$?
await '[ $(swept second.txt) -gt $before ]'
kill $first $second
wait
echo "--- begin play"; cat play.txt; echo "--- end play"
echo "--- begin first"; cat first.txt; echo "--- end first"
echo "--- begin second"; cat second.txt; echo "--- end second"
echo "--- begin log"; cat /run/sessions/*/events.jsonl; echo "--- end log"
exit $status
`

// TestSwitch changes the input and the output during a jam: no note hangs at the ports that were left, and a port that does not
// exist is refused.
func TestSwitch(t *testing.T) {
	machine := vm(t)
	files := jamdFiles(t)
	files["tiny.onnx"] = "../../model/testdata/tiny.onnx"
	r, err := machine.Run(t.Context(), Guest{Script: switchScript, Files: files, Limit: 20 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	said, _, _ := strings.Cut(r.Console, "--- begin first")
	t.Log(said)
	if r.Exit != 0 {
		t.Errorf("jamd ended with exit status %d", r.Exit)
	}
	for _, want := range []string{
		"input: 0", "output: 0", "nobody: 2", "nothing: 2", "hears Virtual Raw MIDI 0-1:VirMIDI 0-1, plays aseqdump:aseqdump",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for _, synth := range []string{"first", "second"} {
		text, err := Section(r.Console, synth)
		if err != nil {
			t.Fatal(err)
		}
		messages, err := ParseDump(text)
		if err != nil {
			t.Fatal(err)
		}
		began, hanging := Balance(messages)
		t.Logf("%s synth: %d notes began, %v hang", synth, began, hanging)
		if began == 0 || hanging != nil {
			t.Errorf("%s synth: %d notes began, %v hang", synth, began, hanging)
		}
	}
	log, err := Section(r.Console, "log")
	if err != nil {
		t.Fatal(err)
	}
	// What is held at the first keyboard is let go with it, and what is played there afterwards is not heard.
	want := []stroke{{60, true}, {60, false}, {64, true}}
	if got := strokes(t, log); !slices.Equal(got, want) {
		t.Errorf("heard %v, want %v", got, want)
	}
}

// A stroke is a key that goes down or up.
type stroke struct {
	pitch int
	on    bool
}

// strokes are the player's notes in a session's log.
func strokes(t *testing.T, log string) (all []stroke) {
	t.Helper()
	for line := range strings.Lines(log) {
		var l struct {
			Type  string `json:"type"`
			On    bool   `json:"on"`
			Pitch int    `json:"pitch"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if l.Type == "note" {
			all = append(all, stroke{l.Pitch, l.On})
		}
	}
	return all
}
