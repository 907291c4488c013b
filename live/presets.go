package live

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"jamd/config"
	"jamd/jam"
	"jamd/learn"
	"jamd/session"
	"jamd/ui"
)

var errNothingSaved = refused(ui.ReasonNoConfig, "this jamd has no configuration file, which would have the presets")

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

// KeepPreset saves the settings of the music, with tempo and meter, as a preset. The tempo is that of a player who is followed.
func (j *Jam) KeepPreset(name string) (ui.Saved, error) {
	file := j.host.defaults.file
	if file == nil {
		return ui.Saved{}, errNothingSaved
	}
	var values []config.Value
	for _, p := range j.Params() {
		if isMusic(p.Name) && p.Value != session.Hidden && config.CanSave(p.Name) {
			if p.Name == jam.ParamTempo.String() {
				p.Value = strconv.FormatFloat(j.tempoAfter(), 'g', -1, 64)
			}
			values = append(values, config.Value{Name: p.Name, Value: p.Value})
		}
	}
	saved, err := file.Keep(name, values...)
	if err != nil {
		return ui.Saved{}, refusal{worded(name, err), ui.ErrRefused}
	}
	return ui.Saved{Line: fmt.Sprintf("preset %s", name), File: saved.Path}, nil
}

// isMusic reports whether a setting belongs to a preset. Ports, clocks, recording and blind tests do not.
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
	if errors.Is(err, config.ErrNoPreset) {
		err = &ui.Reason{Code: ui.ReasonPresetUnknown, Args: args{"name": name}, Err: err}
	}
	if err != nil {
		return ui.Changes{}, refusal{err, ui.ErrUnknown}
	}
	wanted := make([]ui.NamedValue, len(values))
	for i, v := range values {
		wanted[i] = ui.NamedValue(v)
	}
	changes, before := j.setAll(wanted)
	j.host.history.add(step{jam: j, at: j.Clock.Now(), before: before})
	j.changed(0)
	return changes, nil
}

// Preset changes to a preset for a controller, and tells the pages.
func (c *controls) Preset(name string) error {
	changes, err := c.jam.Preset(name)
	if err != nil {
		return err
	}
	c.jam.notice(ui.Notice{Code: ui.NoticePreset, Args: args{"name": name}, Text: "Preset " + name})
	for _, l := range changes.Left {
		text := fmt.Sprintf("preset %s: not set: %v", name, l)
		c.jam.log.Warn().Msg(text)
		c.jam.notice(ui.Notice{Code: ui.NoticePresetLeft, Args: args{"name": name, "setting": l.Name}, Text: text, Why: &l.Problem})
	}
	return nil
}

// tellRefused logs why something that a controller asked for was refused. For a preset, which takes a single press, it also
// shows a notice. For a knob it does not, because each step of the turn would bring another notice.
func (j *Jam) tellRefused(err error) {
	j.log.Warn().Msg(err.Error())
	var failed *learn.PresetError
	if errors.As(err, &failed) {
		j.notice(ui.Notice{Code: ui.NoticePresetFailed, Args: args{"name": failed.Name}, Text: err.Error(), Why: problem(failed.Name, failed.Err)})
	}
}

// Undo takes back the last change of a setting by a page or `jamd ctl`, or that of a preset. Changes that a controller has
// taken back already are passed over.
func (j *Jam) Undo() (ui.Changes, error) {
	defer j.changed(0)
	for s, ok := j.host.history.take(); ok; s, ok = j.host.history.take() {
		if changes, _ := j.setAll(s.before); len(changes.Set) > 0 || len(changes.Left) > 0 {
			return changes, nil
		}
	}
	return ui.Changes{}, refused(ui.ReasonNothingToUndo, "there is nothing to undo")
}

// setAll sets all settings that differ from the wanted ones. It returns what it has set, and the values before. A setting whose
// limits depend on another one, such as the ends of the register, is tried again after the others.
func (j *Jam) setAll(wanted []ui.NamedValue) (changes ui.Changes, before []ui.NamedValue) {
	changes = ui.Changes{Set: []ui.NamedValue{}, Left: []ui.Left{}}
	wanted = choicesLast(wanted)
	for try := range 2 {
		var refused []ui.NamedValue
		for _, v := range wanted {
			was, known := j.value(v.Name)
			same := known && equal(v.Name, was.Value, v.Value)
			if same && !j.leftTempo(v.Name) {
				continue
			}
			err := j.set(v.Name, v.Value)
			switch {
			case err == nil:
				if changes.Set = append(changes.Set, v); !same {
					before = append(before, ui.NamedValue{Name: v.Name, Value: was.Value})
				}
			case try == 0:
				refused = append(refused, v)
			default:
				changes.Left = append(changes.Left, ui.Left{Name: v.Name, Problem: ui.ProblemOf(err)})
			}
		}
		wanted = refused
	}
	return changes, before
}

// value returns a setting. It returns false if there is none of that name, or if it has no value.
func (j *Jam) value(name string) (p ui.Param, ok bool) {
	for _, p := range j.Params() {
		if p.Name == name {
			return p, p.Kind != ui.Action && p.Value != session.Hidden
		}
	}
	return ui.Param{Name: name}, false
}

// equal reports whether two texts are the same value of a setting, such as 7/8 and 2+2+3/8 of the meter.
func equal(name, a, b string) bool { return a == b || written(name, a) == written(name, b) }

// written returns a value as Params has it, or the text itself if it is no value of the setting.
func written(name, value string) string {
	if name == choiceMeter {
		if m, err := jam.ParseMeter(value); err == nil {
			return m.String()
		}
	} else if c, err := jam.ParseControl(name, value); err == nil {
		return c.ValueText()
	}
	return value
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
