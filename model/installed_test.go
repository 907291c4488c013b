package model

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestSharedFolders(t *testing.T) {
	for _, tt := range []struct {
		program, system, dirs string
		want                  []string
	}{
		{"/usr/lib/jamd/jamd", "linux", "", []string{"/usr/lib/jamd/policies", "/usr/local/share/jamd/policies", "/usr/share/jamd/policies"}},
		{"/srv/zoë/jam/jamd", "linux", "/opt/share:relative:/srv", []string{"/srv/zoë/jam/policies", "/opt/share/jamd/policies", "/srv/jamd/policies"}},
		{"", "darwin", "/opt/share", []string{"/opt/share/jamd/policies"}},
		{"/jam/jamd.exe", "windows", "/opt/share", []string{"/jam/policies"}},
	} {
		got := sharedFolders(tt.program, "policies", tt.system, func(string) string { return tt.dirs })
		for i := range got {
			got[i] = filepath.ToSlash(got[i])
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s on %s, XDG_DATA_DIRS=%s: %q, want %q", tt.program, tt.system, tt.dirs, got, tt.want)
		}
	}
}

// A policy that is installed for all users comes with jamd: it has its file's name, goes before the user's own and cannot be
// removed. One inside the program goes before it.
func TestInstalled(t *testing.T) {
	shared, own := t.TempDir(), t.TempDir()
	t.Setenv("XDG_DATA_DIRS", shared)
	t.Setenv("XDG_DATA_HOME", own)
	tiny, err := os.ReadFile("testdata/tiny.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(shared, "jamd", "policies", "house.onnx"), filepath.Join(shared, "jamd", "policies", "jamd.onnx"),
		filepath.Join(own, "jamd", "policies", "house.onnx")} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, tiny, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := Describe("house")
	if want := filepath.Join(shared, "jamd", "policies", "house.onnx"); err != nil || m.Path != want || m.Name != "house" {
		t.Errorf("house is %q from %q, %v; want it from %s", m.Name, m.Path, err, want)
	}
	if m, err := Describe("jamd"); err != nil || m.Path != "" {
		t.Errorf("jamd is read from %q, %v", m.Path, err)
	}
	names := Names(Chords)
	count := 0
	for _, name := range names {
		if name == "house" || name == "jamd" {
			count++
		}
	}
	if count != 2 {
		t.Errorf("house and jamd are not there once each: %q", names)
	}
	if err := Remove("house"); err != nil {
		t.Error(err) // the user's own, which the installed one hid
	}
	if err := Remove("house"); err == nil {
		t.Error("an installed policy was removed")
	}
	if _, err := Add("testdata/tiny.onnx", "house", true, ""); err == nil {
		t.Error("an installed policy was replaced")
	}
}
