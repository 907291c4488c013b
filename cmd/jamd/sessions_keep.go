package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"jamd/archive"
	"jamd/midiio"
	"jamd/session"
)

type nameCmd struct {
	sessionArg
	Name string `arg:"" help:"One line of text; '' takes the name away."`
}

func (c *nameCmd) Run(group *sessionsCmd) error {
	_, err := group.note(c.ID, func(n *session.Notes) { n.Name = c.Name })
	return err
}

// The id is one of the arguments, as kong would take a -TAG that follows another argument for a flag.
type tagCmd struct {
	Args []string `arg:"" name:"id +tag -tag" passthrough:"" help:"A session, and then +TAG to put a tag on it, -TAG to take one off."`
}

func (c *tagCmd) Run(group *sessionsCmd) error {
	if len(c.Args) < 2 {
		return asInput(errors.New("nothing to do: give a session, and +TAG or -TAG"))
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
			return asInput(fmt.Errorf("%q: must be +TAG or -TAG", change))
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
	Answers []int `arg:"" name:"answers" placeholder:"1-5" help:"How good it was; or three: how fast it adapted, how much you were in control, how much you enjoyed it. 0 takes an answer away."`
}

func (c *rateCmd) Run(group *sessionsCmd, to console) error {
	a := c.Answers
	switch len(a) {
	case 1:
		a = []int{a[0], a[0], a[0]}
	case 3:
	default:
		return asInput(fmt.Errorf("%d answers: must be one, or three: adaptation, control, enjoyment", len(a)))
	}
	r, err := group.note(c.ID, func(n *session.Notes) { n.Rating = session.Rating{Adaptation: a[0], Control: a[1], Enjoyment: a[2]} })
	if err == nil && len(r.Manifest.Blind) > 0 && !r.Hides() {
		fmt.Fprintf(to.Out, "%s was played by %s\n", r.ID, printable(r.Manifest.Policy.Name))
	}
	return err
}

type pinCmd struct {
	sessionArg
	Off bool `help:"Let it go again."`
}

func (c *pinCmd) Run(group *sessionsCmd) error {
	_, err := group.note(c.ID, func(n *session.Notes) { n.Pinned = !c.Off })
	return err
}

// note changes what is said of a session.
func (c *sessionsCmd) note(id string, change func(*session.Notes)) (*session.Record, error) {
	r, err := c.find(id)
	if err != nil {
		return nil, err
	}
	n := r.Notes
	change(&n)
	if err := n.Check(); err != nil {
		return nil, asInput(err)
	}
	err = r.SetNotes(n)
	return r, err
}

type deleteCmd struct {
	IDs []string `arg:"" name:"id" placeholder:"ID" help:"Ids, or beginnings of them; 'last' for the newest."`
	Yes bool     `help:"Ask nothing."`
}

func (c *deleteCmd) Run(group *sessionsCmd, to console) error {
	var records []*session.Record
	for _, id := range c.IDs {
		r, err := group.find(id)
		if err != nil {
			return err
		}
		records = append(records, r)
	}
	for _, r := range records {
		b := r.Brief()
		question := fmt.Sprintf("delete session %s of %s, %s long, for good?", printable(strings.TrimSpace(r.ID+" "+said(&b))),
			when(b.Start), b.Length().Round(time.Second))
		if !c.Yes && !confirmed(to, question) {
			return asInput(fmt.Errorf("session %s is kept: answer y, or give --yes", r.ID))
		}
		if err := r.Delete(); err != nil {
			return err
		}
		fmt.Fprintln(to.Out, "deleted", r.ID)
	}
	return nil
}

// confirmed asks the user. No answer is no.
func confirmed(to console, question string) bool {
	fmt.Fprintf(to.Err, "%s [y/N] ", question)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

type pruneCmd struct {
	OlderThan age       `placeholder:"30d" help:"Sessions begun longer ago than this go: hours (h), days (d), weeks (w)."`
	MaxSize   byteCount `placeholder:"2GB" help:"The oldest go until all together take no more than this."`
	Yes       bool      `help:"Do it. Without, it is only told what would go."`
}

func (c *pruneCmd) Run(group *sessionsCmd, to console) error {
	if c.OlderThan == 0 && c.MaxSize == 0 {
		return asInput(errors.New("nothing to do: give --older-than, --max-size, or both"))
	}
	a, err := group.archive()
	if err != nil {
		return err
	}
	all, err := a.List()
	if err != nil {
		return err
	}
	gone := session.Limits{Age: time.Duration(c.OlderThan), Bytes: int64(c.MaxSize)}.Prune(all, time.Now())
	var sum int64
	for i := range gone {
		b := &gone[i]
		sum += b.Bytes
		fmt.Fprintf(to.Out, "%s  %s  %s  %s\n", b.ID, when(b.Start), humanize.IBytes(uint64(b.Bytes)), said(b))
		if !c.Yes {
			continue
		}
		if err := archive.Delete(a, b.ID); err != nil {
			return err
		}
	}
	if c.Yes {
		fmt.Fprintf(to.Out, "%d of %d sessions deleted, %s\n", len(gone), len(all), humanize.IBytes(uint64(sum)))
		return nil
	}
	fmt.Fprintf(to.Out, "%d of %d sessions would be deleted, %s; --yes does it. Pinned ones stay.\n",
		len(gone), len(all), humanize.IBytes(uint64(sum)))
	return nil
}

// An age reads as a number of hours, days or weeks: 12h, 30d, 2w.
type age time.Duration

func (a *age) UnmarshalText(text []byte) error {
	units := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	if n := len(text) - 1; n > 0 && units[text[n]] > 0 {
		unit := units[text[n]]
		if x, err := strconv.ParseUint(string(text[:n]), 10, 16); err == nil && x > 0 {
			*a = age(time.Duration(x) * unit)
			return nil
		}
	}
	return fmt.Errorf("%q is no age such as 12h, 30d or 2w", text)
}

// A byteCount reads as 500MB, 2GB or 1.5GiB.
type byteCount int64

func (b *byteCount) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n == 0 || n > 1<<62 {
		return fmt.Errorf("%q is no size such as 500MB or 2GB", text)
	}
	*b = byteCount(n)
	return nil
}

type importCmd struct {
	Folders []string `arg:"" name:"folder" placeholder:"DIR" help:"Folders of sessions, such as 20260131-201500-4f9a1c."`
}

func (c *importCmd) Run(group *sessionsCmd, to console) error {
	a, err := group.archive()
	if err != nil {
		return err
	}
	for _, dir := range c.Folders {
		r, err := a.Import(dir)
		if err != nil {
			return asInput(err)
		}
		fmt.Fprintln(to.Out, "imported", r.ID)
	}
	return nil
}

type repairCmd struct {
	sessionsArg
}

func (c *repairCmd) Run(group *sessionsCmd, to console) error {
	records, broken, err := group.choose(to, &c.sessionsArg)
	if err != nil {
		return err
	}
	failed := len(broken)
	for _, r := range records {
		m, err := r.Repair(true, midiio.WriteTake)
		if err != nil && !c.all() {
			return err
		}
		if err != nil {
			failed++
			to.Log.Error().Msg(err.Error())
			continue
		}
		fmt.Fprintf(to.Out, "%s: %d bytes cut off the log, %s of %d frames\n", r.ID, m.Cut, session.MIDIFile, m.Frames)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d sessions could not be repaired", failed, len(records)+len(broken))
	}
	return nil
}
