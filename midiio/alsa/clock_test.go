package alsa

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

// clockScript lets one jamd follow the clock of another: the master plays a tune of its own and sends its clock, with its chords, to a
// port of the follower's, whose melody comes from aplaymidi. The master ends first, the follower by SIGINT.
const clockScript = `
jam() { jamd play --policy tiny.onnx --page off --listen 1 --chord-grid frame "$@"; }
jam --clock external --in 'jamd in' --clock-in 'jamd in 2' --out 'jamd out 2' --tempo 90 --session-dir /run/follower >follower.txt 2>&1 &
follower=$!
for i in $(seq 600); do
    aconnect -l | grep -q "'jamd in 2'" && aconnect -l | grep -q "'jamd out 2'" && break
    kill -0 $follower 2>/dev/null || break
    sleep 0.2
done
aseqdump -p 'jamd out 2' >heard.txt 2>&1 &
dump=$!
aplaymidi -p 'jamd in' -d 2 tune.mid &
jam --clock send --melody tune.mid --tempo 30 --for 24s --out 'jamd in 2' --session-dir /run/master >master.txt 2>&1
echo "master: $?"
sleep 2
aconnect -l
kill -INT $(pidof jamd)
wait $follower
status=$?
sleep 1
kill $dump
wait
echo "--- begin heard"; cat heard.txt; echo "--- end heard"
echo "--- begin says"; cat follower.txt master.txt; echo "--- end says"
for jam in follower master; do
    echo "--- begin $jam"; cat /run/$jam/*/events.jsonl; echo "--- end $jam"
done
exit $status
`

// A logLine is what a line of a session's log says of the grid.
type logLine struct {
	Type   string  `json:"type"`
	Frame  int64   `json:"frame"`
	BPM    float64 `json:"bpm"`
	Melody int     `json:"melody"`
}

// TestClock: a second jamd is the clock's master. The follower begins with it, takes its tempo, ends where it ends, and leaves no note
// sounding.
func TestClock(t *testing.T) {
	machine := vm(t)
	files := jamdFiles(t)
	files["tiny.onnx"] = "../../model/testdata/tiny.onnx"
	r, err := machine.Run(t.Context(), Guest{Script: clockScript, Files: files, Limit: 20 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if r.Exit != 0 || !strings.Contains(r.Console, "master: 0") {
		t.Fatalf("the follower ended with exit status %d:\n%s", r.Exit, r.Console)
	}
	says, _ := Section(r.Console, "says")
	t.Log(says)
	heard, err := Section(r.Console, "heard")
	if err != nil {
		t.Fatal(err)
	}
	messages, err := ParseDump(heard)
	if err != nil {
		t.Fatal(err)
	}
	if began, hanging := Balance(messages); began < 3 || hanging != nil {
		t.Errorf("%d notes of the follower began, %v hang", began, hanging)
	}
	followed, masters := framesOf(t, r.Console, "follower"), framesOf(t, r.Console, "master")
	// The master's clock ends at the line behind its last frame. On a busy host frames are lost here, and with them the place for a bar.
	if followed.first > 4 || masters.first != 0 || followed.last < masters.last-4 || followed.last > masters.last+1+16 {
		t.Errorf("the follower played frames %d to %d, the master %d to %d", followed.first, followed.last, masters.first, masters.last)
	}
	if off := math.Abs(followed.tempo - 30); off > 1 {
		t.Errorf("the follower's tempo is %v at last, the master's 30", followed.tempo)
	}
	t.Logf("frames %d to %d follow the master's %d to %d; tempo %.2f for 30", followed.first, followed.last, masters.first, masters.last, followed.tempo)
}

// played is which frames a session has, and its last tempo.
type played struct {
	first, last int64
	tempo       float64
}

func framesOf(t *testing.T, console, section string) (p played) {
	t.Helper()
	text, err := Section(console, section)
	if err != nil {
		t.Fatal(err)
	}
	p.first, p.last = -1, -1
	for line := range strings.Lines(text) {
		var l logLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %q: %v", section, line, err)
		}
		switch l.Type {
		case "frame":
			if p.last = l.Frame; p.first < 0 {
				p.first = l.Frame
			}
		case "segment":
			p.tempo = l.BPM
		}
	}
	return p
}
