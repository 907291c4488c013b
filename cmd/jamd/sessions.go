package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"jamd/session"
	"jamd/usage"
)

// sessionsCmd groups the commands for recorded sessions.
type sessionsCmd struct {
	SessionDir string `placeholder:"DIR" help:"Folder of the sessions (else in the user's state folder)."`

	List   listCmd   `cmd:"" default:"withargs" help:"List the sessions, the newest last; 'jamd sessions' alone does so too."`
	Report reportCmd `cmd:"" help:"Write a report of a session, or of many compared by policy, as one HTML file."`
	Show   showCmd   `cmd:"" help:"Print what a session was, and its figures."`
	Export exportCmd `cmd:"" help:"Export sessions: MIDI, a lead sheet, tables for pandas and DuckDB, sound."`
	Replay replayCmd `cmd:"" help:"Play a session again and compare each chord; or hear what another policy would have played."`
	Name   nameCmd   `cmd:"" help:"Give a session a name."`
	Tag    tagCmd    `cmd:"" help:"Add tags to a session, or remove them."`
	Rate   rateCmd   `cmd:"" help:"Rate a session, 1 to 5: overall, or how fast jamd adapted, how much you were in control, how much you enjoyed it."`
	Pin    pinCmd    `cmd:"" help:"Protect a session from being pruned."`
	Delete deleteCmd `cmd:"" help:"Delete sessions for good."`
	Prune  pruneCmd  `cmd:"" help:"Delete old sessions until the rest is within a limit."`
	Import importCmd `cmd:"" help:"Copy sessions from elsewhere into your own."`
	Repair repairCmd `cmd:"" help:"Make the MIDI file of a session again from its log."`

	Configured configFlags `embed:""`
}

// archive opens the folder of sessions.
func (c *sessionsCmd) archive() (*session.Archive, error) {
	a, err := session.OpenArchive(c.SessionDir)
	return a, usage.Error(err)
}

type listCmd struct {
	Only    sessionFilter `embed:""`
	Sort    string        `default:"start" enum:"start,length,tempo,key,policy,rating,size,name" placeholder:"start|length|tempo|key|policy|rating|size|name" help:"Order (${default})."`
	Reverse bool          `help:"Reverse the order."`
	JSON    bool          `help:"Print one JSON array."`
}

func (c *listCmd) Run(group *sessionsCmd, to console) error {
	a, err := group.archive()
	if err != nil {
		return err
	}
	all, err := a.List()
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(b session.Brief) bool { return !c.Only.has(&b) })
	slices.SortStableFunc(all, orders[c.Sort])
	if c.Reverse {
		slices.Reverse(all)
	}
	if c.JSON {
		if all == nil {
			all = []session.Brief{}
		}
		return printJSON(to, all)
	}
	table := tabwriter.NewWriter(to.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tSTARTED\tLENGTH\tTEMPO\tKEY\tPOLICY\tCHORDS\tMISSES\tRATING\tNAME AND TAGS")
	for i := range all {
		b := &all[i]
		fmt.Fprintf(table, "%s\t%s\t%s\t%.4g\t%s\t%s\t%d\t%d\t%s\t%s\n", b.ID, when(b.Start), b.Length().Round(time.Second), b.Tempo, orDash(b.Key),
			b.Policy, b.Chords, b.Misses, stars(b.Rating), said(b))
	}
	if slices.ContainsFunc(all, func(b session.Brief) bool { return b.Policy == session.Hidden && !b.TooShort }) {
		to.Log.Info().Msg("the policy of a blind jam is hidden: " + revealing("ID"))
	}
	return table.Flush()
}

var orders = map[string]func(a, b session.Brief) int{
	"start":  func(a, b session.Brief) int { return a.Order.Compare(b.Order) },
	"length": func(a, b session.Brief) int { return int(a.Length() - b.Length()) },
	"tempo":  func(a, b session.Brief) int { return int(1e3*a.Tempo) - int(1e3*b.Tempo) },
	"key":    func(a, b session.Brief) int { return strings.Compare(a.Key, b.Key) },
	"policy": func(a, b session.Brief) int { return strings.Compare(a.Policy, b.Policy) },
	"rating": func(a, b session.Brief) int { return cmp.Compare(a.Rating.Mean(), b.Rating.Mean()) },
	"size":   func(a, b session.Brief) int { return int(a.Bytes - b.Bytes) },
	"name":   func(a, b session.Brief) int { return strings.Compare(a.Name, b.Name) },
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

// revealing says how the user learns the hidden policy of a session.
func revealing(id string) string {
	return "rate the jam to learn who played: on the page, or " + rateSo(id)
}

// rateSo shows how to rate a blind jam.
func rateSo(id string) string {
	return fmt.Sprintf("'jamd sessions rate %s 4 3 5' (how fast it adapted, your control, your enjoyment, each 1 to 5)", id)
}

func orDash(text string) string { return cmp.Or(text, "-") }

func stars(r session.Rating) string { return strings.Repeat("*", int(math.Round(r.Mean()))) }

// said returns the text of a session's last column: marks, name and tags.
func said(b *session.Brief) string {
	var words []string
	if b.Problem != "" {
		return printable("cannot be read: " + b.Problem)
	}
	if b.Pinned {
		words = append(words, "[pinned]")
	}
	if b.Offline {
		words = append(words, "[offline]")
	}
	if b.Recording {
		words = append(words, "[being recorded]")
	} else if !b.Ended {
		words = append(words, "[broken off]")
	}
	if place := b.Trial.String(); place != "" {
		words = append(words, "["+place+"]")
	}
	if b.TooShort {
		words = append(words, "[too short to judge]")
	}
	if b.Name != "" {
		words = append(words, b.Name)
	}
	for _, tag := range b.Tags {
		words = append(words, "#"+tag)
	}
	return printable(strings.Join(words, " "))
}

// printable replaces each character of a text that a terminal would interpret.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if !strconv.IsPrint(c) {
			return '?'
		}
		return c
	}, text)
}
