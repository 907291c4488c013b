package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"

	"jamd/usage"
)

// A preset is a profile, as a jam that plays uses it.

// presetName is what a profile may be called in the header of its table without quotes.
var presetName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// Errors of presets.
var (
	ErrNoPreset   = errors.New("there is no preset")
	ErrPresetName = errors.New("a name has letters, digits, - and _, at most 40 of them")
)

// Presets returns the names of the profiles, in order.
func (d *Defaults) Presets() ([]string, error) {
	file, err := Read(d.path)
	if err != nil {
		return nil, err
	}
	profiles, err := file.profiles(d.flags)
	return Sorted(profiles), err
}

// Preset returns the settings that a profile has itself, in the order of their names. A setting of its table [set] replaces a
// flag of the same name.
func (d *Defaults) Preset(name string) ([]Value, error) {
	file, err := Read(d.path)
	if err != nil {
		return nil, err
	}
	profiles, err := file.profiles(d.flags)
	if err != nil {
		return nil, err
	}
	chosen, ok := profiles[name]
	if !ok {
		return nil, fmt.Errorf("%w %q; the presets are %v", ErrNoPreset, name, Sorted(profiles))
	}
	all := maps.Clone(chosen.Flags)
	maps.Copy(all, chosen.Set)
	values := make([]Value, 0, len(all))
	for _, setting := range Sorted(all) {
		text := fmt.Sprint(all[setting].Value)
		switch all[setting].Value {
		case true:
			text = "on"
		case false:
			text = "off"
		}
		values = append(values, Value{setting, text})
	}
	return values, nil
}

// Keep saves settings as a profile. Other settings that the profile has stay. Undo does not take it back.
func (d *Defaults) Keep(name string, values ...Value) (Saved, error) {
	if !presetName.MatchString(name) {
		return Saved{}, usage.Errorf("preset %q: %w", name, ErrPresetName)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	saved, _, err := d.change(name, values)
	return saved, err
}
