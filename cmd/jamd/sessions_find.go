package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/session"
	"jamd/usage"
)

// A sessionArg names one session on the command line.
type sessionArg struct {
	ID string `arg:"" placeholder:"ID" help:"Id of a session, or the beginning of it; 'last' for the newest; or the path of its folder."`
}

// find opens the session that an argument names.
func (c *sessionsCmd) find(id string) (*session.Record, error) {
	a, err := c.archive()
	if err != nil {
		return nil, err
	}
	r, err := a.Find(id)
	return r, usage.Error(err)
}

// open is find for a command that reads the log. It repairs the session first.
func (c *sessionsCmd) open(to console, id string) (*session.Record, error) {
	r, err := c.find(id)
	if err == nil {
		repair(to, r)
	}
	return r, err
}

// repair makes the missing MIDI files of sessions that were cut off.
func repair(to console, records ...*session.Record) {
	for _, r := range records {
		if r.Recording() {
			continue
		}
		switch m, err := r.Repair(false, midiio.WriteTake); {
		case err != nil:
			to.Log.Warn().Msg(err.Error()) // the session can still be read
		case m.Music:
			to.Log.Warn().Msgf("session %s was broken off: its MIDI file has been made from its log", r.ID)
		}
	}
}

// A sessionsArg names sessions on the command line, or filters all sessions.
type sessionsArg struct {
	IDs  []string      `arg:"" name:"id" placeholder:"ID|all" help:"Sessions: ids, or beginnings of them; 'last' for the newest; paths of folders. Or 'all'."`
	Only sessionFilter `embed:"" group:"Of all sessions, only those"`
}

// all reports whether the argument is "all".
func (s *sessionsArg) all() bool { return len(s.IDs) == 1 && s.IDs[0] == "all" }

// choose opens the sessions that an argument names, each once; if one of them cannot be opened, choose fails. For 'all' it opens
// all sessions that match the filter, except those being recorded. broken then has an error for each session that cannot be read.
func (c *sessionsCmd) choose(to console, which *sessionsArg) (records []*session.Record, broken []error, err error) {
	if which.all() {
		return c.chooseOfAll(to, &which.Only)
	}
	if which.Only.any() {
		return nil, nil, usage.Errorf("filters are for 'all'")
	}
	seen := map[string]bool{}
	for _, id := range which.IDs {
		r, err := c.find(id)
		if err != nil {
			return nil, nil, err
		}
		if !seen[r.ID] {
			seen[r.ID] = true
			records = append(records, r)
		}
	}
	return records, nil, nil
}

func (c *sessionsCmd) chooseOfAll(to console, only *sessionFilter) (records []*session.Record, broken []error, err error) {
	a, err := c.archive()
	if err != nil {
		return nil, nil, err
	}
	briefs, err := a.List()
	if err != nil {
		return nil, nil, err
	}
	for i := range briefs {
		b := &briefs[i]
		if b.Recording || !only.has(b) {
			continue
		}
		r, err := a.Find(b.ID)
		if err == nil && b.Problem != "" {
			err = errors.New(b.Problem)
		}
		if err == nil {
			records = append(records, r)
			continue
		}
		err = fmt.Errorf("session %s: %w", b.ID, err)
		to.Log.Error().Msg(err.Error())
		broken = append(broken, err)
	}
	if len(records)+len(broken) == 0 {
		if only.any() {
			return nil, nil, usage.Errorf("no session matches these filters: see 'jamd sessions list'")
		}
		return nil, nil, usage.Errorf("there is no finished session yet")
	}
	return records, broken, nil
}

