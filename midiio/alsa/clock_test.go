package alsa

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// clockScript lets one jamd follow the clock of another: the master plays a tune of its own and sends its clock, with its
// chords, to a port of the follower's, whose melody comes from aplaymidi. The master ends first, the follower by SIGINT.
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
    echo "--- begin $jam"; grep -o '"start": "[^"]*"' /run/$jam/*/manifest.json | sed 's/.*/{&}/'; cat /run/$jam/*/events.jsonl; echo "--- end $jam"
done
exit $status
`

// A logLine is what the manifest of a session, or a line of its log, says of the grid.
type logLine struct {
	Start time.Time `json:"start"` // wall time at which the session's clock showed 0
	Type  string    `json:"type"`
	Frame int64     `json:"frame"`
	At    float64   `json:"at_us"`
	Late  float64   `json:"late_us"`
	BPM   float64   `json:"bpm"`
	Again bool      `json:"again"`
}

// TestClock: a second jamd is the clock's master. The follower begins with it, takes its tempo, ends where it ends, and leaves
// no note sounding.
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
	began, hanging := Balance(messages)
	if hanging != nil {
		t.Errorf("notes of the follower hang: %v", hanging)
	}
	followed, masters := framesOf(t, r.Console, "follower"), framesOf(t, r.Console, "master")
	off, judged := apart(followed, masters)
	t.Logf("frames %d to %d follow the master's %d to %d, with %d jumps; %d lines that were in time are %.3f frames from the master's (median); tempo %.2f at last for 30",
		followed.first().frame, followed.last().frame, masters.first().frame, masters.last().frame, followed.jumps, judged, off, followed.tempo)
	// The master's clock ends at the line behind its last frame. On a busy host the follower may lose its place: it then goes on
	// in a later bar, at the same place of the bar.
	lost := bar * int64(1+followed.jumps)
	inPlace := followed.first().frame < lost && masters.first().frame == 0 && followed.last().frame >= masters.last().frame-4 &&
		followed.last().frame <= masters.last().frame+1+lost
	if began >= 3 && judged >= least && inPlace && off <= mostApart {
		return
	}
	told := fmt.Sprintf("%d notes of the follower began, and it does not keep the master's time", began)
	if followed.busy() || masters.busy() { // pulses that come in bunches have another tempo
		t.Skipf("%s: the machine was too busy", told)
	}
	t.Error(told)
}

const (
	bar = 16 // frames
	// tooLate is a quarter of a pulse of the master's clock, at 30 BPM. A follower that is as late hears notes and clock as late.
	tooLate = 20 * time.Millisecond
	// least is how many frames in time are enough to judge by.
	least = 12
	// mostApart is how far the lines of the follower may be from those of the master, in frames: an eighth of a second at 30 BPM.
	mostApart = 0.25
)

// apart returns how far the follower's lines are from those of the master, in frames, and how many lines it judged: those of
// the master's time, except for frames that the follower sent too late. Both sessions have the wall time of one machine. Bars
// of the two begin together, but after a jump the follower is in another bar, so only the place in the bar counts. A busy host
// delays single pulses, which move single lines; it does not move the median.
func apart(followed, masters played) (median float64, judged int) {
	first, last := masters.first(), masters.last()
	step := last.at.Sub(first.at) / time.Duration(last.frame-first.frame)
	var off []float64
	for _, l := range followed.lines {
		if l.late <= tooLate && !l.at.Before(first.at) && !l.at.After(last.at) {
			song := float64(first.frame) + float64(l.at.Sub(first.at))/float64(step)
			off = append(off, math.Abs(math.Remainder(float64(l.frame)-song, bar)))
		}
	}
	if len(off) == 0 {
		return 0, 0
	}
	slices.Sort(off)
	return off[len(off)/2], len(off)
}

// A follower that keeps the master's place in the bar is told from one that does not, however late single lines are.
func TestApart(t *testing.T) {
	lines := func(tempo float64, late func(n int64) time.Duration) (p played) {
		for n := range int64(48) {
			at := time.Unix(1000, 0).Add(time.Duration(float64(n) * 15 / tempo * float64(time.Second)))
			p.lines = append(p.lines, playedLine{frame: n, at: at.Add(late(n)), late: late(n) / 10})
		}
		return p
	}
	never := func(int64) time.Duration { return 0 }
	jumped, beatLate := lines(30, never), lines(30, never)
	for i := range jumped.lines {
		beatLate.lines[i].frame += 4
		if i >= 20 {
			jumped.lines[i].frame += 2 * bar
		}
	}
	for _, tt := range []struct {
		name     string
		follower played
		judged   int
		follows  bool
	}{
		{"in time", lines(30, never), 48, true},
		{"as late as sound", lines(30, func(int64) time.Duration { return 30 * time.Millisecond }), 47, true},
		{"another bar after a jump", jumped, 48, true},
		{"a host that stalls", lines(30, func(n int64) time.Duration { return time.Duration(max(0, n%7-3)) * time.Second }), 28, true},
		{"another beat", beatLate, 48, false},
		{"a tempo of 31", lines(31, never), 48, false},
		{"a tempo of its own", lines(90, never), 48, false},
	} {
		off, judged := apart(tt.follower, lines(30, never))
		if follows := off <= mostApart; follows != tt.follows || judged != tt.judged {
			t.Errorf("%s: %d lines are %.3f frames apart", tt.name, judged, off)
		}
	}
}

// played is what frames a session has, how often its song jumped, and its last tempo.
type played struct {
	lines []playedLine // in order
	jumps int
	tempo float64
}

// busy reports whether the machine was too busy to keep time: more than a tenth of the frames were too late.
func (p played) busy() bool {
	late := 0
	for _, l := range p.lines {
		if l.late > tooLate {
			late++
		}
	}
	return 10*late > len(p.lines)
}

func (p played) first() playedLine { return p.lines[0] }
func (p played) last() playedLine  { return p.lines[len(p.lines)-1] }

// A playedLine is a frame, the wall time of its line, and how long after it the frame was sent.
type playedLine struct {
	frame int64
	at    time.Time
	late  time.Duration
}

func framesOf(t *testing.T, console, section string) (p played) {
	t.Helper()
	text, err := Section(console, section)
	if err != nil {
		t.Fatal(err)
	}
	var start time.Time
	for line := range strings.Lines(text) {
		var l logLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %q: %v", section, line, err)
		}
		micros := func(us float64) time.Duration { return time.Duration(us * float64(time.Microsecond)) }
		switch l.Type {
		case "":
			start = l.Start
		case "frame":
			p.lines = append(p.lines, playedLine{l.Frame, start.Add(micros(l.At)), micros(l.Late)})
		case "jump":
			if !l.Again || l.Frame > 0 { // the first one is the start
				p.jumps++
			}
		case "segment":
			p.tempo = l.BPM
		}
	}
	if start.IsZero() || len(p.lines) < 2 {
		t.Fatalf("%s has %d frames from %v", section, len(p.lines), start)
	}
	return p
}
