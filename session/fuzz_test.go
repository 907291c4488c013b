package session

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// FuzzRecord reads any log in every way that there is: whatever its lines say, nothing panics or runs away. Version 1 has no
// checksums, so that a changed byte is a changed jam and not only a bad line.
func FuzzRecord(f *testing.F) {
	logs, err := filepath.Glob(filepath.Join(recordedJams, "*", EventsFile))
	if err != nil || len(logs) == 0 {
		f.Fatal(logs, err)
	}
	for _, path := range append(logs, filepath.Join("testdata", "v1", EventsFile)) {
		log, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(log[:bytes.LastIndexByte(log[:min(len(log), 3000)], '\n')+1])
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, log []byte) {
		path := filepath.Join(dir, EventsFile)
		if err := os.WriteFile(path, log, 0o644); err != nil {
			t.Fatal(err)
		}
		r := &Record{ID: "fuzz", Dir: dir, Manifest: Manifest{Format: format1, Settings: jam.DefaultSettings()}}
		frames := 0
		for _, err := range r.Replay(Replaying{Policy: jamtest.NewPolicy(1), Missed: true, Load: loadOther}) {
			if frames++; err != nil || frames > 10_000 {
				break // a jump may be long
			}
		}
		r.Brief()
		if _, _, err := r.Figures(nil); err != nil {
			t.Fatal(err)
		}
		take, err := r.Take()
		if err != nil {
			t.Fatal(err)
		}
		if take.Frames > 100_000 {
			return // which can be written, but not in the time that fuzzing has
		}
		if _, err := r.Tables(); err != nil {
			t.Fatal(err)
		}
		if err := WriteLeadSheet(io.Discard, take); err != nil {
			t.Fatal(err)
		}
	})
}
