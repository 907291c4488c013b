package main

import (
	"errors"
	"fmt"

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
	}{{"input ports", "--in", ins}, {"output ports", "--out", outs}} {
		fmt.Fprintf(to.Out, "%s (%s NAME, or a part of the name that no other port has):\n", kind.title, kind.flag)
		for _, p := range kind.ports {
			fmt.Fprintf(to.Out, "  %s\n", p)
		}
		if len(kind.ports) == 0 {
			fmt.Fprintln(to.Out, "  none: plug in a keyboard or synth, or start the program that has the port")
		}
	}
	return nil
}

// orEmpty returns an empty list for nil, because JSON writes nil as null and not as [].
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
