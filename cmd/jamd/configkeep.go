package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"jamd/jam"
)

// A configKeeper writes single settings into the configuration file, for those who want them the next time too. It may be
// used from any goroutine.
type configKeeper struct {
	path    string
	profile string // into whose tables; "" for the file's own

	mu   sync.Mutex
	last *configChange // what undo takes back; nil for nothing
}

// A configChange is the file before and after something was kept.
type configChange struct {
	before []byte // nil where there was no file
	after  []byte
}

// A keptLine is a setting as it was kept, and where.
type keptLine struct {
	Line string // tempo = 96
	Path string // of the file, and in which table
}

// newConfigKeeper is the keeper of the file that was read; nil where a user has no place for one.
func newConfigKeeper(f *configFlags) *configKeeper {
	path, _, err := f.path()
	if err != nil {
		return nil
	}
	return &configKeeper{path: path, profile: f.Profile}
}

// A configValue is a setting with the value that it is to have.
type configValue struct{ name, value string }

// keep writes settings, each by its name as params have it, into the file. The file is as it would be read when jamd starts
// again, or stays as it was.
func (k *configKeeper) keep(values ...configValue) (kept keptLine, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before, err := os.ReadFile(k.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return kept, fmt.Errorf("configuration: %w", err)
	}
	file, err := parseConfig(k.path, before)
	if err != nil {
		return kept, err
	}
	for _, v := range values {
		table, text := k.table(v.name), tomlOf(v)
		after, err := file.with(table, v.name, text, func(key string) bool { return key == v.name })
		if err != nil {
			return kept, err
		}
		if file, err = parseConfig(k.path, after); err != nil {
			return kept, err
		}
		kept = keptLine{fmt.Sprintf("%s = %s", v.name, text), k.path}
		if len(table) > 0 {
			kept.Path += " [" + strings.Join(table, ".") + "]"
		}
	}
	if err := file.starts(k.profile); err != nil {
		return kept, err
	}
	if err := rewrite(k.path, file.text); err != nil {
		return kept, err
	}
	k.last = &configChange{before, file.text}
	return kept, nil
}

// table is where a setting lies: what is set in a jam in [set], all else above all tables, or both in the profile's.
func (k *configKeeper) table(name string) (table []string) {
	if k.profile != "" {
		table = []string{"profile", k.profile}
	}
	if p, err := jam.ParseParam(name); err == nil && p != jam.ParamTempo && jam.DefaultSettings().Get(p) != "" {
		table = append(table, "set")
	}
	return table
}

// tomlOf is a value as TOML writes it: numbers bare, what a flag is on or off by as true or false, all else in quotes.
func tomlOf(v configValue) string {
	if _, err := strconv.ParseFloat(v.value, 64); err == nil {
		return v.value
	}
	if v.name == partRecord {
		return strconv.FormatBool(v.value == "on")
	}
	return strconv.Quote(v.value)
}

// starts returns an error where jamd would not start with the file.
func (f *configFile) starts(profile string) error {
	parser, err := newParser(&cli{})
	if err != nil {
		return err
	}
	c, err := f.choose(profile, configurable(parser.Model))
	if err != nil {
		return err
	}
	if melody, in := c.flags["melody"], c.flags[partIn]; melody.value != nil && in.value != nil {
		return fmt.Errorf("%s has a melody that is played from a file: take it out first, as jamd listens to one melody", melody.from)
	}
	if blind := c.flags[partBlind]; blind.value != nil && fmt.Sprint(c.flags[partRecord].value) == "false" {
		return fmt.Errorf("%s has blind jams, which are always kept: take it out first", blind.from)
	}
	return nil
}

// undo takes back what was kept last. The file must be as it was left.
func (k *configKeeper) undo() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last == nil {
		return errors.New("nothing was kept that could be taken back")
	}
	now, err := os.ReadFile(k.path)
	switch {
	case err != nil:
		return fmt.Errorf("configuration: %w", err)
	case !bytes.Equal(now, k.last.after):
		return fmt.Errorf("%s has been changed since: take the line out there", k.path)
	case k.last.before == nil:
		err = os.Remove(k.path)
	default:
		err = rewrite(k.path, k.last.before)
	}
	if err == nil {
		k.last = nil
	}
	return err
}

// keepable is whether a setting can be kept at all: what is done at once has no value, and a study is begun anew each time.
func keepable(name string) bool {
	return !slices.Contains([]string{jam.ParamTap.String(), jam.ParamPanic.String(), partBlind}, name)
}
