package alsa

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// clockScript lets one jamd follow the clock of another: the master plays a tune of its own and sends its clock, with its chords, to a
// port of the follower's, whose melody comes from aplaymidi. The master ends first, the follower by SIGINT.
const clockScript = awaiting + `
jam() { jamd play --policy tiny.onnx --page off --listen 1 --chord-grid frame "$@"; }
jam --clock external --in 'jamd in' --clock-in 'jamd in 2' --out 'jamd out 2' --tempo 90 --session-dir /run/follower >follower.txt 2>&1 &
follower=$!
await "! kill -0 $follower || { shows \"'jamd in 2'\" && shows \"'jamd out 2'\"; }"
last() { grep -o '"type":"frame","frame":[0-9]*' /run/$1/*/events.jsonl | tail -n 1 | grep -o '[0-9]*$'; }
aseqdump -p 'jamd out 2' >heard.txt 2>&1 &
dump=$!
await connected
aplaymidi -p 'jamd in' -d 2 tune.mid &
jam --clock send --melody tune.mid --tempo 30 --for 24s --out 'jamd in 2' --session-dir /run/master >master.txt 2>&1
echo "master: $?"
await '[ $(last follower) -ge $(($(last master) - 4)) ]'
aconnect -l
before=$(swept heard.txt)
kill -INT $(pidof jamd)
wait $follower
status=$?
await '[ $(swept heard.txt) -gt $before ]'
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
	At     float64 `json:"at_us"`
	Late   float64 `json:"late_us"`
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
	early, late, common := shift(followed, masters)
	t.Logf("frames %d to %d follow the master's %d to %d; the lines of %d common frames move by %v; tempo %.2f at last for 30",
		followed.first, followed.last, masters.first, masters.last, common, late-early, followed.tempo)
	if followed.busy() || masters.busy() {
		t.Skipf("the tempo is not judged: of the master's %d frames %d were more than %v late, of the follower's %d %d; such a master's clock has no tempo",
			len(masters.lines), masters.late, tooLate, len(followed.lines), followed.late)
	}
	// The master's clock ends at the line behind its last frame. On a busy host frames are lost here, and with them the place for a bar.
	if followed.first > 4 || masters.first != 0 || followed.last < masters.last-4 || followed.last > masters.last+1+16 {
		t.Errorf("the follower played frames %d to %d, the master %d to %d", followed.first, followed.last, masters.first, masters.last)
	}
	if drift := late - early; common < 20 || drift.Abs() > step/2 {
		t.Errorf("the follower's lines move by %v against the master's, which are %v apart: it does not keep the tempo", drift, step)
	}
}

// step is how far two lines of the master are apart, at 30 BPM.
const step = 500 * time.Millisecond

// shift returns how far the follower's lines lie after the master's: the median in the first and in the second half of the frames
// that both played. Each has a clock of its own, so only the difference counts. A busy host delays single pulses, which move
// single lines and the last tempo; it does not move a median.
func shift(followed, masters played) (early, late time.Duration, common int) {
	var shifts []time.Duration
	for frame := masters.first; frame <= masters.last; frame++ {
		theirs, both := masters.lines[frame]
		if ours, ok := followed.lines[frame]; both && ok {
			shifts = append(shifts, ours-theirs)
		}
	}
	if len(shifts) < 2 {
		return 0, 0, len(shifts)
	}
	median := func(of []time.Duration) time.Duration {
		sorted := slices.Sorted(slices.Values(of))
		return sorted[len(sorted)/2]
	}
	half := len(shifts) / 2
	return median(shifts[:half]), median(shifts[half:]), len(shifts)
}

// A follower that keeps the master's tempo is told from one that does not, however late single lines are.
func TestShift(t *testing.T) {
	lines := func(tempo float64, late func(n int64) time.Duration) played {
		p := played{first: 0, last: 47, lines: map[int64]time.Duration{}}
		for n := range int64(48) {
			p.lines[n] = time.Duration(float64(n)*15/tempo*float64(time.Second)) + late(n)
		}
		return p
	}
	never := func(int64) time.Duration { return 0 }
	master := lines(30, never)
	for _, tt := range []struct {
		name     string
		follower played
		follows  bool
	}{
		{"another clock", lines(30, func(int64) time.Duration { return time.Hour }), true},
		{"a host that stalls", lines(30, func(n int64) time.Duration { return time.Duration(max(0, n%7-3)) * time.Second }), true},
		{"a tempo of 31", lines(31, never), false},
		{"a tempo of its own", lines(90, never), false},
	} {
		early, late, common := shift(tt.follower, master)
		if follows := (late - early).Abs() <= step/2; follows != tt.follows || common != 48 {
			t.Errorf("%s: the lines move by %v in %d frames", tt.name, late-early, common)
		}
	}
}

// tooLate is a quarter of a pulse of the master's clock, at 30 BPM. The follower has notes and clock from a process that is as late.
const tooLate = 20 * time.Millisecond

// played is which frames a session has, their lines on its clock, how many were sent too late, and its last tempo.
type played struct {
	first, last int64
	lines       map[int64]time.Duration
	late        int
	tempo       float64
}

// busy reports whether the machine was too busy to keep time: more than a tenth of the frames were too late.
func (p played) busy() bool { return 10*p.late > len(p.lines) }

func framesOf(t *testing.T, console, section string) (p played) {
	t.Helper()
	text, err := Section(console, section)
	if err != nil {
		t.Fatal(err)
	}
	p.first, p.last, p.lines = -1, -1, map[int64]time.Duration{}
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
			p.lines[l.Frame] = time.Duration(l.At * float64(time.Microsecond))
			if l.Late > float64(tooLate.Microseconds()) {
				p.late++
			}
		case "segment":
			p.tempo = l.BPM
		}
	}
	return p
}
