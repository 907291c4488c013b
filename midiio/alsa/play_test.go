package alsa

import (
	"testing"
	"time"

	"jamd/midiio"
)

// playScript plays a tune into jamd with aplaymidi, listens to it with aseqdump, ends it with SIGINT, and shows what was heard.
// Frames are long, because the emulated processor is slow: at 20 BPM a policy step has most of a second.
const playScript = awaiting + `
jamd play --clock internal --policy tiny.onnx --in 'jamd in' --out 'jamd out' --tempo 20 --listen 1 --chord-grid frame --session-dir /run/sessions >play.txt 2>&1 &
jamd=$!
await "! kill -0 $jamd || { shows \"'jamd in'\" && shows \"'jamd out'\"; }"
aconnect -l
aseqdump -p 'jamd out' >heard.txt 2>&1 &
dump=$!
await connected
aplaymidi -p 'jamd in' -d 2 tune.mid
echo "aplaymidi: $?"
await '[ $(chords play.txt) -ge 2 ]'
before=$(swept heard.txt)
kill -INT $jamd
wait $jamd
status=$?
await '[ $(swept heard.txt) -gt $before ]'
kill $dump
wait $dump
echo "--- begin play"; cat play.txt; echo "--- end play"
echo "--- begin heard"; cat heard.txt; echo "--- end heard"
echo "--- begin sessions"; find /run/sessions -type f; echo "--- end sessions"
exit $status
`

const tune = "../testdata/tune.mid"

// TestPlay is the whole of jamd with a real sequencer: chords sound, and all of them are off at the end. The policy is tiny:
// beside busy processes a step of a real one takes seconds in this machine, and the longest frame is 750 ms.
func TestPlay(t *testing.T) {
	machine := vm(t)
	files := jamdFiles(t)
	files["tiny.onnx"] = "../../model/testdata/tiny.onnx"
	melody, err := midiio.ReadFile(tune, "")
	if err != nil {
		t.Fatal(err)
	}
	r, err := machine.Run(t.Context(), Guest{
		Script: playScript,
		Files:  files,
		Limit:  20 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r.Console)
	if r.Exit != 0 {
		t.Fatalf("jamd play ended with exit status %d", r.Exit)
	}
	heard, err := Section(r.Console, "heard")
	if err != nil {
		t.Fatal(err)
	}
	messages, err := ParseDump(heard)
	if err != nil {
		t.Fatal(err)
	}
	began, hanging := Balance(messages)
	if began < 3 {
		t.Errorf("only %d chord notes were heard, over a melody of %d notes", began, len(melody.Notes))
	}
	if hanging != nil {
		t.Errorf("notes hang after the end: %v", hanging)
	}
	t.Logf("%d notes began, none hangs: %v", began, hanging == nil)
}
