package live

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"jamd/config"
	"jamd/session"
	"jamd/ui"
)

// defaults are the values that a jam starts with. save writes one to the configuration file. They are safe for concurrent use.
type defaults struct {
	file *config.Defaults // nil if nothing can be saved

	mu    sync.Mutex
	first map[string]string // values by name: those of the first jam, replaced by saved ones; nil before the first jam
	saved map[string]string // of what the last save replaced, the values before, for undo
}

// begin stores the values of the first jam. Later calls do nothing.
func (d *defaults) begin(params []ui.Param) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.first != nil {
		return
	}
	d.first = map[string]string{}
	for _, p := range params {
		d.first[p.Name] = p.Value
	}
}

// add sets Default in each param that has one.
func (d *defaults) add(params []ui.Param) []ui.Param {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range params {
		if value, ok := d.first[params[i].Name]; ok && d.file != nil && config.CanSave(params[i].Name) {
			params[i].Default = &value
		}
	}
	return params
}

// save saves the current value of the param called name. If it is one of the two choices of the clock, save saves both, as in
// clock.
func (d *defaults) save(name string, params []ui.Param, clock Clock) (ui.Saved, error) {
	i := slices.IndexFunc(params, func(p ui.Param) bool { return p.Name == name })
	switch {
	case i < 0:
		return ui.Saved{}, refusal{unknownSetting(name), ui.ErrUnknown}
	case params[i].Default == nil || params[i].Value == session.Hidden:
		return ui.Saved{}, refusal{&ui.Reason{Code: ui.ReasonNotSavable, Args: args{"setting": name}, Err: fmt.Errorf("%s: cannot be saved as default", name)}, ui.ErrRefused}
	}
	value := params[i].Value
	values := []config.Value{{Name: name, Value: value}}
	if name == choiceClock || name == choiceClockIn { // neither makes sense without the other
		c := clock.effective()
		values = []config.Value{{Name: choiceClockIn, Value: c.In}, {Name: choiceClock, Value: c.Source}}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	line, err := d.file.Save(values...)
	if err != nil {
		return ui.Saved{}, refusal{err, ui.ErrRefused}
	}
	d.saved = map[string]string{}
	for _, v := range values {
		d.saved[v.Name] = d.first[v.Name]
		if i := slices.IndexFunc(params, func(p ui.Param) bool { return p.Name == v.Name }); i >= 0 {
			d.first[v.Name] = params[i].Value // as the page has it: a port, or "with the melody"
		}
	}
	return ui.Saved{Line: line.Line, File: line.Path}, nil
}

// undo takes back the last save.
func (d *defaults) undo() error {
	if d.file == nil {
		return refused(ui.ReasonNothingToUndo, "nothing was saved")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.file.Undo(); err != nil {
		return refusal{worded("", err), ui.ErrRefused}
	}
	maps.Copy(d.first, d.saved)
	return nil
}
