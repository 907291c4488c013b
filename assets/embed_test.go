package assets

import (
	"bytes"
	"io/fs"
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
