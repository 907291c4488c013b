package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jamd/archive/archivetest"
	"jamd/jam"
	"jamd/session"
	"jamd/ui"
)

func rating(k *Sessions, id string) error {
	_, err := k.Rate(id, ui.Rating{Control: 4})
	return err
}

func TestSessions(t *testing.T) {
	root := t.TempDir()
	archivetest.Short(t, root, "whole", `{"type":"frame","frame":1}`+"\n"+`{"type":"end","jam":{"frames":240,"chords":7,"misses":2}}`+"\n")
	archivetest.Short(t, root, "torn", `{"type":"frame","frame":0}`+"\n"+`{"type":"frame","frame":79,"at_us":9875000}`+"\n"+`{"type":"fra`)
	archivetest.Short(t, root, "never-begun", "")
	k, err := Open(root, "")
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	list := func() map[string]ui.Session {
		all, err := k.List()
		if err != nil {
			t.Fatal(err)
		}
		byID := map[string]ui.Session{}
		for _, s := range all {
			byID[s.ID] = s
		}
		return byID
	}
	all := list()
	if s := all["whole"]; len(all) != 2 || !s.Whole || s.Seconds != 30 || s.Chords != 7 || s.Misses != 2 || s.Name != "Saturday 20:15" {
		t.Errorf("sessions: %+v", all)
	}
	if s := all["torn"]; s.Whole || s.Seconds != 10 {
		t.Errorf("torn: %+v", s)
	}

	if err := errors.Join(rating(k, "whole"), k.Rename("whole", "Sunday"), k.Delete("torn")); err != nil {
		t.Fatal(err)
	}
	all = list()
	if s := all["whole"]; len(all) != 1 || s.Name != "Sunday" || s.Rating == nil || s.Rating.Control != 4 {
		t.Errorf("sessions: %+v", all)
	}
	if err := k.Restore("torn"); err != nil || len(list()) != 2 {
		t.Errorf("restored: %v", err)
	}
	file, err := k.MIDI("whole")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if text, err := io.ReadAll(file); err != nil || string(text) != "MThd" {
		t.Errorf("MIDI: %q, %v", text, err)
	}

	if err := k.Delete("torn"); err != nil {
		t.Fatal(err)
	}
	archivetest.Short(t, root, "torn", `{"type":"frame","frame":0}`+"\n"+`{"type":"frame","frame":79,"at_us":9875000}`+"\n") // imported again
	if err := errors.Join(k.Delete("torn"), k.Restore("torn")); err != nil || len(list()) != 2 {
		t.Errorf("deleted, imported, deleted and restored: %v, %v", err, list())
	}
	for _, id := range []string{"", ".", "..", "none", "../" + filepath.Base(root) + "/whole", "whole/", "./whole", ".trash", root} {
		_, midi := k.MIDI(id)
		for _, err := range []error{midi, k.Report(io.Discard, id), k.Rename(id, "x"), rating(k, id), k.Delete(id), k.Restore(id)} {
			if !errors.Is(err, ui.ErrUnknown) {
				t.Errorf("%q: %v, want unknown", id, err)
			}
		}
	}
}

// A session can be restored as long as the jamd that deleted it runs, whoever else opens the folder in the meantime.
func TestAnotherJamdLeavesTheTrash(t *testing.T) {
	root := t.TempDir()
	archivetest.Short(t, root, "one", `{"type":"end","jam":{"frames":240,"chords":7,"misses":2}}`+"\n")
	open := func() *Sessions {
		k, err := Open(root, "")
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	k := open()
	if err := k.Delete("one"); err != nil {
		t.Fatal(err)
	}
	open().Close()
	if err := errors.Join(k.Restore("one"), k.Delete("one")); err != nil {
		t.Errorf("after another jamd has begun: %v", err)
	}
	k.Close()
	k = open()
	defer k.Close()
	if err := k.Restore("one"); !errors.Is(err, ui.ErrUnknown) {
		t.Errorf("after the jamd that deleted it has ended: %v, want unknown", err)
	}
}

// Where files cannot be locked the trash is emptied as ever: it would grow for good.
func TestTrashThatCannotBeLocked(t *testing.T) {
	root := t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Join(root, trash, "one"), 0o755), os.Mkdir(filepath.Join(root, trashLock), 0o755)); err != nil {
		t.Fatal(err)
	}
	k, err := Open(root, "")
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if _, err := os.Stat(filepath.Join(root, trash)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the trash is still there: %v", err)
	}
}

// If several pages change a session at the same time, every change that was confirmed is stored.
func TestSessionsByManyAtOnce(t *testing.T) {
	root := t.TempDir()
	archivetest.Short(t, root, "one", `{"type":"end","jam":{"frames":240,"chords":7,"misses":2}}`+"\n")
	k, err := Open(root, "")
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	for i := range 30 {
		name, control := fmt.Sprint("take ", i), i%5+1
		var renamed, rated, deleted error
		var all sync.WaitGroup
		all.Go(func() { renamed = k.Rename("one", name) })
		all.Go(func() { _, rated = k.Rate("one", ui.Rating{Control: control}) })
		all.Go(func() { deleted = errors.Join(k.Delete("one"), k.Restore("one")) })
		all.Wait()
		for _, err := range []error{renamed, rated} { // it may just have been deleted
			if err != nil && !errors.Is(err, ui.ErrUnknown) {
				t.Error(err)
			}
		}
		r, err := k.open("one")
		if err != nil || deleted != nil {
			t.Fatal(err, deleted)
		}
		if renamed == nil && r.Notes.Name != name || rated == nil && r.Notes.Rating.Control != control {
			t.Errorf("round %d left %+v of %q and %d", i, r.Notes, name, control)
		}
	}
}

