package alsa

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// followScript runs the test of package live for a person at an ALSA port, from the folder where it finds its policy.
const followScript = `
mkdir -p /model/testdata
mv tiny.onnx /model/testdata
TMPDIR=/run JAMD_ORT_LIB=/job/libonnxruntime.so ./live.test -test.run PersonAtAnALSAPort -test.v
`

// TestFollow plays a person's melody into a port of the real sequencer, in real time: jamd finds the beat, and its lines are as
// offline.
func TestFollow(t *testing.T) {
	machine := vm(t)
	files := jamdFiles(t)
	delete(files, "jamd")
	files["tiny.onnx"] = "../../model/testdata/tiny.onnx"
	files["live.test"] = filepath.Join(t.TempDir(), "live.test")
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", files["live.test"], "jamd/live").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := machine.Run(t.Context(), Guest{Script: followScript, Files: files, Limit: 20 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r.Console)
	switch {
	case r.Exit != 0:
		t.Errorf("the test ended with exit status %d", r.Exit)
	case strings.Contains(r.Console, "--- SKIP") && strings.Contains(r.Console, "too busy"):
		t.Skip("the emulated machine was too busy")
	case !strings.Contains(r.Console, "--- PASS: TestPersonAtAnALSAPort"):
		t.Error("the test was not run")
	}
}
