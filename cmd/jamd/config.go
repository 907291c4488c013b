package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/alecthomas/kong"
)

// configFlags choose the configuration.
type configFlags struct {
	Config  string `placeholder:"FILE" help:"Configuration file (else jamd/config.toml in your configuration folder)."`
	Profile string `placeholder:"NAME" help:"Take this profile of the configuration file."`

	config *config // as it was read, once the command line is
}

// A config is what the configuration file sets, for one profile. The profile's entries stand in the place of the file's own.
type config struct {
	flags   map[string]entry // by the flag's name
	set     map[string]entry // by the param's name; values are text
	learned map[trigger]entry
	given   map[string]bool // flags of the command line
	placed  int             // entries of set that no flag stood in for
}

// An entry is one value, and where it was found: file and line.
type entry struct {
	value any
	from  string
}

// path is the file that is read, and whether it was asked for; one that was not may be missing.
func (f *configFlags) path() (path string, asked bool, err error) {
	if f.Config != "" {
		return f.Config, true, nil
	}
	folder, err := os.UserConfigDir()
	return filepath.Join(folder, "jamd", "config.toml"), false, err
}

// read reads the configuration file as a grammar's commands understand it.
func (f *configFlags) read(app *kong.Application) (*config, error) {
	path, asked, err := f.path()
	if err != nil && f.Profile == "" {
		return &config{}, nil // a user without a home has no file
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		if f.Profile != "" {
			return nil, fmt.Errorf("--profile %s: there is no file %s", f.Profile, path)
		}
		return &config{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	file, err := parseConfig(path, text)
	if err != nil {
		return nil, err
	}
	return file.choose(f.Profile, configurable(app))
}

// configurable are the flags that the file can set: those of a jam.
func configurable(app *kong.Application) map[string]*kong.Flag {
	flags := map[string]*kong.Flag{}
	for _, command := range app.Children {
		if command.Name == "play" || command.Name == "jam" {
			for _, flag := range command.Flags {
				flags[flag.Name] = flag
			}
		}
	}
	for _, other := range []string{"help", "json", "set"} { // how a run is asked about, and what has a table of its own
		delete(flags, other)
	}
	return flags
}

// BeforeResolve gives the configuration to the commands that have use for it.
func (f *configFlags) BeforeResolve(ctx *kong.Context) error {
	c := &config{given: map[string]bool{}}
	if command := ctx.Selected(); command != nil && slices.ContainsFunc(command.Flags, func(f *kong.Flag) bool { return takes(command, f) }) {
		var flags configFlags
		for _, p := range ctx.Path {
			if p.Flag == nil {
				continue
			}
			switch c.given[p.Flag.Name] = true; p.Flag.Name {
			case "config":
				flags.Config, _ = ctx.FlagValue(p.Flag).(string)
			case "profile":
				flags.Profile, _ = ctx.FlagValue(p.Flag).(string)
			}
		}
		read, err := flags.read(ctx.Model)
		if err != nil {
			return err
		}
		read.given = c.given
		c = read
		ctx.AddResolver(c)
	}
	f.config = c
	ctx.Bind(c)
	return nil
}

// takes is whether a command takes a flag from the file, where the file has it: a jam all of them, accompany how jamd
// plays, and all that need them where things lie. What measures, or plays again what was, is not changed by a file.
func takes(command *kong.Node, flag *kong.Flag) bool {
	switch command.Name {
	case "play", "jam":
		return true
	case "accompany":
		return flag.Name != "tempo" // the file's own
	}
	return flag.Name == "session-dir" || flag.Name == "ort-lib"
}

// instead are the flags that, given on the command line, stand in the place of another of the file.
var instead = map[string]string{"in": "melody", "melody": "in", "random-seed": "seed"}

// Validate has nothing to do: what the file says was looked at when it was read.
func (c *config) Validate(*kong.Application) error { return nil }

// Resolve gives a flag that was not given the file's value; nil where it has none.
func (c *config) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if e, ok := c.value(ctx.Selected(), flag); ok {
		return e.value, nil
	}
	return nil, nil
}

// value is what the file has for a flag of a command's.
func (c *config) value(command *kong.Node, flag *kong.Flag) (entry, bool) {
	e, ok := c.flags[flag.Name]
	return e, ok && takes(command, flag) && !c.given[instead[flag.Name]]
}

// AfterApply puts what the file's table [set] says before what the flags say.
func (f *musicFlags) AfterApply(c *config) error {
	var set []setting
	for _, name := range sorted(c.set) {
		if c.given[flagOf(name)] {
			continue
		}
		var s setting
		if err := s.UnmarshalText([]byte(name + "=" + c.set[name].value.(string))); err != nil {
			return err
		}
		set = append(set, s)
	}
	f.Set, c.placed = append(set, f.Set...), len(set)
	return nil
}

// flagOf is the flag that says the same as a param; often there is none of that name.
func flagOf(param string) string {
	if param == "low" || param == "high" {
		return "register"
	}
	return param
}

func sorted[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
