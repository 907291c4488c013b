package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"jamd/model"
)

type policiesCmd struct {
	JSON bool `help:"Print one JSON array."`
}

func (c *policiesCmd) Run(to console) error {
	policies, err := model.List()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(to, policies)
	}
	table := tabwriter.NewWriter(to.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tPLAYS\tMETHOD\tPARAMETERS\tSIZE\tCHORDS\tCORPORA\tLICENCE")
	for _, p := range policies {
		fmt.Fprintf(table, "%s\t%v\t%s\t%.2f M\t%.1f MB\t%d\t%s\t%s\n", p.Name, p.Plays, p.Method, float64(p.Parameters)/1e6,
			float64(p.Bytes)/1e6, len(p.Vocabulary), strings.Join(p.Corpora, ", "), p.Licence)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, p := range policies {
		figures, err := json.MarshalIndent(p.Figures, "  ", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(to.Out, "\n%s: %s\n  figures %s\n", p.Name, p.Card, figures)
	}
	return nil
}

// printJSON prints a value as indented JSON.
func printJSON(to console, value any) error {
	encoder := json.NewEncoder(to.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
