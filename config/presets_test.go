package config

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// What is kept as a preset is a profile of the file, and comes back with what the player wrote there himself.
func TestPresets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	const before = "tempo = 90 # mine\n\n[profile.stage]\nrecord = false\ntemperature = 0.3\n[profile.stage.set]\nbass = true\n"
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	d := NewDefaults(path, "", grammar(t))
	if _, err := d.Keep("waltz", Value{"tempo", "150"}, Value{"style", "arpeggio"}, Value{"mute", "off"}); err != nil {
		t.Fatal(err)
	}
	if names, err := d.Presets(); err != nil || !reflect.DeepEqual(names, []string{"stage", "waltz"}) {
		t.Errorf("the presets are %v, %v", names, err)
	}
	for name, want := range map[string][]Value{
		"stage": {{"bass", "true"}, {"record", "off"}, {"temperature", "0.3"}},
		"waltz": {{"mute", "off"}, {"style", "arpeggio"}, {"tempo", "150"}},
	} {
		if got, err := d.Preset(name); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s has %v, %v; want %v", name, got, err, want)
		}
	}
	if _, err := d.Preset("tango"); err == nil || !strings.Contains(err.Error(), "[stage waltz]") {
		t.Errorf("a preset that is not there: %v", err)
	}
	kept, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(kept), before) {
		t.Errorf("the file is now %q", kept)
	}
	for _, name := range []string{"", "a b", "x]", strings.Repeat("a", 41)} {
		if _, err := d.Keep(name, Value{"tempo", "100"}); err == nil {
			t.Errorf("a preset may be called %q", name)
		}
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(after, kept) {
		t.Error("what was refused has changed the file")
	}
}

// Defaults and presets that are saved at the same time are all in the file.
func TestPresetsBesideDefaults(t *testing.T) {
	d := NewDefaults(filepath.Join(t.TempDir(), "config.toml"), "", grammar(t))
	var saving sync.WaitGroup
	for i := range 16 {
		saving.Go(func() {
			if _, err := d.Keep(fmt.Sprintf("song-%d", i), Value{"tempo", "100"}); err != nil {
				t.Error(err)
			}
		})
		saving.Go(func() {
			if _, err := d.Save(Value{"tempo", fmt.Sprint(100 + i)}); err != nil {
				t.Error(err)
			}
		})
	}
	saving.Wait()
	if names, err := d.Presets(); err != nil || len(names) != 16 {
		t.Errorf("of 16 presets these are kept: %v, %v", names, err)
	}
}
