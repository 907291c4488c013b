package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"jamd/jam"
	"jamd/midiio"
)

type learnCmd struct {
	Setting string        `arg:"" help:"What the knob or key is to steer, such as temperature, tap or panic ('jamd ctl params' lists all); or NAME=VALUE, such as style=arpeggio."`
	In      string        `placeholder:"NAME" help:"Port of the knob or key, or an unambiguous part of its name."`
	From    string        `placeholder:"TRIGGER" help:"Do not listen: it is this one, such as 'cc 74 ch 1' or 'note 36 ch 10'."`
	For     time.Duration `default:"30s" placeholder:"DURATION" help:"Listen for this long (${default})."`
}

func (c *learnCmd) Run(ctx context.Context, to console, flags *configFlags) error {
	if _, err := parseEffect(c.Setting); err != nil {
		return asInput(err)
	}
	path, _, err := flags.path()
	if err != nil {
		return asInput(err)
	}
	file, err := readConfigFile(path)
	if err != nil {
		return asInput(err)
	}
	t, err := c.trigger(ctx, to)
	if err != nil {
		return err
	}
	text, err := t.with(file, c.Setting)
	if err != nil {
		return asInput(err)
	}
	if err := rewrite(path, text); err != nil {
		return err
	}
	fmt.Fprintf(to.Out, "%v steers %s, in %s\n", t, c.Setting, path)
	return nil
}

// readConfigFile reads a file to be changed; one that is not there is empty.
func readConfigFile(path string) (*configFile, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return parseConfig(path, text)
}

// trigger is the one given, or the next that comes.
func (c *learnCmd) trigger(ctx context.Context, to console) (trigger, error) {
	switch {
	case c.From != "" && c.In != "":
		return trigger{}, asInput(errors.New("--from and --in exclude each other"))
	case c.From != "":
		t, err := parseTrigger(c.From)
		return t, asInput(err)
	case c.In == "":
		return trigger{}, asInput(errors.New("give the port of the knob or key with --in; 'jamd ports' lists them"))
	}
	events := jam.NewQueue[jam.Event](learnedLength)
	began := time.Now()
	in, err := source{port: c.In}.open(func() time.Duration { return time.Since(began) },
		func(e jam.Event) { events.TrySend(e) }, midiio.Keeping{})
	if err != nil {
		return trigger{}, asInput(err)
	}
	defer in.Close()
	fmt.Fprintf(to.Out, "Turn the knob or strike the key of %s that is to steer %s.\n", in.Info().Name, c.Setting)
	ctx, cancel := context.WithTimeout(ctx, c.For)
	defer cancel()
	return next(ctx, events)
}

// next is the next trigger among events.
func next(ctx context.Context, events *jam.Queue[jam.Event]) (trigger, error) {
	for {
		select {
		case e := <-events.C():
			if t, ok := triggerOf(e); ok {
				return t, nil
			}
		case <-ctx.Done():
			return trigger{}, errNothingLearned
		}
	}
}
