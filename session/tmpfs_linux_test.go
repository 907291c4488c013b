package session

import (
	"errors"
	"syscall"
	"testing"

	"jamd/jam"
)

// A file system with room for four pages, really full.
func TestTinyFileSystem(t *testing.T) {
	root := t.TempDir()
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("needs the right to mount a tmpfs: %v", err)
	}
	defer syscall.Unmount(root, 0) //nolint:errcheck // nothing of it is left
	s := Start(options(root))
	for i := range int64(500) {
		s.Entries().TrySend(frame(i).Entry())
	}
	summary := s.Close(t.Context(), jam.Summary{})
	if !errors.Is(summary.Err, syscall.ENOSPC) || summary.Frames != (Count{Lost: 500}) {
		t.Errorf("summary %+v, want 500 frames lost for want of space", summary)
	}
	if err := s.Lost(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("lost: %v", err)
	}
	if _, torn := readLines(t, s.Dir()); len(torn) > 0 {
		t.Errorf("the log ends with %q", torn)
	}
}