// A sessionFilter selects sessions.
type sessionFilter struct {
	Since   date          `placeholder:"DATE" help:"That began on this day or later, such as 2026-01-31."`
	Until   date          `placeholder:"DATE" help:"That began on this day or earlier."`
	Policy  string        `placeholder:"NAME" predictor:"policy" help:"Played by this policy."`
	Tempo   tempoRange    `placeholder:"LOW-HIGH" help:"At these quarter notes a minute."`
	Key     *jam.Key      `placeholder:"Am" help:"Whose melody is probably in this key."`
	Longer  time.Duration `placeholder:"DURATION" help:"At least this long."`
	Shorter time.Duration `placeholder:"DURATION" help:"At most this long."`
	Tag     []string      `placeholder:"TAG" help:"With this tag; several: with all of them."`
	Rating  meanRating    `placeholder:"1-5" help:"With this mean rating, or a higher one."`
	Pinned  bool          `help:"Pinned."`
	Live    bool          `xor:"live" help:"Played live."`
	Offline bool          `xor:"live" help:"Made offline, by 'jamd accompany'."`

	Blind       bool   `help:"Blind jams."`
	Participant string `placeholder:"NAME" help:"Blind jams of this participant of a study."`
}

// any reports whether the filter has any condition.
func (f *sessionFilter) any() bool {
	return f.Policy != "" || !f.Since.IsZero() || !f.Until.IsZero() || f.Tempo != tempoRange{} || f.Key != nil || f.Longer > 0 ||
		f.Shorter > 0 || f.Pinned || f.Live || f.Offline || f.Rating > 0 || len(f.Tag) > 0 || f.Blind || f.Participant != ""
}

// has reports whether a session matches the filter. A session that cannot be read matches only a filter without conditions.
func (f *sessionFilter) has(b *session.Brief) bool {
	if b.Problem != "" {
		return !f.any()
	}
	for _, tag := range f.Tag {
		if !slices.Contains(b.Tags, tag) {
			return false
		}
	}
	if f.Participant != "" && (b.Trial == nil || !strings.EqualFold(b.Trial.Participant, f.Participant)) {
		return false
	}
	return (!f.Blind || b.Blind) && (f.Since.IsZero() || !b.Start.Before(f.Since.Time)) &&
		(f.Until.IsZero() || b.Start.Before(f.Until.AddDate(0, 0, 1))) &&
		(f.Policy == "" || b.Policy == f.Policy) &&
		(f.Tempo == tempoRange{} || b.Tempo >= f.Tempo.low && b.Tempo <= f.Tempo.high) &&
		(f.Key == nil || b.Key == f.Key.String()) &&
		b.Length() >= f.Longer && (f.Shorter == 0 || b.Length() <= f.Shorter) &&
		b.Rating.Mean() >= float64(f.Rating) && (!f.Pinned || b.Pinned) && (!f.Live || !b.Offline) && (!f.Offline || b.Offline)
}

// A date is a day, written 2026-01-31. It is midnight in the user's time zone.
type date struct{ time.Time }

func (d *date) UnmarshalText(text []byte) (err error) {
	if d.Time, err = time.ParseInLocation(time.DateOnly, string(text), time.Local); err != nil {
		return fmt.Errorf("%q is not a date such as 2026-01-31", text)
	}
	return nil
}

// A meanRating is the least mean of a rating.
type meanRating float64

func (r *meanRating) UnmarshalText(text []byte) error {
	n, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(n >= 1 && n <= session.MaxRating) {
		return fmt.Errorf("%q is not a rating from 1 to %d", text, session.MaxRating)
	}
	*r = meanRating(n)
	return nil
}

// A tempoRange is a range of tempi in quarter notes a minute, written LOW-HIGH, or a single tempo.
type tempoRange struct{ low, high float64 }

func (r *tempoRange) UnmarshalText(text []byte) error {
	low, high, found := strings.Cut(string(text), "-")
	if !found {
		high = low
	}
	l, err := strconv.ParseFloat(low, 64)
	h, err2 := strconv.ParseFloat(high, 64)
	if err != nil || err2 != nil || !(l <= h) {
		return fmt.Errorf("%q is not a range of tempi such as 90-120", text)
	}
	r.low, r.high = l, h
	return nil
}
