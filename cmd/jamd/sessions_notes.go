package main

import (
	"errors"
	"fmt"
	"strings"

	"jamd/session"
	"jamd/usage"
)

type nameCmd struct {
	sessionArg
	Name string `arg:"" help:"One line of text; \"\" removes the name."`
}

func (c *nameCmd) Run(group *sessionsCmd) error {
	_, err := group.note(c.ID, func(n *session.Notes) { n.Name = c.Name })
	return err
}

// A tagCmd has the session's id among its arguments, because kong would read a -TAG after another argument as a flag.
type tagCmd struct {
	Args []string `arg:"" name:"id +tag -tag" passthrough:"" help:"A session, then +TAG to add a tag, -TAG to remove one."`
}

func (c *tagCmd) Run(group *sessionsCmd) error {
	if len(c.Args) < 2 {
		return usage.Errorf("nothing to do: give a session, and +TAG or -TAG")
	}
	var add, remove []string
	for _, change := range c.Args[1:] {
		tag, on := strings.CutPrefix(change, "+")
		off := false
		if !on {
			tag, off = strings.CutPrefix(change, "-")
		}
		switch {
		case tag == "" || !on && !off:
			return usage.Errorf("%q: must be +TAG or -TAG", change)
		case on:
			add = append(add, tag)
		default:
			remove = append(remove, tag)
		}
	}
	_, err := group.note(c.Args[0], func(n *session.Notes) { n.Tag(add, remove) })
	return err
}

type rateCmd struct {
	sessionArg
	Answers []int   `arg:"" name:"answers" placeholder:"1-5" help:"How good it was; or three answers: how fast jamd adapted, how much you were in control, how much you enjoyed it. 0 removes an answer. A blind jam wants three."`
	Comment *string `placeholder:"TEXT" help:"A comment in your own words; \"\" removes it."`
}

func (c *rateCmd) Run(group *sessionsCmd, to console) error {
	r, err := group.find(c.ID)
	if err != nil {
		return err
	}
	rating := session.Rating{Comment: r.Notes.Rating.Comment}
	switch a := c.Answers; {
	case len(a) == 3:
		rating.Adaptation, rating.Control, rating.Enjoyment = a[0], a[1], a[2]
	case len(a) == 1 && !r.Hides():
		rating.Adaptation, rating.Control, rating.Enjoyment = a[0], a[0], a[0]
	case len(a) == 1: // MayRate says what is missing
	default:
		return usage.Errorf("%d answers: must be one, or three: adaptation, control, enjoyment", len(a))
	}
	if c.Comment != nil {
		rating.Comment = strings.TrimSpace(*c.Comment)
	}
	if err := r.MayRate(rating); errors.Is(err, session.ErrUnanswered) {
		return usage.Errorf("session %s %w: %s", r.ID, err, rateSo(c.ID))
	} else if err != nil {
		return usage.Errorf("session %s %w", r.ID, err)
	}
	if r, err = group.note(c.ID, func(n *session.Notes) { n.Rating = rating }); err == nil && len(r.Manifest.Blind) > 0 && !r.Hides() {
		fmt.Fprintf(to.Out, "%s was played by %s\n", r.ID, printable(r.Manifest.Policy.Name))
	}
	return err
}

type pinCmd struct {
	sessionArg
	Off bool `help:"Unpin it."`
}

func (c *pinCmd) Run(group *sessionsCmd) error {
	_, err := group.note(c.ID, func(n *session.Notes) { n.Pinned = !c.Off })
	return err
}

// note changes the notes of a session: its name, tags, rating or pin.
func (c *sessionsCmd) note(id string, change func(*session.Notes)) (*session.Record, error) {
	r, err := c.find(id)
	if err != nil {
		return nil, err
	}
	n := r.Notes
	change(&n)
	if err := r.CheckNotes(n); err != nil {
		return nil, usage.Error(err)
	}
	err = r.SetNotes(n)
	return r, err
}
