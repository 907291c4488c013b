package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"

	"jamd/jam"
	"jamd/session"
)

type showCmd struct {
	sessionArg
	JSON bool `help:"Print one JSON object."`
}

// A shown session is what show --json prints.
type shown struct {
	session.Brief
	Folder        string           `json:"folder"`
	NoteInChord   float64          `json:"note_in_chord"`
	ChangesABar   float64          `json:"changes_a_bar"`
	DistinctChord int              `json:"distinct_chords"`
	Controls      int              `json:"controls"`
	Tempi         int              `json:"tempi"`
	LostLines     session.Loss     `json:"lost_lines"`
	BadLines      []string         `json:"bad_lines,omitempty"` // the first of them
	Manifest      session.Manifest `json:"manifest"`
}

// maxBad is how many bad lines are told.
const maxBad = 10

func (c *showCmd) Run(group *sessionsCmd, to console) error {
	r, err := group.open(to, c.ID)
	if err != nil {
		return err
	}
	s, err := look(r)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(to, s)
	}
	s.print(to)
	return nil
}

// look gathers the figures of a session.
func look(r *session.Record) (shown, error) {
	s := shown{Brief: r.Brief(), Folder: r.Dir, Manifest: r.Manifest}
	for line, err := range r.Lines() {
		var bad *session.LineError
		if err != nil && !errors.As(err, &bad) {
			return s, err
		}
		if err != nil && len(s.BadLines) < maxBad {
			s.BadLines = append(s.BadLines, err.Error())
		}
		switch e := line.Entry.(type) {
		case jam.Applied:
			s.Controls++
		case jam.Moved:
			s.Tempi++
		case session.Loss:
			s.LostLines.Notes += e.Notes
			s.LostLines.Frames += e.Frames
			s.LostLines.Changes += e.Changes
		}
	}
	take, err := r.Take()
	if err != nil {
		return s, err
	}
	s.NoteInChord, _ = take.NoteInChord()
	distinct := map[string]bool{}
	for _, chord := range take.Chords {
		distinct[chord.Symbol] = true
	}
	s.DistinctChord = len(distinct)
	if n := bars(take); n > 0 {
		s.ChangesABar = float64(len(take.Chords)) / float64(n)
	}
	return s, nil
}

func (s *shown) print(to console) {
	m := &s.Manifest
	line := func(what, format string, args ...any) {
		fmt.Fprintf(to.Out, "%-10s %s\n", what, printable(fmt.Sprintf(format, args...)))
	}
	line("session", "%s", s.ID)
	if text := said(&s.Brief); text != "" {
		line("", "%s", text)
	}
	if r := s.Rating; r != (session.Rating{}) {
		line("rating", "%.2g of %d: adaptation %d, control %d, enjoyment %d (0: no answer)", r.Mean(), session.MaxRating,
			r.Adaptation, r.Control, r.Enjoyment)
	}
	line("started", "%s, %s long", when(s.Start), s.Length().Round(100*time.Millisecond))
	line("melody", "%s", s.melody())
	line("policy", "%s (%.12s) on %s, seed %d, jamd %s", m.Policy.Name, m.Policy.SHA256, m.Provider, m.Settings.Seed, m.Version)
	line("played", "%d chords in %d frames at %.4g BPM, %d different, %.2f changes a bar", s.Chords, s.Frames, s.Tempo, s.DistinctChord, s.ChangesABar)
	line("harmony", "note-in-chord %.2f", s.NoteInChord)
	line("timing", "%d frames missed, %d lost", s.Misses, s.Skipped)
	if s.Controls > 0 || s.Tempi > 1 {
		line("changes", "%d controls, %d tempi", s.Controls, max(s.Tempi, 1))
	}
	if s.LostLines != (session.Loss{}) {
		line("missing", "%d notes, %d frames and %d changes were not recorded", s.LostLines.Notes, s.LostLines.Frames, s.LostLines.Changes)
	}
	for _, bad := range s.BadLines {
		line("damaged", "%s", bad)
	}
	line("folder", "%s, %s", s.Folder, humanize.IBytes(uint64(s.Bytes)))
}

func (s *shown) melody() string {
	switch {
	case s.Agent != "":
		return "of the agent " + s.Agent
	case s.In == "":
		return "of nobody that is named"
	}
	return s.In
}
