package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// grammar is a command line with some flags of a jam.
func grammar(t *testing.T) Flags {
	t.Helper()
	var cli struct {
		In, Out, Melody string
		Tempo           *float64
		Temperature     float64
		Blind           []string
		Record          bool `negatable:""`
	}
	parser, err := kong.New(&cli)
	if err != nil {
		t.Fatal(err)
	}
	flags := Flags{}
	for _, f := range parser.Model.Flags {
		flags[f.Name] = f
	}
	return flags
}

func TestDefaults(t *testing.T) {
	const full = "# mine\ntempo = 90 # slow\n\n[set]\nstyle = \"pad\"\n\n[profile.stage]\n"
	for _, c := range []struct {
		name, profile, before string
		save                  []Value
		after                 string // "" where it is refused
		wrong                 string
	}{
		{"no file", "", "", []Value{{"tempo", "96"}}, "tempo = 96\n", ""},
		{"over another", "", full, []Value{{"tempo", "96.5"}}, strings.Replace(full, "90", "96.5", 1), ""},
		{"beside others", "", full, []Value{{"out", "FLUID Synth"}},
			strings.Replace(full, "slow\n", "slow\nout = \"FLUID Synth\"\n", 1), ""},
		{"in a table", "", full, []Value{{"style", "arpeggio"}, {"bass", "on"}},
			strings.Replace(full, "style = \"pad\"\n", "style = \"arpeggio\"\nbass = \"on\"\n", 1), ""},
		{"above tables alone", "", "[set]\nbass = \"on\"\n", []Value{{"record", "off"}}, "record = false\n[set]\nbass = \"on\"\n", ""},
		{"into a profile", "stage", full, []Value{{"tempo", "100"}, {"temperature", "0.8"}},
			full + "tempo = 100\n\n[profile.stage.set]\ntemperature = 0.8\n", ""},
		{"into a profile whose name needs quotes", "my song", "[profile.\"my song\"]\n", []Value{{"temperature", "0.8"}, {"style", "pad"}},
			"[profile.\"my song\"]\n\n[profile.\"my song\".set]\ntemperature = 0.8\nstyle = \"pad\"\n", ""},
		{"a port whose name is no number of TOML", "", "", []Value{{"in", "NaN"}}, "in = \"NaN\"\n", ""},
		{"a port whose name is a number", "", "", []Value{{"in", "007"}}, "in = \"007\"\n", ""},
		{"what cannot be", "", "", []Value{{"temperature", "99"}}, "", "temperature"},
		{"two melodies", "", "melody = \"a.mid\"\n", []Value{{"in", "page"}}, "", "melody"},
		{"a blind jam that is not kept", "", "blind = [\"gapt\", \"jamd\"]\n", []Value{{"record", "off"}}, "", "blind"},
		{"a name with quotes", "", "", []Value{{"in", `the "best" \ keys`}}, "in = \"the \\\"best\\\" \\\\ keys\"\n", ""},
		{"a file that is broken", "", "tempo = \n", []Value{{"in", "page"}}, "", "config.toml:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.toml")
			if c.before != "" {
				if err := os.WriteFile(path, []byte(c.before), 0o640); err != nil {
					t.Fatal(err)
				}
			}
			d := NewDefaults(path, c.profile, grammar(t))
			saved, err := d.Save(c.save...)
			text, _ := os.ReadFile(path)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) || string(text) != c.before {
					t.Errorf("saved %v, %v, file %q", saved, err, text)
				}
				return
			}
			if err != nil || string(text) != c.after {
				t.Fatalf("%v, file\n%s\nwant\n%s", err, text, c.after)
			}
			if !strings.HasPrefix(saved.Path, path) || !strings.HasPrefix(saved.Line, c.save[len(c.save)-1].Name) {
				t.Errorf("told %+v", saved)
			}
			if err := d.Undo(); err != nil {
				t.Fatal(err)
			}
			text, err = os.ReadFile(path)
			if c.before == "" && !errors.Is(err, fs.ErrNotExist) || string(text) != c.before {
				t.Errorf("after undo: %q, %v", text, err)
			}
			if err := d.Undo(); err == nil {
				t.Error("there was nothing to undo")
			}
		})
	}
}

// Undo takes back the lines that were saved, and leaves what was changed beside them since: a preset, a knob, somebody else's line.
func TestUndoAmongOtherChanges(t *testing.T) {
	for name, c := range map[string]struct {
		before string
		save   []Value
		after  string // without the preset
	}{
		"over another":  {"tempo = 90 # slow\n", []Value{{"tempo", "96"}, {"style", "pad"}}, "tempo = 90 # slow\n\n[set]\n"},
		"a new line":    {"# mine\n", []Value{{"tempo", "96"}}, "# mine\n"},
		"with no file":  {"", []Value{{"tempo", "96"}}, ""},
		"a quoted port": {"in = 'A \"B\"'\n", []Value{{"in", "page"}}, "in = 'A \"B\"'\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d := NewDefaults(filepath.Join(t.TempDir(), "config.toml"), "", grammar(t))
			if c.before != "" {
				if err := os.WriteFile(d.path, []byte(c.before), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := d.Save(c.save...); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Keep("waltz", Value{"temperature", "0.5"}); err != nil {
				t.Fatal(err)
			}
			if err := d.Undo(); err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(d.path)
			if want := strings.TrimLeft(c.after+"\n[profile.waltz.set]\ntemperature = 0.5\n", "\n"); err != nil || strings.TrimLeft(string(text), "\n") != want {
				t.Errorf("%v, the file has\n%s\nwant\n%s", err, text, want)
			}
			if err := d.Undo(); !errors.Is(err, ErrNothingSaved) {
				t.Errorf("a second time: %v", err)
			}
		})
	}
}

// Undo leaves a line alone that somebody else has changed since.
func TestUndoLeavesOthersAlone(t *testing.T) {
	d := NewDefaults(filepath.Join(t.TempDir(), "config.toml"), "", grammar(t))
	if _, err := d.Save(Value{"tempo", "96"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.path, []byte("tempo = 97\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.Undo(); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Error(err)
	}
}
