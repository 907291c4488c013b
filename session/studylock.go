package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// studyFile is locked while a blind jam is drawn.
const studyFile = ".study"

// LockDraw makes the jamds that record in a folder take turns to draw their blind jams. Whoever draws one for a participant keeps the
// lock until its session has started, because [NextTrial] goes by the sessions: so no two participants get the same number. root is ""
// for the user's own folder. The lock ends with the process at the latest.
func LockDraw(ctx context.Context, root string) (unlock func(), err error) {
	if root == "" {
		if root, err = DefaultRoot(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(root, studyFile))
	_, err = lock.TryLockContext(ctx, 10*time.Millisecond)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, fmt.Errorf("another jamd begins a blind jam in %s, and does not end: %w", root, err)
	case err != nil:
		return nil, fmt.Errorf("a blind jam cannot be recorded in %s: %w", root, err)
	}
	return func() { _ = lock.Unlock() }, nil
}
