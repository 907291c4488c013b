package main

import (
	"context"
	"fmt"
	"time"

	"jamd/config"
	"jamd/jam"
	"jamd/learn"
	"jamd/live"
	"jamd/midiio"
	"jamd/ui"
	"jamd/usage"
)

type learnCmd struct {
	Setting string        `arg:"" help:"What the knob or key sets, such as temperature, tap or panic ('jamd ctl params' lists all); or NAME=VALUE, such as style=arpeggio or preset=waltz."`
	In      string        `placeholder:"NAME" help:"Port of the knob or key, or an unambiguous part of its name."`
	From    string        `placeholder:"TRIGGER" help:"Use this controller, key or program (1 to 128) instead of listening for one, such as 'cc 74 ch 1', 'note 36 ch 10' or 'program 5'."`
	For     time.Duration `default:"30s" placeholder:"DURATION" help:"Listen this long (${default})."`

	Configured configFlags `embed:""`
}

func (c *learnCmd) Run(ctx context.Context, to console) error {
	target, err := learn.ParseTarget(c.Setting)
	if err != nil {
		return usage.Error(err)
	}
	path, _, err := c.Configured.File.path()
	if err != nil {
		return usage.Error(err)
	}
	if _, err := config.Read(path); err != nil { // before the user turns a knob
		return usage.Error(err)
	}
	t, err := c.trigger(ctx, to, target)
	if err != nil {
		return err
	}
	if _, err := t.Target(c.Setting); err != nil {
		return usage.Error(err)
	}
	_, where, err := config.NewDefaults(path, c.Configured.Profile, nil).Learn(t, c.Setting)
	if err != nil {
		return err
	}
	printLearned(to, ui.Learned{Trigger: t.String(), Target: c.Setting, File: where})
	return nil
}

// printLearned prints what a trigger changes now.
func printLearned(to console, l ui.Learned) {
	target, where := l.Target, "in "+l.File
	if target == "" {
		target = "nothing"
	}
	if l.File == "" {
		where = "until jamd ends"
	}
	fmt.Fprintf(to.Out, "%s sets %s, %s\n", l.Trigger, target, where)
}

// trigger returns the trigger that --from names, or the next one that arrives at --in.
func (c *learnCmd) trigger(ctx context.Context, to console, target learn.Target) (learn.Trigger, error) {
	switch {
	case c.From != "" && c.In != "":
		return learn.Trigger{}, usage.Errorf("--from and --in exclude each other")
	case c.From != "":
		t, err := learn.ParseTrigger(c.From)
		if err != nil {
			return t, usage.Errorf("--from %q: %w", c.From, err)
		}
		return t, nil
	case c.In == "":
		return learn.Trigger{}, usage.Errorf("give the port of the knob or key with --in; 'jamd ports' lists them")
	}
	events := jam.NewQueue[jam.Event](learn.QueueLength)
	began := time.Now()
	in, err := live.OpenInput(c.In, func() time.Duration { return time.Since(began) },
		func(e jam.Event) { events.TrySend(e) }, midiio.Reconnect{})
	if err != nil {
		return learn.Trigger{}, usage.Error(err)
	}
	defer in.Close()
	fmt.Fprintf(to.Out, "Turn the knob or press the key of %s that is to set %s.\n", in.Info().Name, c.Setting)
	ctx, cancel := context.WithTimeout(ctx, c.For)
	defer cancel()
	return learn.Next(ctx, events, target)
}
