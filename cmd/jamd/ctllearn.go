package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"jamd/learn"
	"jamd/ui"
	"jamd/usage"
)

type ctlLearnCmd struct {
	Setting string        `arg:"" optional:"" help:"What the knob or key sets, such as temperature, tap or panic ('jamd ctl params' lists all); or NAME=VALUE, such as style=arpeggio or preset=waltz. Without one, what is learned is listed."`
	From    string        `placeholder:"TRIGGER" help:"Use this controller, key or program (1 to 128) instead of listening for one, such as 'cc 74 ch 1', 'note 36 ch 10' or 'program 5'."`
	For     time.Duration `default:"30s" placeholder:"DURATION" help:"Listen this long (${default})."`
	Forget  string        `placeholder:"TRIGGER" help:"Forget what this controller, key or program sets, written as it is listed."`
	Undo    bool          `help:"Take back what was learned or forgotten last."`
	JSON    bool          `help:"Print JSON."`
}

func (c *ctlLearnCmd) Run(ctx context.Context, to console) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Setting == "" && c.Forget == "" && !c.Undo {
		return c.list(ctx, to)
	}
	learned, err := c.change(ctx, to)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(to, learned)
	}
	printLearned(to, learned)
	return nil
}

// check returns an error if flags exclude each other.
func (c *ctlLearnCmd) check() error {
	given := 0
	for _, on := range []bool{c.Setting != "", c.Forget != "", c.Undo} {
		if on {
			given++
		}
	}
	switch {
	case given > 1:
		return usage.Errorf("give a setting, --forget or --undo: one at a time")
	case c.From != "" && c.Setting == "":
		return usage.Errorf("--from: say what %s is to set, such as 'jamd ctl learn temperature --from \"%s\"'", c.From, c.From)
	case c.For <= 0:
		return usage.Errorf("--for %v: must be more than 0, such as 30s", c.For)
	}
	return nil
}

// change asks the jam for what the flags say, and returns what the trigger sets now.
func (c *ctlLearnCmd) change(ctx context.Context, to console) (learned ui.Learned, err error) {
	switch {
	case c.Undo:
		err = askJam(ctx, http.MethodPost, "learned/undo", nil, &learned)
		return learned, err
	case c.Forget != "":
		err = askJam(ctx, http.MethodDelete, "learned/"+url.PathEscape(c.Forget), nil, &learned)
		return learned, err
	}
	wanted := ui.Learned{Trigger: c.From, Target: c.Setting}
	if c.From == "" {
		if _, err := learn.ParseTarget(c.Setting); err != nil {
			return learned, usage.Error(err) // before the user turns a knob
		}
		fmt.Fprintf(to.Err, "Turn the knob or press the key that is to set %s.\n", c.Setting)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	err = askJam(ctx, http.MethodPost, "learned", wanted, &learned)
	if err != nil && ctx.Err() != nil { // --for is over, or the user gave up
		err = learn.ErrNothing
	}
	return learned, err
}

func (c *ctlLearnCmd) list(ctx context.Context, to console) error {
	var all []ui.Learned
	if err := askJam(ctx, http.MethodGet, "learned", nil, &all); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(to, all)
	}
	for _, l := range all {
		fmt.Fprintf(to.Out, "%-20s %s\n", l.Trigger, l.Target)
	}
	if len(all) == 0 {
		fmt.Fprintln(to.Err, "nothing is learned yet: 'jamd ctl learn temperature', and turn a knob")
	}
	return nil
}
