package archive

import (
	"path/filepath"
	"testing"

	"jamd/archive/archivetest"
	"jamd/session"
)

// The log of an older jamd does not name the faster variant: its frames are counted as unnamed.
func TestMissing(t *testing.T) {
	root := t.TempDir()
	archivetest.Short(t, root, "old", `{"type":"frame","frame":0}`+"\n"+`{"type":"frame","frame":1,"rung":"faster"}`+"\n"+
		`{"type":"loss","notes":1,"frames":2,"changes":3}`+"\n"+`{"type":"end","jam":{"frames":2,"errors":4}}`+"\n")
	r, err := session.Open(filepath.Join(root, "old"))
	if err != nil {
		t.Fatal(err)
	}
	lost, errs, unnamed, err := missing(r)
	if err != nil || lost != (session.Loss{Notes: 1, Frames: 2, Changes: 3}) || errs != 4 || unnamed != 1 {
		t.Errorf("lost %+v, %d errors, %d frames of nobody, %v", lost, errs, unnamed, err)
	}
	r.Manifest.Faster = &session.Policy{Name: "quick"}
	if _, _, unnamed, _ = missing(r); unnamed != 0 {
		t.Errorf("%d frames of nobody, though it is named", unnamed)
	}
}
