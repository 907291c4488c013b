package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfigKeeper(t *testing.T) {
	const full = "# mine\ntempo = 90 # slow\n\n[set]\nstyle = \"pad\"\n\n[profile.stage]\n"
	for _, c := range []struct {
		name, profile, before string
		keep                  []configValue
		after                 string // "" where it is refused
		wrong                 string
	}{
		{"no file", "", "", []configValue{{"tempo", "96"}}, "tempo = 96\n", ""},
		{"over another", "", full, []configValue{{"tempo", "96.5"}}, strings.Replace(full, "90", "96.5", 1), ""},
		{"beside others", "", full, []configValue{{"out", "FLUID Synth"}},
			strings.Replace(full, "slow\n", "slow\nout = \"FLUID Synth\"\n", 1), ""},
		{"in a table", "", full, []configValue{{"style", "arpeggio"}, {"bass", "on"}},
			strings.Replace(full, "style = \"pad\"\n", "style = \"arpeggio\"\nbass = \"on\"\n", 1), ""},
		{"above tables alone", "", "[set]\nbass = \"on\"\n", []configValue{{"record", "off"}}, "record = false\n[set]\nbass = \"on\"\n", ""},
		{"into a profile", "stage", full, []configValue{{"tempo", "100"}, {"temperature", "0.8"}},
			full + "tempo = 100\n\n[profile.stage.set]\ntemperature = 0.8\n", ""},
		{"what cannot be", "", "", []configValue{{"temperature", "99"}}, "", "temperature"},
		{"two melodies", "", "melody = \"a.mid\"\n", []configValue{{"in", "page"}}, "", "melody"},
		{"a blind jam that is not kept", "", "blind = [\"gapt\", \"jamd\"]\n", []configValue{{"record", "off"}}, "", "blind"},
		{"a name with quotes", "", "", []configValue{{"in", `the "best" \ keys`}}, "in = \"the \\\"best\\\" \\\\ keys\"\n", ""},
		{"a file that is broken", "", "tempo = \n", []configValue{{"in", "page"}}, "", "config.toml:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			if c.before != "" {
				if err := os.WriteFile(path, []byte(c.before), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			k := &configKeeper{path: path, profile: c.profile}
			kept, err := k.keep(c.keep...)
			text, _ := os.ReadFile(path)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) || string(text) != c.before {
					t.Errorf("kept %v, %v, file %q", kept, err, text)
				}
				return
			}
			if err != nil || string(text) != c.after {
				t.Fatalf("%v, file\n%s\nwant\n%s", err, text, c.after)
			}
			if !strings.HasPrefix(kept.Path, path) || !strings.HasPrefix(kept.Line, c.keep[len(c.keep)-1].name) {
				t.Errorf("told %+v", kept)
			}
			if err := k.undo(); err != nil {
				t.Fatal(err)
			}
			text, err = os.ReadFile(path)
			if c.before == "" && !errors.Is(err, fs.ErrNotExist) || string(text) != c.before {
				t.Errorf("after undo: %q, %v", text, err)
			}
			if err := k.undo(); err == nil {
				t.Error("there was nothing to undo")
			}
		})
	}
}

// What somebody else has written since is not undone.
func TestUndoLeavesOthersAlone(t *testing.T) {
	k := &configKeeper{path: filepath.Join(t.TempDir(), "config.toml")}
	if _, err := k.keep(configValue{"tempo", "96"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(k.path, []byte("tempo = 97\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := k.undo(); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Error(err)
	}
}
