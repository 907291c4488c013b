package main

import (
	"errors"
	"fmt"

	"jamd/midiio"
)

type portsCmd struct {
	JSON bool `help:"Print one JSON object."`
}

// A portList is what --json prints.
type portList struct {
	In    []midiio.PortInfo `json:"in"`
	Out   []midiio.PortInfo `json:"out"`
	Error string            `json:"error,omitempty"` // why there are none
}

func (c *portsCmd) Run(to console) error {
	ins, outs, err := midiio.List()
	if c.JSON {
		listed := portList{In: orEmpty(ins), Out: orEmpty(outs)}
		if err != nil {
			listed.Error = err.Error()
		}
		return errors.Join(printJSON(to, listed), err)
	}
	if err != nil {
		return err
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
