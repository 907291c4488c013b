package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"jamd/jam"
)

// archiveOf makes an archive with the golden session of version 1 under each of the names.
func archiveOf(t testing.TB, names ...string) *Archive {
	t.Helper()
	root := t.TempDir()
	for i, name := range names {
		dir := filepath.Join(root, name)
		if err := os.CopyFS(dir, os.DirFS("testdata/v1")); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, ManifestFile)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		start := fmt.Sprintf("%s\"start\": \"20%02d-%02d-01T00:00:00Z\"\n}\n", strings.Split(string(text), `"start"`)[0], 20+i/12%70, 1+i%12)
		if err := os.WriteFile(path, []byte(start), 0o644); err != nil {
			t.Fatal(err)
		}
		age(t, dir)
	}
	a, err := OpenArchive(root)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// age makes a folder older than what an index does not trust.
func age(t testing.TB, dir string) {
	t.Helper()
	info, err := os.Stat(dir)
	if err == nil {
		then := info.ModTime().Add(-time.Minute)
		err = os.Chtimes(dir, then, then)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func list(t testing.TB, a *Archive) []Brief {
	t.Helper()
	all, err := a.List()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func names(all []Brief) (ids []string) {
	for _, b := range all {
		ids = append(ids, b.ID)
	}
	return ids
}

func TestList(t *testing.T) {
	if all := list(t, &Archive{filepath.Join(t.TempDir(), "none")}); len(all) != 0 {
		t.Errorf("an archive that is not there: %v", all)
	}
	a := archiveOf(t, "b", "a", "c")
	all := list(t, a)
	if got := names(all); !reflect.DeepEqual(got, []string{"b", "a", "c"}) {
		t.Fatalf("listed %v, not the oldest first", got)
	}
	b := all[0]
	b.Bytes = 0
	want := Brief{ID: "b", Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Order: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Seconds: 6, Policy: "tiny", Agent: "tiny-melody",
		Tempo: 400, Key: "F#", Frames: 160, Chords: 34, Ended: true}
	if !reflect.DeepEqual(b, want) || all[0].Bytes < 50_000 {
		t.Errorf("%+v, want %+v", b, want)
	}
	// From the index, the same; what was changed since is seen.
	if again := list(t, a); !reflect.DeepEqual(again, all) {
		t.Errorf("from the index: %+v, not %+v", again, all)
	}
	if x := a.readIndex(); len(x.Sessions) != 3 {
		t.Errorf("index %+v", x)
	}
	r, err := a.Find("b")
	if err == nil {
		err = r.SetNotes(Notes{Name: "new", Pinned: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(a.root, "a")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(a.root, "broken"), 0o755); err != nil {
		t.Fatal(err)
	}
	all = list(t, a)
	if got := names(all); !reflect.DeepEqual(got, []string{"broken", "b", "c"}) || all[1].Name != "new" || all[0].Problem == "" {
		t.Errorf("after changes: %+v", all)
	}
	if err := os.WriteFile(filepath.Join(a.root, indexFile), []byte("no index\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if again := list(t, a); !reflect.DeepEqual(again, all) {
		t.Errorf("with a broken index: %+v, not %+v", again, all)
	}
}

// A session that was killed is counted from its log.
func TestBriefOfABrokenSession(t *testing.T) {
	a := archiveOf(t, "a")
	log := filepath.Join(a.root, "a", EventsFile)
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, text[:len(text)-200], 0o644); err != nil {
		t.Fatal(err)
	}
	b := list(t, a)[0]
	if b.Ended || b.Frames < 158 || b.Frames > 160 || b.Chords < 30 || b.Seconds < 5.8 || b.Seconds > 6.1 || b.Problem != "" {
		t.Errorf("%+v", b)
	}
}

func TestFind(t *testing.T) {
	a := archiveOf(t, "20260101-a", "20260101-b", "20260102-c", "20260102")
	for id, want := range map[string]string{
		"20260101-a": "20260101-a", "20260102": "20260102", "20260102-": "20260102-c", "last": "20260102",
		filepath.Join(a.root, "20260101-b"): "20260101-b",
	} {
		if r, err := a.Find(id); err != nil || r.ID != want {
			t.Errorf("%s: %v, %v; want %s", id, r, err, want)
		}
	}
	for id, want := range map[string]string{
		"2026": "4 sessions begin with", "x": "no session", "": "no session", filepath.Join(a.root, "none"): "not a session",
	} {
		if r, err := a.Find(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %s", id, r, err, want)
		}
	}
}

func TestDeleteAndImport(t *testing.T) {
	a, other := archiveOf(t, "a", "b"), archiveOf(t, "c")
	r, err := a.Find("a")
	if err == nil {
		err = r.Delete()
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Import(filepath.Join(other.root, "c"))
	if err != nil || c.ID != "c" {
		t.Fatalf("%v, %v", c, err)
	}
	if got := names(list(t, a)); !reflect.DeepEqual(got, []string{"c", "b"}) {
		t.Errorf("%v", got)
	}
	_, want, _ := read(t, filepath.Join(other.root, "c"))
	if _, got, errs := read(t, c.Dir); !reflect.DeepEqual(got, want) || len(errs) > 0 {
		t.Errorf("the imported log is not the same: %v", errs)
	}
	if _, err := a.Import(filepath.Join(other.root, "c")); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("imported twice: %v", err)
	}
	if _, err := a.Import(other.root); err == nil {
		t.Error("a folder without a session was imported")
	}
	s := Start(options(a.root))
	defer s.Close(t.Context(), jam.Summary{})
	live, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if err := live.Delete(); !errors.Is(err, ErrRecording) {
		t.Errorf("deleted while it was recorded: %v", err)
	}
	if r, err := other.Import(s.Dir()); !errors.Is(err, ErrRecording) {
		t.Errorf("imported while it was recorded: %v, %v", r, err)
	}
	if files, _ := filepath.Glob(filepath.Join(a.root, ".*")); len(files) != 2 { // the index, and the order of the newest
		t.Errorf("left over: %v", files)
	}
}

// What an interrupted deletion left behind does not stand in the way of the next.
func TestDeleteAfterAnInterruptedDeletion(t *testing.T) {
	a := archiveOf(t, "a")
	if err := os.CopyFS(filepath.Join(a.root, ".deleted-a"), os.DirFS("testdata/v2")); err != nil {
		t.Fatal(err)
	}
	r, err := a.Find("a")
	if err == nil {
		err = r.Delete()
	}
	if files, _ := filepath.Glob(filepath.Join(a.root, "*a")); err != nil || len(files) > 0 {
		t.Errorf("%v, left over: %v", err, files)
	}
}

func TestPrune(t *testing.T) {
	now := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	all := []Brief{
		{ID: "pinned", Start: now.Add(-90 * day), Bytes: 100, Notes: Notes{Pinned: true}},
		{ID: "broken", Bytes: 10, Problem: "no manifest"},
		{ID: "old", Start: now.Add(-40 * day), Bytes: 10},
		{ID: "month", Start: now.Add(-30 * day), Bytes: 20},
		{ID: "new", Start: now.Add(-1 * day), Bytes: 30},
		{ID: "live", Start: now, Bytes: 1000, Recording: true},
	}
	tests := []struct {
		limits Limits
		want   string
	}{
		{Limits{}, ""},
		{Limits{Age: 30 * day}, "old"},
		{Limits{Age: 20 * day}, "old month"},
		{Limits{Bytes: 1170}, ""},
		{Limits{Bytes: 1160}, "old"},
		{Limits{Bytes: 1159}, "old month"},
		{Limits{Bytes: 1}, "old month new"},
		{Limits{Age: 35 * day, Bytes: 1159}, "old month"},
	}
	for _, tt := range tests {
		if got := strings.Join(names(tt.limits.Prune(all, now)), " "); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.limits, got, tt.want)
		}
	}
}
