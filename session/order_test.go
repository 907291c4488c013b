package session

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"jamd/jam"
)

// keptAt records a session that starts when the wall clock says so, and returns its id.
func keptAt(t testing.TB, root string, start time.Time) string {
	t.Helper()
	o := options(root)
	o.Manifest.Start = start
	s := Start(o)
	if kept := s.Close(t.Context(), jam.Summary{}); kept.Err != nil {
		t.Fatal(kept.Err)
	}
	return filepath.Base(s.Dir())
}

// Whatever the wall clock does, sessions are listed in the order in which they were recorded, and last is the newest.
func TestLastIsTheNewestWhateverTheClockSays(t *testing.T) {
	for name, tt := range map[string]struct {
		hours   []int // of the wall clock when each session starts
		deleted []int // by their numbers, before the last session starts
	}{
		"forward":                   {hours: []int{0, 1, 2}},
		"set back":                  {hours: []int{10, 0, 1}},
		"set back twice":            {hours: []int{10, 5, 0, 20, -3}},
		"stopped":                   {hours: []int{4, 4, 4}},
		"one in between is deleted": {hours: []int{10, 0, 1}, deleted: []int{1}},
		"the newest is deleted":     {hours: []int{10, 20, 0}, deleted: []int{1}},
		"all are deleted":           {hours: []int{10, 20, 0}, deleted: []int{0, 1}},
	} {
		a := &Archive{filepath.Join(t.TempDir(), "sessions")}
		var ids []string
		for i, hour := range tt.hours {
			if i == len(tt.hours)-1 {
				for _, gone := range slices.Backward(tt.deleted) {
					if r, err := a.Find(ids[gone]); err != nil || r.Delete() != nil {
						t.Fatal(r, err)
					}
					ids = slices.Delete(ids, gone, gone+1)
				}
			}
			ids = append(ids, keptAt(t, a.root, began.Add(time.Duration(hour)*time.Hour)))
			if r, err := a.Find(Last); err != nil || r.ID != ids[len(ids)-1] {
				t.Errorf("%s: last is %v (%v), of %v", name, r, err, ids)
			}
		}
		if got := names(list(t, a)); !slices.Equal(got, ids) {
			t.Errorf("%s: listed %v, recorded %v", name, got, ids)
		}
	}
}

// In a folder of an earlier jamd a session recorded now is the last; so is one that was recorded after an import, though the
// clock of the other machine was fast.
func TestLastInAnOlderArchive(t *testing.T) {
	a := archiveOf(t, "20260101-000000-a", "20260201-000000-b")
	for i := range 2 {
		id := keptAt(t, a.root, time.Date(2019, 1, 1, i, 0, 0, 0, time.UTC))
		if r, err := a.Find(Last); err != nil || r.ID != id {
			t.Errorf("last is %v (%v), not %s", r, err, id)
		}
	}
	other := t.TempDir()
	fast := keptAt(t, other, time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC))
	if _, err := a.Import(filepath.Join(other, fast)); err != nil {
		t.Fatal(err)
	}
	id := keptAt(t, a.root, time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC))
	if r, err := a.Find(Last); err != nil || r.ID != id || !r.Manifest.Start.Before(r.Manifest.Order) {
		t.Errorf("last is %v (%v), not %s", r, err, id)
	}
	if err := os.WriteFile(filepath.Join(a.root, newestFile), []byte("no time"), 0o644); err != nil {
		t.Fatal(err)
	}
	keptAt(t, a.root, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)) // which finds its way without the file
}
