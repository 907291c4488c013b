package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"jamd/jam"
	"jamd/learn"
)

// Flags are the command line's flags that the file can set, by name.
type Flags map[string]*kong.Flag

// A Config holds the values of a file for one profile. The profile's values replace the file's own.
type Config struct {
	Flags   map[string]Entry // by the name of the flag
	Set     map[string]Entry // by the name of the param; the values are text
	Learned map[learn.Trigger]Entry
}

// An Entry is a value and the file and line that it comes from.
type Entry struct {
	Value any
	From  string
}

// Targets returns the target of each learned trigger.
func (c *Config) Targets() map[learn.Trigger]string {
	all := map[learn.Trigger]string{}
	for t, e := range c.Learned {
		all[t] = fmt.Sprint(e.Value)
	}
	return all
}

// Select returns the file's values with those of a profile; "" means no profile.
func (f *File) Select(profile string, flags Flags) (*Config, error) {
	own, err := f.section(f.tree, nil, flags)
	if err != nil {
		return nil, err
	}
	profiles, err := f.profiles(flags)
	if err != nil {
		return nil, err
	}
	if profile == "" {
		return own, nil
	}
	chosen, ok := profiles[profile]
	if !ok {
		return nil, fmt.Errorf("%s: there is no [profile.%s]; the profiles are %v", f.path, profile, Sorted(profiles))
	}
	maps.Copy(own.Flags, chosen.Flags)
	maps.DeleteFunc(own.Set, func(param string, _ Entry) bool {
		_, given := chosen.Flags[FlagOf(param)]
		return given
	})
	maps.Copy(own.Set, chosen.Set)
	maps.Copy(own.Learned, chosen.Learned)
	return own, nil
}

// profiles reads the tables of all profiles, so that a mistake is found before its profile is needed on stage.
func (f *File) profiles(flags Flags) (map[string]*Config, error) {
	all := map[string]*Config{}
	tables, ok := f.tree["profile"].(map[string]any)
	if _, there := f.tree["profile"]; there && !ok {
		return nil, f.mistake([]string{"profile"}, "must hold tables, such as [profile.stage]")
	}
	for _, name := range Sorted(tables) {
		keys := []string{"profile", name}
		table, ok := tables[name].(map[string]any)
		if !ok {
			return nil, f.mistake(keys, "must be a table, such as [profile.stage]")
		}
		c, err := f.section(table, keys, flags)
		if err != nil {
			return nil, err
		}
		all[name] = c
	}
	return all, nil
}

// section reads a table that sets flags, and the tables set and learn in it. keys is the path of the table.
func (f *File) section(table map[string]any, keys []string, flags Flags) (*Config, error) {
	c := &Config{Flags: map[string]Entry{}, Set: map[string]Entry{}, Learned: map[learn.Trigger]Entry{}}
	for _, name := range Sorted(table) {
		at := append(slices.Clone(keys), name)
		value := table[name]
		flag, known := flags[name]
		var err error
		switch {
		case name == "set":
			err = f.params(value, at, c.Set)
		case name == "learn":
			err = f.learned(value, at, c.Learned)
		case len(keys) == 0 && name == "profile": // read by profiles
		case !known:
			return nil, f.mistake(at, "there is no such setting; see 'jamd play --help' for those of a jam")
		default:
			var e Entry
			if e, err = f.flag(flag, value, at); err == nil {
				c.Flags[name] = e
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// flag reads the value of a flag and checks that the flag accepts it.
func (f *File) flag(flag *kong.Flag, value any, at []string) (Entry, error) {
	token, ok := tokenOf(value)
	if !ok {
		return Entry{}, f.mistake(at, "must be one value")
	}
	trial := *flag.Value // so that parsing does not change the flag's own target
	target := reflect.New(flag.Target.Type()).Elem()
	if err := trial.Parse(kong.Scan().PushTyped(token, kong.FlagValueToken), target); err != nil {
		return Entry{}, f.mistake(at, strings.TrimPrefix(err.Error(), trial.ShortSummary()+": "))
	}
	return Entry{token, f.where(at)}, nil
}

// tokenOf writes a value of the file as on the command line. A list is for a flag that may be given several times.
func tokenOf(value any) (token any, ok bool) {
	switch v := value.(type) {
	case bool, string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	case []any:
		items := make([]string, len(v))
		for i, item := range v {
			token, ok := tokenOf(item)
			if _, nested := item.([]any); !ok || nested {
				return nil, false
			}
			items[i] = fmt.Sprint(token)
		}
		return strings.Join(items, ","), true
	}
	return nil, false
}

// params reads a table of a jam's settings.
func (f *File) params(value any, keys []string, into map[string]Entry) error {
	table, ok := value.(map[string]any)
	if !ok {
		return f.mistake(keys, "must be a table")
	}
	for _, name := range Sorted(table) {
		at := append(slices.Clone(keys), name)
		token, ok := tokenOf(table[name])
		if !ok {
			return f.mistake(at, "must be one value")
		}
		text := fmt.Sprint(token)
		var s Setting
		if err := s.UnmarshalText([]byte(name + "=" + text)); err != nil {
			return f.mistake(at, err.Error())
		}
		settings := jam.DefaultSettings()
		if err := settings.Set(s.Control); err != nil && !pairs[s.Param] {
			return f.mistake(at, err.Error())
		}
		into[name] = Entry{text, f.where(at)}
	}
	return nil
}

// pairs are the params that limit each other. They are checked together, when a jam begins.
var pairs = map[jam.Param]bool{jam.ParamLow: true, jam.ParamHigh: true, jam.ParamBassLow: true, jam.ParamBassHigh: true}

// learned reads a table [learn].
func (f *File) learned(value any, keys []string, into map[learn.Trigger]Entry) error {
	table, ok := value.(map[string]any)
	if !ok {
		return f.mistake(keys, "must be a table")
	}
	for _, name := range Sorted(table) {
		at := append(slices.Clone(keys), name)
		t, err := learn.ParseTrigger(name)
		if err != nil {
			return f.mistake(at, err.Error())
		}
		text, ok := table[name].(string)
		if !ok {
			return f.mistake(at, `must be a setting in quotes, such as "temperature"`)
		}
		if _, err := t.Target(text); err != nil {
			return f.mistake(at, err.Error())
		}
		if _, twice := into[t]; twice {
			return f.mistake(at, "is given twice")
		}
		into[t] = Entry{text, f.where(at)}
	}
	return nil
}

// FlagOf returns the name of the flag that sets the same value as a param. Some params have no flag; then the name is not that of
// one.
func FlagOf(param string) string {
	if param == "low" || param == "high" {
		return "register"
	}
	return param
}

// Sorted returns the keys of a map in ascending order.
func Sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
