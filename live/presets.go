package live

import (
	"errors"
	"fmt"
	"slices"

	"jamd/config"
	"jamd/session"
	"jamd/ui"
)

var errNothingSaved = refusal{errors.New("this jamd has no configuration file, which would have the presets"), ui.ErrRefused}

// Presets returns the names of the presets: the profiles of the configuration file.
func (j *Jam) Presets() ([]string, error) {
	file := j.host.defaults.file
	if file == nil {
		return []string{}, nil
	}
	names, err := file.Presets()
	if err != nil {
		return nil, refusal{err, ui.ErrRefused}
	}
	return append([]string{}, names...), nil
}

// KeepPreset saves the settings of the music, with tempo and meter, as a preset.
func (j *Jam) KeepPreset(name string) (ui.Saved, error) {
	file := j.host.defaults.file
	if file == nil {
		return ui.Saved{}, errNothingSaved
	}
	var values []config.Value
	for _, p := range j.Params() {
		if isMusic(p.Name) && p.Value != session.Hidden && config.CanSave(p.Name) {
			values = append(values, config.Value{Name: p.Name, Value: p.Value})
		}
	}
	saved, err := file.Keep(name, values...)
	if err != nil {
		return ui.Saved{}, refusal{err, ui.ErrRefused}
	}
	return ui.Saved{Line: fmt.Sprintf("preset %s", name), File: saved.Path}, nil
}

// isMusic reports whether a preset has a setting: not a port, a clock, or what is recorded.
func isMusic(name string) bool { return !isChoice(name) || name == choiceMeter }

func isChoice(name string) bool {
	return slices.ContainsFunc(choices, func(c choice) bool { return c.Name == name })
}

// Preset changes to the settings of a preset. What it does not name stays.
func (j *Jam) Preset(name string) (ui.Changes, error) {
	file := j.host.defaults.file
	if file == nil {
		return ui.Changes{}, errNothingSaved
	}
	values, err := file.Preset(name)
	if err != nil {
		return ui.Changes{}, refusal{err, ui.ErrUnknown}
	}
	wanted := make([]ui.NamedValue, len(values))
	for i, v := range values {
		wanted[i] = ui.NamedValue(v)
	}
	changes, before := j.setAll(wanted)
	j.host.history.add(step{j, j.Clock.Now(), before})
	j.changed(0)
	return changes, nil
}

// Undo takes back the last change of a setting by a page or `jamd ctl`, or that of a preset.
func (j *Jam) Undo() (ui.Changes, error) {
	s, ok := j.host.history.take()
	if !ok {
		return ui.Changes{}, refusal{errors.New("there is nothing to undo"), ui.ErrRefused}
	}
	changes, _ := j.setAll(s.before)
	j.changed(0)
	return changes, nil
}

// setAll sets what is not as wanted, and returns what it has set, with the values before. A setting whose limits depend on another one,
// such as the ends of the register, is tried again after the others.
func (j *Jam) setAll(wanted []ui.NamedValue) (changes ui.Changes, before []ui.NamedValue) {
	changes = ui.Changes{Set: []ui.NamedValue{}, Left: []string{}}
	wanted = choicesLast(wanted)
	for try := range 2 {
		var refused []ui.NamedValue
		for _, v := range wanted {
			was, known := j.value(v.Name)
			if known && was.Value == v.Value {
				continue
			}
			err := j.set(v.Name, v.Value)
			switch {
			case err == nil:
				changes.Set, before = append(changes.Set, v), append(before, was)
			case try == 0:
				refused = append(refused, v)
			default:
				changes.Left = append(changes.Left, fmt.Sprintf("%s: %v", v.Name, err))
			}
		}
		wanted = refused
	}
	return changes, before
}

// value returns a setting with its value. It returns false if there is none of that name, or if it has no value.
func (j *Jam) value(name string) (ui.NamedValue, bool) {
	for _, p := range j.Params() {
		if p.Name == name {
			return ui.NamedValue{Name: name, Value: p.Value}, p.Kind != ui.Action && p.Value != session.Hidden
		}
	}
	return ui.NamedValue{Name: name}, false
}

// choicesLast returns settings with the choices at the end, because a choice may end a jam that waits for its first note.
func choicesLast(all []ui.NamedValue) []ui.NamedValue {
	var music, rest []ui.NamedValue
	for _, v := range all {
		if isChoice(v.Name) {
			rest = append(rest, v)
		} else {
			music = append(music, v)
		}
	}
	return append(music, rest...)
}
