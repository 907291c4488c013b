package main

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"jamd/archive"
	"jamd/config"
	"jamd/jam"
	"jamd/session"
)

type showCmd struct {
	sessionArg
	JSON   bool   `help:"Print one JSON object."`
	OrtLib string `placeholder:"FILE" help:"ONNX Runtime's shared library, for the Vendi score; else ${ort_env}, beside jamd, the system's."`
}

// A shown is what show --json prints.
type shown struct {
	Folder string `json:"folder"`
	session.Brief
	session.Figures
	Manifest session.Manifest `json:"manifest"`
	take     jam.Take
	noVendi  string
}

func (c *showCmd) Run(group *sessionsCmd, to console) error {
	r, err := group.open(to, c.ID)
	if err != nil {
		return err
	}
	encoders := archive.NewEncoders(c.OrtLib)
	defer encoders.Close()
	return show(to, r, encoders, c.JSON)
}

// show prints what a session was, and its figures.
func show(to console, r *session.Record, encoders *archive.Encoders, asJSON bool) error {
	one, err := archive.Measure(r, encoders)
	if err != nil {
		return err
	}
	s := shown{r.Dir, one.Brief, one.Figures, one.Manifest, one.Take, one.NoVendi}
	if asJSON {
		return printJSON(to, s)
	}
	s.print(to)
	return nil
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
		if r.Comment != "" {
			line("comment", "%s", r.Comment)
		}
	}
	line("started", "%s, %s long", when(s.Start), s.Length().Round(100*time.Millisecond))
	line("melody", "%s, key %s", s.melody(), orDash(s.Key))
	if m.Policy.Name == session.Hidden {
		line("policy", "hidden, on %s, seed %d, jamd %s", m.Provider, m.Settings.Seed, m.Version)
		if !s.TooShort {
			line("", "%s", revealing(s.ID))
		}
	} else {
		line("policy", "%s (%.12s) on %s, seed %d, jamd %s", m.Policy.Name, m.Policy.SHA256, m.Provider, m.Settings.Seed, m.Version)
	}
	if f := m.Faster; f != nil {
		line("", "its faster variant %s (%.12s)", f.Name, f.SHA256)
	}
	line("played", "%s in %s at %.4g BPM, %d different, %.2f changes a bar", english.Plural(int(s.Chords), "chord", ""),
		english.Plural(int(s.Frames), "frame", ""), s.Tempo, s.Distinct, s.ChangesABar)
	line("harmony", "note-in-chord %.2f of %s", s.NoteInChord, english.Plural(int(s.Harmony.Both), "frame", ""))
	line("diversity", "entropy of durations %.2f bits, of chords %.2f bits, %s", s.DurationEntropy, s.ChordEntropy, s.vendi())
	for _, a := range s.Adaptations {
		line("key change", "%s", adapted(&a, &s.take))
	}
	if s.Offline {
		line("timing", "none: it was made offline")
	} else {
		line("timing", "%s missed, %d lost", english.Plural(int(s.Misses), "frame", ""), s.Skipped)
	}
	for _, stage := range s.Timing.Stages {
		if stage.Name == "step" || stage.Name == "late" {
			line("", "%-5s p50 %s  p99 %s  max %s", stage.Name, inMS(stage.P50), inMS(stage.P99), inMS(stage.Max))
		}
	}
	for _, cause := range config.Sorted(s.Timing.MissedBy) {
		line("", "missed because of %s: %d", cause, s.Timing.MissedBy[cause])
	}
	if s.Controls > 0 || s.Tempi > 1 {
		line("changes", "%s, %s", english.Plural(s.Controls, "control", ""), english.Plural(max(s.Tempi, 1), "tempo", "tempi"))
	}
	if s.LostLines != (session.Loss{}) {
		line("missing", "%d notes, %d frames and %d changes were not recorded", s.LostLines.Notes, s.LostLines.Frames, s.LostLines.Changes)
	}
	for _, bad := range s.BadLines {
		line("damaged", "%s", bad)
	}
	line("folder", "%s, %s", s.Folder, humanize.IBytes(uint64(s.Bytes)))
}

func (s *shown) vendi() string {
	if s.Vendi == nil {
		return "no Vendi score: " + s.noVendi
	}
	return fmt.Sprintf("Vendi score %.2f of %s", *s.Vendi, english.Plural(s.Windows, "window", ""))
}

// adapted says how fast the chords followed the melody into another key.
func adapted(a *session.Adaptation, take *jam.Take) string {
	at := fmt.Sprintf("%s to %s at bar %d", a.From, a.To, take.BarAt(a.Beat*jam.FramesPerBeat).Number+1)
	switch {
	case a.Before.Both == 0:
		return at
	case a.Recovered:
		return fmt.Sprintf("%s: the chords fit again after %d beats", at, a.Beats)
	}
	return fmt.Sprintf("%s: the chords did not fit again within %d beats", at, a.Beats)
}

func (s *shown) melody() string {
	switch {
	case s.Agent != "":
		return "of the agent " + s.Agent
	case s.In == "":
		return "from an unnamed source"
	}
	return s.In
}
