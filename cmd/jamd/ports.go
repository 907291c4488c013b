package main

import (
	"errors"
	"fmt"

	"github.com/rs/zerolog"

	"jamd/jam"
	"jamd/midiio"
)

type portsCmd struct {
	JSON bool `help:"Print one JSON object."`
}

func (c *portsCmd) Run(to console) error {
	ins, outs, err := midiio.List()
	if err != nil && !(c.JSON && errors.Is(err, midiio.ErrNoSequencer)) {
		return err
	}
	if c.JSON {
		return printJSON(to, map[string][]midiio.PortInfo{"in": orEmpty(ins), "out": orEmpty(outs)})
	}
	for _, kind := range []struct {
		title, flag string
		ports       []midiio.PortInfo
	}{{"jamd can hear", "--in", ins}, {"jamd can play to", "--out", outs}} {
		fmt.Fprintf(to.Out, "%s (%s NAME, or a part of it that no other port has):\n", kind.title, kind.flag)
		for _, p := range kind.ports {
			fmt.Fprintf(to.Out, "  %s\n", p)
		}
		if len(kind.ports) == 0 {
			fmt.Fprintln(to.Out, "  nothing: plug in a keyboard or synth, or start the program that has the port")
		}
	}
	return nil
}

// orEmpty returns a list that JSON has as [] if it has nothing, and not as null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// tellChanges says what befalls the ports of a jam as it happens, here and on its pages, until stop is called.
func tellChanges(changes *jam.Queue[midiio.Change], to console, page *page) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case c := <-changes.C():
				level := zerolog.WarnLevel
				if c.What == midiio.Back {
					level = zerolog.InfoLevel
				}
				to.Log.WithLevel(level).Msg(c.String())
				page.notice(c.String())
			case <-end:
				return
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}
