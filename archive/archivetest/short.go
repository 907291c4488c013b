package archivetest

import (
	"os"
	"path/filepath"
	"testing"

	"jamd/session"
)

// Short writes a session whose log has the lines of events.
func Short(t *testing.T, root, id, events string) {
	t.Helper()
	dir := filepath.Join(root, id)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		session.ManifestFile: `{"format":"jamd.session/1","start":"2026-01-31T20:15:00Z","policy":{"name":"jamd"},"settings":{"tempo":120}}`,
		session.EventsFile:   events, session.MIDIFile: "MThd",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
