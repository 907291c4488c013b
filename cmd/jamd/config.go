package main

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"jamd/config"
	"jamd/jam"
	"jamd/usage"
)

type configCmd struct {
	Show configShowCmd `cmd:"" default:"withargs" help:"Print the settings in force for a command, such as 'jamd config show play --tempo 90'."`
	Path configPathCmd `cmd:"" help:"Print the path of the configuration file."`
}

type configPathCmd struct {
	File configFile `embed:""`
}

func (c *configPathCmd) Run(to console) error {
	path, _, err := c.File.path()
	if err != nil {
		return usage.Error(err)
	}
	fmt.Fprintln(to.Out, path)
	return nil
}

type configShowCmd struct {
	JSON    bool     `help:"Print one JSON array."`
	Command []string `arg:"" optional:"" passthrough:"" placeholder:"play|jam|accompany" help:"The command, with flags as you would give them (play)."`

	Configured configFlags `embed:""`
}

// An inForce is a setting with its value and the origin of the value: "default", "flag", or file and line.
type inForce struct {
	Name  string `json:"name"`
	Value any    `json:"value"` // bool, a number, string, a list of them; nil if there is none
	From  string `json:"from"`
}

// text returns the value as a user would write it; "" for none.
func (s inForce) text() string {
	if s.Value == nil {
		return ""
	}
	return strings.Trim(fmt.Sprint(s.Value), "[]")
}

func (c *configShowCmd) Run(to console) error {
	args := c.Command
	if len(args) == 0 {
		args = []string{"play"}
	}
	if !slices.Contains([]string{"play", "jam", "accompany"}, args[0]) {
		return usage.Errorf("%q has no configuration: give play, jam or accompany, then flags", args[0])
	}
	all, err := settingsOf(slices.Insert(args, 1, c.Configured.args()...))
	if err != nil {
		return usage.Error(err)
	}
	if c.JSON {
		return printJSON(to, all)
	}
	table := tabwriter.NewWriter(to.Out, 0, 8, 2, ' ', 0)
	for _, s := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, s.text(), s.From)
	}
	return table.Flush()
}

// args returns the flags as the user gave them.
func (f *configFlags) args() (args []string) {
	if f.File.Config != "" {
		args = append(args, "--config="+f.File.Config)
	}
	if f.Profile != "" {
		args = append(args, "--profile="+f.Profile)
	}
	return args
}

// settingsOf parses a command line without running it, and returns the settings that the command would use.
func settingsOf(args []string) ([]inForce, error) {
	parser, err := newParser(&cli{}, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		return nil, err
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		return nil, err
	}
	var c *configured
	if _, err := ctx.Call(func(bound *configured) error { c = bound; return nil }); err != nil {
		return nil, err
	}
	var all []inForce
	for _, flag := range ctx.Selected().Flags {
		switch flag.Name {
		case "help", "json", "config", "profile":
			continue
		case "set":
			all = append(all, c.paramsInForce(flag.Target.Interface().([]config.Setting))...)
			continue
		}
		s := inForce{flag.Name, typed(flag.Target), "default"}
		switch e, ok := c.value(ctx.Selected(), flag); {
		case c.given[flag.Name]:
			s.From = "flag"
		case ok:
			s.From = e.From
		}
		all = append(all, s)
	}
	for t, e := range c.Learned {
		all = append(all, inForce{`learn "` + t.String() + `"`, e.Value.(string), e.From})
	}
	slices.SortFunc(all, func(a, b inForce) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// paramsInForce returns the params of --set. The first c.placed come from the file. If a param is set several times, the last one
// counts.
func (c *configured) paramsInForce(settings []config.Setting) (all []inForce) {
	for i, s := range settings {
		f := inForce{"set " + s.Param.String(), valueOf(s), "flag"}
		if i < c.placed {
			f.From = c.Set[s.Param.String()].From
		}
		all = slices.DeleteFunc(all, func(earlier inForce) bool { return earlier.Name == f.Name })
		all = append(all, f)
	}
	return all
}

// typed returns the value of a flag for JSON: numbers and switches as such, lists as lists, anything else as a user would write
// it. It returns nil if the flag was not given and has no default.
func typed(v reflect.Value) any {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	if _, ok := v.Interface().(fmt.Stringer); ok {
		return fmt.Sprint(v.Interface())
	}
	switch {
	case v.Kind() == reflect.Bool, v.CanInt(), v.CanUint(), v.CanFloat():
		return v.Interface()
	case v.Kind() == reflect.Slice && v.IsNil():
		return nil
	case v.Kind() == reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = typed(v.Index(i))
		}
		return list
	case v.IsZero():
		return nil
	}
	return fmt.Sprint(v.Interface())
}

// valueOf returns the value of a setting: a number as such, anything else as a user would write it.
func valueOf(s config.Setting) any {
	if kind := s.Param.Info().Kind; kind == jam.Number || kind == jam.Whole {
		return s.Value
	}
	return s.ValueText()
}
