package alsa

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// killScript lets jamd play into aseqdump, kills it at a random moment of its chords, and starts it again; the last one ends in
// order. Its policy is tiny, because a step of a real one takes most of a second here. While it plays, a second one is started
// on the same port.
const killScript = `
aseqdump >heard.txt &
dump=$!
echo "up $(cut -d" " -f1 /proc/uptime) s"
jam() { jamd play --policy tiny.onnx --melody tune.mid --tempo 20 --listen 1 --chord-grid frame --out aseqdump --session-dir /run/sessions "$@"; }
for kill in $(seq %d); do
    jam >play.txt 2>&1 &
    jamd=$!
    for i in $(seq 300); do # until a chord has begun
        grep -q '^ *[0-9]*\.[0-9]' play.txt && break
        kill -0 $jamd 2>/dev/null || break
        sleep 0.2
    done
    if [ $kill = 1 ]; then
        jam; echo "second: $?"
    fi
    usleep $((RANDOM * 60))
    kill -KILL $(pidof jamd)
    wait $jamd 2>/dev/null
    echo "--- killed:"; cut -d" " -f1 /proc/uptime; tail -n 3 play.txt
done
jam --for 1s
status=$?
sleep 1
kill $dump
wait $dump
echo "--- begin heard"; cat heard.txt; echo "--- end heard"
exit $status
`

// kills is how often jamd is killed; JAMD_KILLS asks for more.
func kills(t *testing.T) int {
	text := os.Getenv("JAMD_KILLS")
	if text == "" {
		return 2
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal("JAMD_KILLS: ", err)
	}
	return n
}

// TestKill: whatever a killed jamd left sounding is off once the next one has begun; and two do not share a port.
func TestKill(t *testing.T) {
	machine := vm(t)
	files := jamdFiles(t)
	files["tiny.onnx"] = "../../model/testdata/tiny.onnx"
	n := kills(t)
	r, err := machine.Run(t.Context(), Guest{
		Script: fmt.Sprintf(killScript, n),
		Files:  files,
		Limit:  20*time.Minute + time.Duration(n)*time.Minute, // far more than it needs on a free machine
	})
	if err != nil {
		t.Fatal(err)
	}
	heard, err := Section(r.Console, "heard")
	if err != nil {
		t.Fatal(err, r.Console)
	}
	t.Log(strings.ReplaceAll(r.Console, heard, ""))
	if r.Exit != 0 {
		t.Errorf("the last jamd ended with exit status %d", r.Exit)
	}
	if !strings.Contains(r.Console, "another jamd uses it") || !strings.Contains(r.Console, "second: 2") {
		t.Error("a second jamd played on the same port")
	}
	messages, err := ParseDump(heard)
	if err != nil {
		t.Fatal(err)
	}
	left := 0 // by those that were killed
	for i, m := range messages {
		messages[i].Source = ""                                            // each jamd may have another address; the synth knows none
		if m.Kind == "Control change" && m.Data1 == 64 && m.Channel == 1 { // a sweep of the chords' channel begins
			_, hanging := Balance(messages[:i])
			left += len(hanging)
		}
	}
	began, hanging := Balance(messages)
	t.Logf("%d notes began, %d kills left %d of them sounding, %d hang at the end", began, n, left, len(hanging))
	if hanging != nil || left == 0 || strings.Count(r.Console, "--- killed:") != n {
		t.Errorf("notes hang: %v", hanging)
	}
}

// jamdFiles are jamd, its library and a tune, or the test is skipped.
func jamdFiles(t *testing.T) map[string]string {
	t.Helper()
	const binary, library = "../../bin/jamd", "../../bin/libonnxruntime.so"
	for _, file := range []string{binary, library} {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("run 'make build' first: %v", err)
		}
	}
	return map[string]string{"jamd": binary, filepath.Base(library): library, "tune.mid": tune}
}
