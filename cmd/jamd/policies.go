package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"jamd/model"
	"jamd/usage"
)

// policiesCmd is the group of commands for policies and agents.
type policiesCmd struct {
	List   policiesListCmd   `cmd:"" default:"withargs" help:"List the policies and agents: those that come with jamd and your own."`
	Info   policiesInfoCmd   `cmd:"" help:"Print what a policy says about itself: training, data, licence, figures."`
	Add    policiesAddCmd    `cmd:"" help:"Add a policy of your own: check it, then copy it to your folder."`
	Remove policiesRemoveCmd `cmd:"" help:"Remove policies of your own."`
	Verify policiesVerifyCmd `cmd:"" help:"Check that policies are as they were added, meet the contract, and run."`
}

type policiesListCmd struct {
	JSON bool `help:"Print one JSON array."`
}

func (c *policiesListCmd) Run(to console) error {
	policies, problem := model.List()
	if c.JSON {
		return errors.Join(printJSON(to, orEmpty(policies)), problem)
	}
	table := tabwriter.NewWriter(to.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tPLAYS\tMETHOD\tPARAMETERS\tSIZE\tCHORDS\tLICENCE\tFROM")
	for i := range policies {
		p := &policies[i]
		fmt.Fprintf(table, "%s\t%v\t%s\t%.2f M\t%.1f MB\t%d\t%s\t%s\n", p.Name, p.Plays, printable(p.Method), float64(p.Parameters)/1e6,
			float64(p.Bytes)/1e6, len(p.Vocabulary), printable(p.Licence), cmp.Or(p.Path, "jamd"))
	}
	err := errors.Join(table.Flush(), problem)
	if elsewhere := model.Elsewhere(); len(elsewhere) > 0 {
		fmt.Fprintf(to.Err, "not installed: %s; they are in the package jamd-policies, beside that of jamd\n", strings.Join(elsewhere, ", "))
	}
	return err
}

// passingOn says what the licences of the corpora mean for whoever gives a policy to others.
const passingOn = "The licence is that of the weights, given by those who made them; the corpora have their own, which the card names. " +
	"Whether those hold for the weights too is an open question of law. If they do, a corpus under the GPL or a share-alike licence asks " +
	"for the same licence, and one without a licence gives no leave at all. Pass the file on with its card."

type policiesInfoCmd struct {
	Policy string `arg:"" placeholder:"NAME|FILE" predictor:"policy-or-agent" help:"Name of a policy or agent, or an .onnx file."`
	JSON   bool   `help:"Print one JSON object."`
}

func (c *policiesInfoCmd) Run(to console) error {
	m, err := model.Describe(c.Policy)
	if err != nil {
		return usage.Error(err)
	}
	if c.JSON {
		return printJSON(to, m)
	}
	figures, err := json.MarshalIndent(m.Figures, "", "  ")
	if err != nil {
		return err
	}
	for _, line := range [][2]string{
		{"name", m.Name}, {"plays", m.Plays.String()}, {"from", cmp.Or(m.Path, "jamd")}, {"method", m.Method},
		{"licence", m.Licence}, {"corpora", strings.Join(m.Corpora, ", ")},
		{"size", fmt.Sprintf("%d bytes, %d parameters, %d chords, hears the last %d frames", m.Bytes, m.Parameters, len(m.Vocabulary), m.Window)},
		{"sha256", m.SHA256}, {"card", m.Card}, {"sharing", passingOn},
	} {
		fmt.Fprintf(to.Out, "%-8s %s\n", line[0], printable(line[1]))
	}
	fmt.Fprintf(to.Out, "figures  %s\n", figures)
	return nil
}

type policiesAddCmd struct {
	File    string `arg:"" placeholder:"FILE.onnx" help:"Policy or agent, as 'train export' writes it."`
	Name    string `placeholder:"NAME" help:"Name to add it under (the one in the file)."`
	Replace bool   `help:"Replace a policy of your own that has this name."`
	OrtLib  string `placeholder:"FILE" help:"ONNX Runtime's shared library, as for 'jamd play'."`

	Configured configFlags `embed:""`
}

func (c *policiesAddCmd) Run(to console) error {
	m, err := model.Add(c.File, c.Name, c.Replace, c.OrtLib)
	if err != nil {
		return usage.Error(err)
	}
	fmt.Fprintf(to.Out, "added %s, which plays %v: %s\nsha256 %s, licence %s\n", m.Name, m.Plays, m.Path, m.SHA256, printable(m.Licence))
	return nil
}

type policiesRemoveCmd struct {
	Names []string `arg:"" name:"name" placeholder:"NAME" help:"Names of policies or agents that you added."`
}

func (c *policiesRemoveCmd) Run(to console) error {
	for _, name := range c.Names {
		if err := model.Remove(name); err != nil {
			return usage.Error(err)
		}
		fmt.Fprintln(to.Out, "removed", name)
	}
	return nil
}

type policiesVerifyCmd struct {
	Policies []string `arg:"" optional:"" name:"policy" placeholder:"NAME|FILE" predictor:"policy-or-agent" help:"Names or .onnx files (all)."`
	OrtLib   string   `placeholder:"FILE" help:"ONNX Runtime's shared library, as for 'jamd play'."`

	Configured configFlags `embed:""`
}

func (c *policiesVerifyCmd) Run(to console) error {
	if len(c.Policies) == 0 {
		c.Policies = append(model.Names(model.Chords), model.Names(model.Melody)...)
	}
	var problems []error
	for _, policy := range c.Policies {
		m, err := model.Verify(policy, c.OrtLib)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		fmt.Fprintf(to.Out, "ok  %-12s %s\n", policy, m.SHA256)
	}
	return errors.Join(problems...)
}

// printJSON prints a value as indented JSON.
func printJSON(to console, value any) error {
	encoder := json.NewEncoder(to.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
