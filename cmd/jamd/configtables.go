package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"jamd/jam"
)

// choose makes a configuration of the file and the profile named; "" is none.
func (f *configFile) choose(profile string, flags map[string]*kong.Flag) (*config, error) {
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
		return nil, fmt.Errorf("%s: there is no [profile.%s]; there are %v", f.path, profile, sorted(profiles))
	}
	maps.Copy(own.flags, chosen.flags)
	maps.DeleteFunc(own.set, func(param string, _ entry) bool {
		_, said := chosen.flags[flagOf(param)]
		return said
	})
	maps.Copy(own.set, chosen.set)
	maps.Copy(own.learned, chosen.learned)
	return own, nil
}

// profiles reads the tables of all profiles, so that a mistake is told of before its profile is wanted on a stage.
func (f *configFile) profiles(flags map[string]*kong.Flag) (map[string]*config, error) {
	all := map[string]*config{}
	tables, ok := f.tree["profile"].(map[string]any)
	if _, there := f.tree["profile"]; there && !ok {
		return nil, f.mistake([]string{"profile"}, "must hold tables, such as [profile.stage]")
	}
	for _, name := range sorted(tables) {
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

// section reads one table that sets flags, and its tables set and learn; keys lead to it.
func (f *configFile) section(table map[string]any, keys []string, flags map[string]*kong.Flag) (*config, error) {
	c := &config{flags: map[string]entry{}, set: map[string]entry{}, learned: map[trigger]entry{}}
	for _, name := range sorted(table) {
		at := append(slices.Clone(keys), name)
		value := table[name]
		flag, known := flags[name]
		var err error
		switch {
		case name == "set":
			err = f.params(value, at, c.set)
		case name == "learn":
			err = f.learned(value, at, c.learned)
		case len(keys) == 0 && name == "profile": // read by profiles
		case !known:
			return nil, f.mistake(at, "there is no such setting; see 'jamd play --help' for those of a jam")
		default:
			var e entry
			if e, err = f.flag(flag, value, at); err == nil {
				c.flags[name] = e
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

// flag reads a flag's value, and tries it.
func (f *configFile) flag(flag *kong.Flag, value any, at []string) (entry, error) {
	token, ok := tokenOf(value)
	if !ok {
		return entry{}, f.mistake(at, "must be one value")
	}
	trial := *flag.Value // its own target stays as it is
	target := reflect.New(flag.Target.Type()).Elem()
	if err := trial.Parse(kong.Scan().PushTyped(token, kong.FlagValueToken), target); err != nil {
		return entry{}, f.mistake(at, strings.TrimPrefix(err.Error(), trial.ShortSummary()+": "))
	}
	return entry{token, f.where(at)}, nil
}

// tokenOf is a value of the file as the command line would have it; a list stands for a flag that can be given several times.
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

// params reads a table of what can be set in a jam.
func (f *configFile) params(value any, keys []string, into map[string]entry) error {
	table, ok := value.(map[string]any)
	if !ok {
		return f.mistake(keys, "must be a table")
	}
	for _, name := range sorted(table) {
		at := append(slices.Clone(keys), name)
		token, ok := tokenOf(table[name])
		if !ok {
			return f.mistake(at, "must be one value")
		}
		text := fmt.Sprint(token)
		var s setting
		if err := s.UnmarshalText([]byte(name + "=" + text)); err != nil {
			return f.mistake(at, err.Error())
		}
		settings := jam.DefaultSettings()
		if err := settings.Set(s.Control); err != nil && !pairs[s.Param] {
			return f.mistake(at, err.Error())
		}
		into[name] = entry{text, f.where(at)}
	}
	return nil
}

// pairs are the params whose bounds lie with one another: they are looked at together, when a jam begins.
var pairs = map[jam.Param]bool{jam.ParamLow: true, jam.ParamHigh: true, jam.ParamBassLow: true, jam.ParamBassHigh: true}
