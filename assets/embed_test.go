package assets

import (
	"bytes"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDemoMelodies(t *testing.T) {
	files, err := fs.Glob(Files, "demo/*.mid")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, name := range files {
		data, err := Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(data, []byte("MThd")) || !bytes.Contains(data, []byte("MELODY")) {
			t.Errorf("%s: not a MIDI file with a track named MELODY", name)
		}
	}
	if _, err := fs.Stat(Files, DemoMelody); err != nil {
		t.Error(err)
	}
}

func TestReadMe(t *testing.T) {
	for _, name := range []string{"policies/README.md", "agents/README.md", "encoders/README.md", "demo/README.md"} {
		if _, err := fs.Stat(Files, name); err != nil {
			t.Error(err) // without a file in it, the folder could not be embedded
		}
	}
}

func TestModelCards(t *testing.T) {
	for _, folder := range []string{"policies", "agents"} {
		files, err := fs.Glob(Files, folder+"/*.onnx")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if _, err := fs.Stat(Files, strings.TrimSuffix(name, ".onnx")+".md"); err != nil {
				t.Errorf("%s has no model card: %v", name, err)
			}
		}
	}
}

// Every policy but the default one is in the package jamd-policies.
func TestApart(t *testing.T) {
	found, err := filepath.Glob("policies/*.onnx")
	if err != nil {
		t.Fatal(err)
	}
	var apart []string
	for _, file := range found {
		if name := strings.TrimSuffix(filepath.Base(file), ".onnx"); name != "jamd" {
			apart = append(apart, name)
		}
	}
	slices.Sort(apart)
	if !slices.Equal(apart, Apart) {
		t.Errorf("policies but jamd: %q; Apart: %q", apart, Apart)
	}
}

// A slim build carries the default policy alone.
func TestSlim(t *testing.T) {
	listed, err := exec.CommandContext(t.Context(), "go", "list", "-tags", "slim", "-f", "{{join .EmbedFiles \" \"}}", ".").Output()
	if err != nil {
		t.Skip("there is no Go")
	}
	var policies []string
	for _, file := range strings.Fields(string(listed)) {
		if path.Dir(file) == "policies" {
			policies = append(policies, path.Base(file))
		}
	}
	if want := []string{"README.md", "jamd.md", "jamd.onnx"}; !slices.Equal(policies, want) {
		t.Errorf("a slim build has %q, want %q", policies, want)
	}
}
