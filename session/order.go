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

// order returns the session's place among others: its start, unless the manifest has another.
func (m *Manifest) order() time.Time {
	if m.Order.IsZero() {
		return m.Start
	}
	return m.Order
}

// takeOrder places a session that starts now after all others in a folder. If the clock was set back since the newest of them
// started, the manifest gets an order just after that one.
func (m *Manifest) takeOrder(root string) {
	if newest := newestIn(root); !m.Start.After(newest) {
		m.Order = newest.Add(time.Nanosecond)
	}
	raiseNewest(root, m.order())
}

// raiseNewest saves the order of a session that is new in a folder. If the file cannot be written, the sessions' names give their
// order.
func raiseNewest(root string, order time.Time) {
	if newest := newestIn(root); newest.After(order) {
		order = newest
	}
	_ = atomicfile.Write(filepath.Join(root, newestFile), 0o644, func(f *os.File) error {
		_, err := f.WriteString(order.Format(time.RFC3339Nano) + "\n")
		return err
	})
}

// newestIn returns the order of the newest session in a folder, or zero if there is none. An older jamd saved no order: then the
// newest session is the last by name, because a name begins with the start.
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
