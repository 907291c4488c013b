package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"jamd/archive"
	"jamd/session"
	"jamd/usage"
)

type deleteCmd struct {
	IDs []string `arg:"" name:"id" placeholder:"ID" help:"Ids, or beginnings of them; 'last' for the newest."`
	Yes bool     `help:"Do not ask."`
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
			return usage.Errorf("session %s is not deleted: answer y, or give --yes", r.ID)
		}
		if err := r.Delete(); err != nil {
			return err
		}
		fmt.Fprintln(to.Out, "deleted", r.ID)
	}
	return nil
}

// confirmed asks the user a question. It returns false if there is no answer.
func confirmed(to console, question string) bool {
	fmt.Fprintf(to.Err, "%s [y/N] ", question)
	answer, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

type pruneCmd struct {
	OlderThan age       `placeholder:"30d" help:"Delete sessions that began longer ago than this: hours (h), days (d), weeks (w)."`
	MaxSize   byteCount `placeholder:"2GB" help:"Delete the oldest sessions until all together take no more than this."`
	Yes       bool      `help:"Do it. Without it, only list what would be deleted."`
}

func (c *pruneCmd) Run(group *sessionsCmd, to console) error {
	if c.OlderThan == 0 && c.MaxSize == 0 {
		return usage.Errorf("nothing to do: give --older-than, --max-size, or both")
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
		fmt.Fprintf(to.Out, "%d of %s deleted, %s\n", len(gone), english.Plural(len(all), "session", ""), humanize.IBytes(uint64(sum)))
		return nil
	}
	fmt.Fprintf(to.Out, "%d of %s would be deleted, %s; add --yes to delete them. Pinned ones stay.\n",
		len(gone), english.Plural(len(all), "session", ""), humanize.IBytes(uint64(sum)))
	return nil
}

// An age is a number of hours, days or weeks, written 12h, 30d or 2w.
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
	return fmt.Errorf("%q is not an age such as 12h, 30d or 2w", text)
}

// A byteCount is a size, written 500MB, 2GB or 1.5GiB.
type byteCount int64

func (b *byteCount) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if unit := text[max(len(text)-1, 0):]; err != nil || n == 0 || n > 1<<62 || bytes.ContainsAny(unit, "0123456789.") { // nobody means 2 bytes by 2
		return fmt.Errorf("%q is not a size such as 500MB or 2GB", text)
	}
	*b = byteCount(n)
	return nil
}