// The policy of a blind jam is told when the jam is rated, and not before.
func TestBlindSession(t *testing.T) {
	root := t.TempDir()
	archivetest.Short(t, root, "one", `{"type":"end","jam":{"frames":240,"chords":7,"misses":2}}`+"\n")
	manifest := `{"format":"jamd.session/1","start":"2026-01-31T20:15:00Z","policy":{"name":"gapt","sha256":"0123456789abcdef"},"blind":["gapt","jamd"],"settings":{"tempo":120}}`
	if err := os.WriteFile(filepath.Join(root, "one", session.ManifestFile), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	k, err := Open(root, "")
	if err != nil {
		t.Fatal(err)
	}
	if all, err := k.List(); err != nil || len(all) != 1 || !all[0].Blind || all[0].Policy != session.Hidden {
		t.Errorf("before it is rated: %+v, %v", all, err)
	}
	reportHas := func(what string) bool {
		var page bytes.Buffer
		if err := k.Report(&page, "one"); err != nil {
			t.Error(err)
		}
		return strings.Contains(page.String(), what)
	}
	if reportHas("gapt") || reportHas("0123456789ab") || !reportHas("a hidden policy") {
		t.Error("before it is rated the report tells who played")
	}
	if _, err := k.Rate("one", ui.Rating{Enjoyment: 3}); !errors.Is(err, ui.ErrRefused) {
		t.Errorf("one answer of three: %v", err)
	}
	s, err := k.Rate("one", ui.Rating{Adaptation: 2, Control: 5, Enjoyment: 3})
	if err != nil || !s.Blind || s.Policy != "gapt" {
		t.Errorf("rated: %+v, %v", s, err)
	}
	if all, err := k.List(); err != nil || len(all) != 1 || all[0].Policy != "gapt" {
		t.Errorf("after it is rated: %+v, %v", all, err)
	}
	if !reportHas("policy gapt 0123456789ab") {
		t.Error("after it is rated the report does not tell who played")
	}
}

// The terminal and the page have the same limits of a comment and of a name, in characters; the API's description has them too.
func TestLimitsOfNotes(t *testing.T) {
	description, err := os.ReadFile("../ui/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	limit := func(pattern string) int {
		t.Helper()
		found := regexp.MustCompile(pattern).FindSubmatch(description)
		if found == nil {
			t.Fatalf("the API describes no %s", pattern)
		}
		n, err := strconv.Atoi(string(found[1]))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	comment, name := limit(`comment: \{ type: string, maxLength: (\d+)`), limit(`name: \{ type: string, minLength: 1, maxLength: (\d+)`)
	root := t.TempDir()
	archivetest.Short(t, root, "one", `{"type":"end","jam":{"frames":240,"chords":7,"misses":2}}`+"\n")
	k, err := Open(root, "")
	if err != nil {
		t.Fatal(err)
	}
	rate := func(characters int) error {
		_, err := k.Rate("one", ui.Rating{Control: 3, Comment: strings.Repeat("音", characters)})
		return err
	}
	rename := func(characters int) error { return k.Rename("one", strings.Repeat("音", characters)) }
	if err := errors.Join(rate(comment), rename(name)); err != nil {
		t.Error(err)
	}
	for _, err := range []error{rate(comment + 1), rename(name + 1)} {
		if !errors.Is(err, ui.ErrRefused) || !strings.Contains(err.Error(), "at most") {
			t.Errorf("one character more: %v", err)
		}
	}
	r, err := k.open("one")
	if err != nil || len(r.Notes.Rating.Comment) != 3*comment {
		t.Errorf("%v", err)
	}
	long := `{"name":"old","rating":{"control":3,"comment":"` + strings.Repeat("x", comment+1) + `"}}`
	if err := os.WriteFile(filepath.Join(root, "one", session.NotesFile), []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.Rename("one", "new"); err != nil { // an earlier jamd saved the comment
		t.Error(err)
	}
}

// A session that is being recorded cannot be deleted: the rest of the jam would be lost.
func TestDeleteWhileRecording(t *testing.T) {
	root := t.TempDir()
	k, err := Open(root, "")
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	recording := session.Start(session.Options{Root: root, WriteMIDI: func(io.Writer, jam.Take) error { return nil }})
	id := filepath.Base(recording.Dir())
	if err := k.Delete(id); !errors.Is(err, ui.ErrUnknown) {
		t.Errorf("deleted while it is recorded: %v", err)
	}
	if summary := recording.Close(t.Context(), jam.Summary{}); summary.Err != nil {
		t.Error(summary.Err)
	}
	if err := k.Delete(id); err != nil {
		t.Error(err)
	}
}
