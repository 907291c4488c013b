package jamd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// .ci/parts makes every target, whatever fails before it, and ends with the sum.
func TestPartsGoesOnAfterAFailure(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	tool := filepath.Join(t.TempDir(), "make")
	says := `#!/bin/sh
case $1 in
go) echo 'DONE 12 tests, 2 skipped in 3.4s' ;;
race) echo 'DONE 9 tests, 1 failure in 3s'; exit 1 ;;
alsa) echo 'DONE 6 tests, 6 skipped in 1.2s' ;;
python) echo '===== 5 passed, 1 skipped in 1.00s =====' ;;
exports) echo '3 skipped in 0.1s' ;;
web) printf ' Test Files  2 passed (2)\n      Tests  1 failed | 8 passed (9)\n'; exit 1 ;;
esac
`
	if err := os.WriteFile(tool, []byte(says), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		targets string
		code    int
		sum     string
	}{
		{"go race alsa python exports lint", 1, `passed   go            DONE 12 tests, 2 skipped in 3.4s
FAILED   race          DONE 9 tests, 1 failure in 3s
skipped  alsa          DONE 6 tests, 6 skipped in 1.2s
passed   python        5 passed, 1 skipped in 1.00s
skipped  exports       3 skipped in 0.1s
passed   lint
`},
		{"go alsa", 0, "passed   go            DONE 12 tests, 2 skipped in 3.4s\nskipped  alsa          DONE 6 tests, 6 skipped in 1.2s\n"},
		{"web", 1, "FAILED   web           1 failed | 8 passed (9)\n"},
		{"race", 1, "FAILED   race          DONE 9 tests, 1 failure in 3s\n"},
	} {
		parts := exec.CommandContext(t.Context(), ".ci/parts", strings.Fields(tt.targets)...)
		parts.Env = append(os.Environ(), "MAKE="+tool)
		said, _ := parts.CombinedOutput()
		if code := parts.ProcessState.ExitCode(); code != tt.code || !strings.HasSuffix(string(said), "== the sum\n"+tt.sum) {
			t.Errorf("%s: exit code %d, want %d:\n%s", tt.targets, code, tt.code, said)
		}
	}
}
