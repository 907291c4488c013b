package jamd_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A build without cgo says first what it needs.
func TestBuildWithoutCgo(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go")
	}
	build := exec.CommandContext(t.Context(), tool, "build", "-o", os.DevNull, "./model")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	said, err := build.CombinedOutput()
	if err == nil || strings.Count(string(said), "\n") != 2 || !strings.Contains(string(said), "jamd_needs_cgo__install_a_C_and_Cpp_compiler") {
		t.Errorf("%v: %s", err, said)
	}
}
