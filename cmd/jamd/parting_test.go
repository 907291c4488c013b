package main

import (
	"path/filepath"
	"testing"

	"jamd/session"
)

// Frames that a faster variant was to play are of nobody in the log of a jamd that did not name it.
func TestMissing(t *testing.T) {
	root := t.TempDir()
	keepOne(t, root, "old", `{"type":"frame","frame":0}`+"\n"+`{"type":"frame","frame":1,"rung":"faster"}`+"\n"+
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
