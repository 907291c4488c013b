package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jamd/session"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The report of a session that an earlier jamd recorded is drawn as that jamd drew it. The golden files have no styles. -update
// is for changed words and drawings; a changed figure of an old session is a fault.
func TestReportsOfRecordedJams(t *testing.T) {
	local := time.Local
	time.Local = time.UTC
	defer func() { time.Local = local }()
	for _, name := range []string{"agent", "blind", "clock", "followed", "found", "held", "killed", "offline", "pickup", "steered", "stopped"} {
		r, err := session.Open(filepath.Join("..", "testdata", "jams", name))
		if err != nil {
			t.Fatal(err)
		}
		one := One{Brief: r.Brief(), Manifest: r.Shown(), NoVendi: "there is no encoder here"}
		if one.Figures, one.Take, err = r.Figures(nil); err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := Session(&page, one); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, page.String())
		got := strings.Replace(page.String(), style, "", 1)
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(file); err != nil || got != string(want) {
			t.Errorf("the report of %s is not as in %s (%v):\n%s", name, file, err, differences(string(want), got))
		}
	}
}

// differences are the first lines in which two texts differ.
func differences(want, got string) string {
	lines, found := strings.Split(want, "\n"), strings.Builder{}
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || line != lines[i] {
			found.WriteString(line + "\n")
		}
		if found.Len() > 2000 {
			break
		}
	}
	return found.String()
}
