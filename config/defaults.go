package config

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"jamd/jam"
)

// Defaults saves single settings in the configuration file, as the values that jamd starts with. It is safe for concurrent use.
type Defaults struct {
	path    string
	profile string // the profile whose tables are changed; "" for the tables of the file itself
	flags   Flags

	mu   sync.Mutex
	last *change // the change that Undo takes back; nil for none
}

// A change is the text of the file before and after Save, and the lines in which they differ.
type change struct {
	before []byte // nil if there was no file
	after  []byte
	lines  []line
}

// A line is a setting in its table, with its values before and after Save in TOML syntax.
type line struct {
	table         []string
	name          string
	before, after string // before is "" if there was no such line
}

// A Saved describes a line that Save wrote.
type Saved struct {
	Line string // such as tempo = 96
	Path string // of the file, followed by the table that holds the line
}

// NewDefaults returns Defaults for the file at path. They change the tables of a profile, or the file's own if profile is "".
func NewDefaults(path, profile string, flags Flags) *Defaults {
	return &Defaults{path: path, profile: profile, flags: flags}
}

// A Value is the name of a setting and the value to save.
type Value struct{ Name, Value string }

// Save writes settings to the file. If jamd could not start with the changed file, Save returns the reason and leaves the file as
// it was.
func (d *Defaults) Save(values ...Value) (Saved, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	saved, changed, err := d.change(d.profile, values)
	if err == nil {
		d.last = &changed
	}
	return saved, err
}

// change writes settings to the tables of a profile. The caller holds d.mu.
func (d *Defaults) change(profile string, values []Value) (saved Saved, done change, err error) {
	before, err := os.ReadFile(d.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return saved, done, fmt.Errorf("configuration: %w", err)
	}
	file, err := Parse(d.path, before)
	if err != nil {
		return saved, done, err
	}
	for _, v := range values {
		table := tableOf(profile, v.Name)
		text := d.literal(v, table)
		done.lines = append(done.lines, line{table, v.Name, file.literal(table, v.Name), text})
		if file, err = file.set(table, v.Name, text); err != nil {
			return saved, done, err
		}
		saved = Saved{fmt.Sprintf("%s = %s", v.Name, text), d.path}
		if len(table) > 0 {
			saved.Path += " [" + strings.Join(table, ".") + "]"
		}
	}
	if err := file.starts(profile, d.flags); err != nil {
		return saved, done, err
	}
	done.before, done.after = before, file.text
	return saved, done, write(d.path, file.text)
}

// tableOf returns the path of the table that holds a setting: [set] for a param of the jam, the top of the file for a flag, or the
// same in the profile.
func tableOf(profile, name string) (table []string) {
	if profile != "" {
		table = []string{"profile", profile}
	}
	if p, err := jam.ParseParam(name); err == nil && p != jam.ParamTempo && jam.DefaultSettings().Get(p) != "" {
		table = append(table, "set")
	}
	return table
}

// literal writes a value in TOML syntax: numbers without quotes, a boolean flag as true or false, and all else in quotes.
func (d *Defaults) literal(v Value, table []string) string {
	number, err := strconv.ParseFloat(v.Value, 64)
	if err == nil && !math.IsNaN(number) && !math.IsInf(number, 0) && strconv.FormatFloat(number, 'g', -1, 64) == v.Value {
		return v.Value // but names of ports that look like numbers, such as 007 and NaN, in quotes
	}
	flag := d.flags[v.Name]
	if inSet := len(table) > 0 && table[len(table)-1] == "set"; !inSet && flag != nil && flag.IsBool() {
		return strconv.FormatBool(v.Value == "on")
	}
	return strconv.Quote(v.Value)
}

// starts returns an error if jamd could not start with the file.
func (f *File) starts(profile string, flags Flags) error {
	c, err := f.Select(profile, flags)
	if err != nil {
		return err
	}
	if melody, in := c.Flags["melody"], c.Flags["in"]; melody.Value != nil && in.Value != nil {
		return fmt.Errorf("%s plays a melody from a file, and jamd listens to one melody: remove that line first", melody.From)
	}
	if blind := c.Flags["blind"]; blind.Value != nil && fmt.Sprint(c.Flags["record"].Value) == "false" {
		return fmt.Errorf("%s asks for blind jams, which are always recorded: remove that line first", blind.From)
	}
	return nil
}

// ErrNothingSaved is the error of an Undo without a Save before it.
var ErrNothingSaved = errors.New("there is nothing to undo")

// A ChangedError says that what the last Save wrote into the configuration file has been changed since.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string {
	return e.Path + " has been changed since: remove the line there"
}

// Undo takes back the last Save. What else was changed in the file since, such as a preset that was kept, stays. Undo returns a
// [ChangedError] if the saved lines themselves were changed.
func (d *Defaults) Undo() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last == nil {
		return ErrNothingSaved
	}
	now, err := os.ReadFile(d.path)
	switch {
	case err != nil:
		return fmt.Errorf("configuration: %w", err)
	case !bytes.Equal(now, d.last.after):
		err = d.undoLines(now)
	case d.last.before == nil:
		err = os.Remove(d.path)
	default:
		err = write(d.path, d.last.before)
	}
	if err == nil {
		d.last = nil
	}
	return err
}

// undoLines takes back the lines of the last Save in the text of the file. The caller holds d.mu.
func (d *Defaults) undoLines(text []byte) error {
	file, err := Parse(d.path, text)
	if err != nil {
		return err
	}
	for _, l := range slices.Backward(d.last.lines) {
		if file.literal(l.table, l.name) != l.after {
			return &ChangedError{d.path}
		}
		if file, err = file.set(l.table, l.name, l.before); err != nil {
			return err
		}
	}
	if err := file.starts(d.profile, d.flags); err != nil {
		return err
	}
	return write(d.path, file.text)
}

// CanSave reports whether a setting can have a default. An action has no value, and a blind test must be asked for each time.
func CanSave(name string) bool {
	return !slices.Contains([]string{jam.ParamTap.String(), jam.ParamOne.String(), jam.ParamPanic.String(), "blind", "participant", "rounds"}, name)
}
