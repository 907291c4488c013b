package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"jamd/config"
)

// The example in the docs is valid, and a profile replaces the values of the file.
func TestTheExampleInTheDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```toml\n")
	example, _, found := strings.Cut(example, "```")
	if !found {
		t.Fatal("no example")
	}
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args string
		want map[string]string
	}{
		{"play", map[string]string{"temperature": "0.8", "in": "Keystation", "in-channel": "1 2", "clock": "auto", "set transpose": "-2", `learn "note 37 ch 10"`: "style=arpeggio"}},
		{"play --profile stage", map[string]string{"temperature": "0.3", "clock": "external", "set style": "block", "set transpose": "-2"}},
		{"play --melody x.mid", map[string]string{"in": "", "melody": "x.mid"}},
		{"jam --tempo 90", map[string]string{"tempo": "90", "out": "FLUID Synth"}},
	} {
		all, err := settingsOf(append(strings.Fields(test.args), "--config="+path))
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
			continue
		}
		got := map[string]string{}
		for _, s := range all {
			got[s.Name] = s.text()
		}
		for name, want := range test.want {
			if got[name] != want {
				t.Errorf("%s: %s is %q, want %q", test.args, name, got[name], want)
			}
		}
	}
}

// A flag, or a key of a profile, replaces an entry of [set] for the same setting.
func TestWhatSaysTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	text := "[set]\ntemperature = 0.5\nlow = 40\n[profile.a]\ntemperature = 0.2\nregister = \"50-80\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]struct{ temperature, low string }{
		"play":                   {"0.5", "40"},
		"play --temperature 0.9": {"", "40"},
		"play --register 50-70":  {"0.5", ""},
		"play --profile a":       {"", ""},
	} {
		all, err := settingsOf(append(strings.Fields(args), "--config="+path))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, s := range all {
			got[s.Name] = s.text()
		}
		if got["set temperature"] != want.temperature || got["set low"] != want.low {
			t.Errorf("%s: %v", args, got)
		}
	}
}

// The configuration is offered by the commands that take something from it or write into it, and by no other.
func TestTheConfigurationIsOfferedWhereItCounts(t *testing.T) {
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(false) {
		path := commandPath(command)
		file := takesAny(command) || path == "learn" || path == "config show" || path == "config path"
		for name, want := range map[string]bool{"config": file, "profile": file && path != "config path"} {
			if got := slices.ContainsFunc(flagsOf(command), func(f *kong.Flag) bool { return f.Name == name }); got != want {
				t.Errorf("%s: --%s is offered: %t, want %t", path, name, got, want)
			}
		}
	}
}

// A file is read, or refused with its name. Each value that was read knows its line.
func FuzzConfig(f *testing.F) {
	page, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		f.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```toml\n")
	example, _, _ = strings.Cut(example, "```")
	for _, text := range []string{example, "tempo = 1e999\n", "for = -1", "[set]\nlow = 1_0\n", "profile = 3", "[profile.a.b]\nout = []",
		"in-channel = [1, [2]]\n", "[learn]\n\"cc 1\" = 'tap'\n\"note 999\" = ''\n", "set.style = 'pad'\nmeter = '5/8'", "tempo = inf\nout-channel = -0"} {
		f.Add(text)
	}
	var grammar cli
	parser, err := newParser(&grammar)
	if err != nil {
		f.Fatal(err)
	}
	flags := configurable(parser.Model)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := config.Parse("f.toml", []byte(text))
		var c *config.Config
		if err == nil {
			c, err = file.Select("", flags)
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.toml:") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for name, e := range c.Flags {
			if flags[name] == nil || !strings.HasPrefix(e.From, "f.toml") {
				t.Fatalf("%q: %s is from %q", text, name, e.From)
			}
		}
	})
}
