package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"jamd/ui"
	"jamd/usage"
)

type (
	ctlUndoCmd   struct{}
	ctlPresetCmd struct {
		Name string `arg:"" optional:"" help:"The preset. Without a name the presets are listed."`
		Keep bool   `help:"Save the settings of the music, with tempo and meter, as this preset."`
	}
)

func (ctlUndoCmd) Run(ctx context.Context, to console) error {
	return changeAll(ctx, to, "undo")
}

func (c *ctlPresetCmd) Run(ctx context.Context, to console) error {
	switch path := "presets/" + url.PathEscape(c.Name); {
	case c.Name == "" && c.Keep:
		return usage.Errorf("--keep needs a name for the preset, such as 'jamd ctl preset waltz --keep'")
	case c.Name == "":
		var names []string
		if err := askJam(ctx, http.MethodGet, "presets", nil, &names); err != nil {
			return err
		}
		for _, name := range names {
			fmt.Fprintln(to.Out, name)
		}
		return nil
	case c.Keep:
		var saved ui.Saved
		if err := askJam(ctx, http.MethodPut, path, nil, &saved); err != nil {
			return err
		}
		fmt.Fprintf(to.Out, "saved %s in %s\n", saved.Line, saved.File)
		return nil
	default:
		return changeAll(ctx, to, path)
	}
}

// changeAll asks for a change of several settings, and prints what was set and what could not be.
func changeAll(ctx context.Context, to console, path string) error {
	var changes ui.Changes
	if err := askJam(ctx, http.MethodPost, path, nil, &changes); err != nil {
		return err
	}
	for _, v := range changes.Set {
		fmt.Fprintf(to.Out, "%s=%s\n", v.Name, v.Value)
	}
	for _, left := range changes.Left {
		fmt.Fprintf(to.Err, "jamd: not set: %v\n", left)
	}
	return nil
}
