package model

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestShelf(t *testing.T) {
	home := t.TempDir()
	for _, tt := range []struct {
		system      string
		environment map[string]string
		plays       Part
		want        string // below home; "" for an error
	}{
		{"linux", map[string]string{"HOME": home}, Chords, ".local/share/jamd/policies"},
		{"linux", map[string]string{"HOME": home}, Melody, ".local/share/jamd/agents"},
		{"linux", map[string]string{"HOME": "/other", "XDG_DATA_HOME": home}, Chords, "jamd/policies"},
		{"linux", map[string]string{"HOME": home, "XDG_DATA_HOME": "relative"}, Chords, ".local/share/jamd/policies"},
		{"linux", nil, Chords, ""},
		{"darwin", map[string]string{"HOME": home}, Chords, "Library/Application Support/jamd/policies"},
		{"windows", map[string]string{"HOME": "/other", "LocalAppData": home}, Chords, "jamd/policies"},
	} {
		got, err := shelf(tt.plays, tt.system, func(name string) string { return tt.environment[name] })
		if want := filepath.Join(home, filepath.FromSlash(tt.want)); (tt.want == "") != (err != nil) || tt.want != "" && got != want {
			t.Errorf("%s %v: %s, %v, want %s", tt.system, tt.environment, got, err, want)
		}
	}
}

// A file on the shelf never takes the place of a policy that comes with jamd, and a folder's name is no pattern.
func TestShelvedNames(t *testing.T) {
	data := filepath.Join(t.TempDir(), "a[b]*")
	t.Setenv("XDG_DATA_HOME", data)
	folder := filepath.Join(data, "jamd", "policies")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Skip(err) // a system that allows no such name
	}
	for _, name := range []string{"jamd.onnx", "mine.onnx", "Not a name.onnx", "other.sha256"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(shelved(Chords), " "); got != "mine" {
		t.Errorf("on the shelf: %q, want mine alone", got)
	}
	m, _, _, err := read("jamd", Chords)
	if err != nil || m.Path != "" {
		t.Errorf("jamd is read from %q, %v", m.Path, err)
	}
}
