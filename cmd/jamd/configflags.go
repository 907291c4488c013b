package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/alecthomas/kong"

	"jamd/config"
)

// A configFile chooses the configuration file.
type configFile struct {
	Config string `placeholder:"FILE" help:"Configuration file (jamd/config.toml in your configuration folder)."`
}

// configFlags choose what of the configuration counts. A command that takes anything from it, or writes into it, embeds them.
type configFlags struct {
	File    configFile `embed:""`
	Profile string     `placeholder:"NAME" help:"Use this profile of the configuration file."`
}

// A configured is the configuration for one command line.
type configured struct {
	config.Config
	given  map[string]bool // names of the flags on the command line
	placed int             // number of params that come from the file, because no flag replaces them
}

// path returns the path of the file, and whether the user named it. Only the default file may be missing.
func (f *configFile) path() (path string, asked bool, err error) {
	if f.Config != "" {
		return f.Config, true, nil
	}
	path, err = config.DefaultPath()
	return path, false, err
}

// read reads the configuration file and selects the profile.
func (f *configFlags) read(app *kong.Application) (*config.Config, error) {
	path, asked, err := f.File.path()
	if err != nil && f.Profile == "" {
		return &config.Config{}, nil // a user without a home folder has no file
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		if f.Profile != "" {
			return nil, fmt.Errorf("--profile %s: there is no file %s", f.Profile, path)
		}
		return &config.Config{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	file, err := config.Parse(path, text)
	if err != nil {
		return nil, err
	}
	return file.Select(f.Profile, configurable(app))
}

// configurable returns the flags that the file can set: those of the commands play and jam.
func configurable(app *kong.Application) config.Flags {
	flags := config.Flags{}
	for _, command := range app.Children {
		if command.Name == "play" || command.Name == "jam" {
			for _, flag := range command.Flags {
				flags[flag.Name] = flag
			}
		}
	}
	for _, other := range []string{"help", "json", "set", "config", "profile"} { // these are no settings, or have a table of their own
		delete(flags, other)
	}
	return flags
}

// BeforeResolve reads the configuration if flags of the command come from it, and passes it on.
func (f *configFlags) BeforeResolve(ctx *kong.Context) error {
	c := &configured{given: map[string]bool{}}
	if takesAny(ctx.Selected()) {
		var flags configFlags
		for _, p := range ctx.Path {
			if p.Flag == nil {
				continue
			}
			switch c.given[p.Flag.Name] = true; p.Flag.Name {
			case "config":
				flags.File.Config, _ = ctx.FlagValue(p.Flag).(string)
			case "profile":
				flags.Profile, _ = ctx.FlagValue(p.Flag).(string)
			}
		}
		read, err := flags.read(ctx.Model)
		if err != nil {
			return err
		}
		c.Config = *read
		ctx.AddResolver(c)
	}
	ctx.Bind(c)
	return nil
}

// takesAny reports whether a command takes any flag from the file, of its own or of the group that it is in.
func takesAny(command *kong.Node) bool {
	for node := command; node != nil; node = node.Parent {
		if slices.ContainsFunc(node.Flags, func(f *kong.Flag) bool { return takes(command, f) }) {
			return true
		}
	}
	return false
}

// takes reports whether a command takes a flag from the file. Jams take all flags, accompany takes those of the music, and every
// other command the folder of sessions and the library. So the file does not change what is measured or replayed.
func takes(command *kong.Node, flag *kong.Flag) bool {
	switch command.Name {
	case "play", "open", "jam":
		return true
	case "accompany":
		return flag.Name != "tempo" && flag.Name != "meter" // accompany uses the file's own
	}
	return flag.Name == "session-dir" || flag.Name == "ort-lib"
}

// instead maps a flag of the file to the flag that replaces it if that one is on the command line.
var instead = map[string]string{"in": "melody", "melody": "in", "random-seed": "seed"}

// Validate does nothing, because the file was checked when it was read.
func (c *configured) Validate(*kong.Application) error { return nil }

// Resolve returns the file's value for a flag that was not given, or nil.
func (c *configured) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if e, ok := c.value(ctx.Selected(), flag); ok {
		return e.Value, nil
	}
	return nil, nil
}

// value returns the file's value for a flag of a command. ok is false if there is none.
func (c *configured) value(command *kong.Node, flag *kong.Flag) (config.Entry, bool) {
	e, ok := c.Flags[flag.Name]
	return e, ok && takes(command, flag) && !c.given[instead[flag.Name]]
}

// AfterApply puts the values of the file's table [set] before those of --set.
func (f *musicFlags) AfterApply(c *configured) error {
	var set []config.Setting
	for _, name := range config.Sorted(c.Set) {
		if c.given[config.FlagOf(name)] {
			continue
		}
		var s config.Setting
		if err := s.UnmarshalText([]byte(name + "=" + c.Set[name].Value.(string))); err != nil {
			return err
		}
		set = append(set, s)
	}
	f.Set, c.placed = append(set, f.Set...), len(set)
	return nil
}

// defaults returns what saves settings in the file that was read, or nil if this user has no place for a file.
func (f *configFlags) defaults() *config.Defaults {
	path, _, err := f.File.path()
	if err != nil {
		return nil
	}
	parser, err := newParser(&cli{})
	if err != nil {
		return nil
	}
	return config.NewDefaults(path, f.Profile, configurable(parser.Model))
}
