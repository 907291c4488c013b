package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jamd/atomicfile"
)

// newestFile holds the order of the newest session of an archive.
const newestFile = ".newest"

// order is where the session stands among others: at its start, or where the manifest puts it.
func (m *Manifest) order() time.Time {
	if m.Order.IsZero() {
		return m.Start
	}
	return m.Order
}

// takeOrder puts a session that starts now behind all others of a folder. If the clock was set back since the newest of them
// started, the manifest gets an order just after that one.
func (m *Manifest) takeOrder(root string) {
	if newest := newestIn(root); !m.Start.After(newest) {
		m.Order = newest.Add(time.Nanosecond)
	}
	raiseNewest(root, m.order())
}

// raiseNewest notes the order of a session that has come into a folder. A folder that takes no such file goes by the names of its
// sessions.
func raiseNewest(root string, order time.Time) {
	if newest := newestIn(root); newest.After(order) {
		order = newest
	}
	_ = atomicfile.Write(filepath.Join(root, newestFile), 0o644, func(f *os.File) error {
		_, err := f.WriteString(order.Format(time.RFC3339Nano) + "\n")
		return err
	})
}

// newestIn is the order of the newest session of a folder; zero if there is none. A folder of an earlier jamd has no note of it:
// there it is the last session by its name, which begins with its start.
func newestIn(root string) time.Time {
	text, err := readSmall(filepath.Join(root, newestFile))
	if err == nil {
		if at, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(text))); err == nil {
			return at
		}
	}
	folders, _ := os.ReadDir(root)
	for _, d := range slices.Backward(folders) {
		if m, err := readManifest(filepath.Join(root, d.Name())); err == nil {
			return m.order()
		}
	}
	return time.Time{}
}
