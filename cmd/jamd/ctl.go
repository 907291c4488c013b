package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/dustin/go-humanize/english"

	"jamd/jam"
	"jamd/live"
	"jamd/ui"
	"jamd/usage"
)

type ctlCmd struct {
	Status ctlStatusCmd `cmd:"" help:"Describe the running jam."`
	Params ctlParamsCmd `cmd:"" help:"List all settings with their values."`
	Set    ctlSetCmd    `cmd:"" help:"Change settings, such as temperature=0.8."`
	Save   ctlSaveCmd   `cmd:"" aliases:"keep" help:"Save the value of a setting as default, in the configuration file."`
	Undo   ctlUndoCmd   `cmd:"" help:"Take back the last change of a setting, or of a preset."`
	Preset ctlPresetCmd `cmd:"" help:"Change to a preset: a profile of the configuration file; or list them, or keep one."`
	Learn  ctlLearnCmd  `cmd:"" help:"MIDI learn in the running jam: turn a knob or press a key or pad, and it changes a setting from then on; or list what is learned, or take it back."`
	Tap    ctlTapCmd    `cmd:"" help:"Tap the beat: four taps count in, one during the music puts the beat there."`
	One    ctlOneCmd    `cmd:"" help:"This is one: a bar begins with this beat."`
	Panic  ctlPanicCmd  `cmd:"" help:"End every note."`
	Start  ctlStartCmd  `cmd:"" help:"Begin a jam that waits for its first note, with a count-in."`
	Demo   ctlDemoCmd   `cmd:"" help:"Let a bundled tune play, in place of a jam that waits for its first note."`
	Stop   ctlStopCmd   `cmd:"" help:"End the jam and record it; the next one waits for its first note."`
	Link   ctlLinkCmd   `cmd:"" help:"Print a link that opens the page; it works once."`
}

type (
	ctlStatusCmd struct {
		JSON bool `help:"Print JSON."`
	}
	ctlParamsCmd struct {
		JSON bool `help:"Print JSON."`
	}
	ctlSetCmd struct {
		Settings []string `arg:"" name:"name=value" help:"Settings as 'jamd ctl params' names them."`
	}
	ctlSaveCmd struct {
		Name string `arg:"" help:"The setting, as 'jamd ctl params' names it."`
	}
	ctlTapCmd   struct{}
	ctlOneCmd   struct{}
	ctlPanicCmd struct{}
	ctlStartCmd struct{}
	ctlDemoCmd  struct{}
	ctlStopCmd  struct{}
	ctlLinkCmd  struct{}
)

func (c *ctlStatusCmd) Run(ctx context.Context, to console) error {
	var s ui.Status
	if err := askJam(ctx, http.MethodGet, "status", nil, &s); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(to, s)
	}
	switch {
	case s.Jam == nil:
		fmt.Fprintln(to.Out, "between two jams")
		return nil
	case s.Started:
		fmt.Fprint(to.Out, "playing")
	case s.Jam.WaitsFor == ui.TheClock:
		fmt.Fprint(to.Out, "waiting for the clock")
	case s.Jam.WaitsFor == ui.TheBeat:
		fmt.Fprint(to.Out, "finding your beat")
	case s.Jam.WaitsFor == ui.FirstNote:
		fmt.Fprint(to.Out, "waiting for the first note")
	default:
		fmt.Fprint(to.Out, "counting in")
	}
	fmt.Fprintf(to.Out, ": %s%s, hears %s, plays %s; %s open\n", s.Jam.Policy, knownTempo(s.Jam.Tempo),
		orNothing(s.Jam.In), orNothing(s.Jam.Out), english.Plural(s.Pages, "page", ""))
	if s.Jam.Blind {
		fmt.Fprintf(to.Out, "a blind jam: the policy is hidden; %s\n", revealing("last"))
	}
	return nil
}

// knownTempo returns the text for a tempo, or "" if it is not known.
func knownTempo(bpm float64) string {
	if bpm == 0 {
		return ""
	}
	return fmt.Sprintf(" at %.4g BPM", bpm)
}

func orNothing(port string) string {
	if port == "" {
		return "the page"
	}
	return port
}

func (c *ctlParamsCmd) Run(ctx context.Context, to console) error {
	var params []ui.Param
	if err := askJam(ctx, http.MethodGet, "params", nil, &params); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(to, params)
	}
	for _, p := range params {
		fmt.Fprintf(to.Out, "%-20s %s\n", p.Name+"="+p.Value, p.Help)
		if p.Fixed != "" {
			fmt.Fprintf(to.Out, "%-20s (not now: %s)\n", "", p.Fixed)
		}
	}
	return nil
}

func (c *ctlSetCmd) Run(ctx context.Context, _ console) error {
	for _, s := range c.Settings {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return usage.Errorf("%q: must be NAME=VALUE, such as temperature=0.8", s)
		}
		if err := askJam(ctx, http.MethodPut, "params/"+url.PathEscape(name), ui.Value{Value: value}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (c *ctlSaveCmd) Run(ctx context.Context, to console) error {
	var saved ui.Saved
	if err := askJam(ctx, http.MethodPost, "params/"+url.PathEscape(c.Name)+"/default", nil, &saved); err != nil {
		return err
	}
	fmt.Fprintf(to.Out, "saved %s in %s\n", saved.Line, saved.File)
	return nil
}

func (ctlTapCmd) Run(ctx context.Context) error { return act(ctx, jam.ParamTap) }
func (ctlOneCmd) Run(ctx context.Context) error { return act(ctx, jam.ParamOne) }

// act triggers an action, which has no value.
func act(ctx context.Context, p jam.Param) error {
	return askJam(ctx, http.MethodPut, "params/"+p.String(), ui.Value{}, nil)
}

func (ctlPanicCmd) Run(ctx context.Context) error {
	return askJam(ctx, http.MethodPost, "panic", nil, nil)
}
func (ctlStartCmd) Run(ctx context.Context) error {
	return askJam(ctx, http.MethodPost, "start", nil, nil)
}
func (ctlDemoCmd) Run(ctx context.Context) error {
	return askJam(ctx, http.MethodPost, "demo", nil, nil)
}
func (ctlStopCmd) Run(ctx context.Context) error {
	return askJam(ctx, http.MethodPost, "stop", nil, nil)
}

func (ctlLinkCmd) Run(ctx context.Context, to console) error {
	link, err := pageLink(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(to.Out, link)
	return nil
}

// askJam sends a request to the jam that this user started last.
func askJam(ctx context.Context, method, path string, body, into any) error {
	file, err := live.PagePlace()
	if err != nil {
		return usage.Error(err)
	}
	place, err := ui.ReadPlace(file)
	if err != nil {
		return usage.Error(err)
	}
	return place.Ask(ctx, method, path, body, into)
}
