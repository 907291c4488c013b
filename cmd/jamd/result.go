package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/dustin/go-humanize/english"

	"jamd/latency"
	"jamd/live"
)

// Ended prints the result of a jam. If the session is incomplete, Ended logs an error, but the jam has not failed.
func (t *terminal) Ended(r *live.Result) error {
	if t.json {
		return printJSON(t.to, r)
	}
	out := t.to.Out
	if r.Jam.Frames == 0 {
		fmt.Fprintln(out, "\nthe jam ended before its first note")
	} else {
		t.played(r)
	}
	if r.Jam.Lost > 0 {
		fmt.Fprintf(out, "%d messages came too fast and were lost\n", r.Jam.Lost)
	}
	if r.Session != "" {
		fmt.Fprintln(out, "session", r.Session)
	}
	if text := judged(r); text != "" {
		fmt.Fprintln(out, text)
	}
	if r.Loss != "" {
		t.to.Log.Error().Msgf("the session is incomplete: %s", r.Loss)
	}
	return nil
}

// played prints the figures of a jam in which something was played.
func (t *terminal) played(r *live.Result) {
	out := t.to.Out
	fmt.Fprintf(out, "\n%s in %s, %d missed, %d lost; note-in-chord %.2f\n",
		english.Plural(int(r.Jam.Chords), "chord", ""), english.Plural(int(r.Jam.Frames), "frame", ""), r.Jam.Misses, r.Jam.Skipped, r.NoteInChord)
	if c := r.Figures.Causes; r.Jam.Misses > 0 {
		fmt.Fprintf(out, "missed because of: late wake %d, slow step %d, policy error %d, backlog %d\n",
			c.LateWake, c.SlowStep, c.PolicyError, c.Backlog)
	}
	if a := r.Agent; a != nil {
		fmt.Fprintf(out, "%s of the agent %s, %s missed\n", english.Plural(int(a.Notes), "note", ""), a.Name, english.Plural(int(a.Misses), "frame", ""))
	}
	for _, stage := range []struct {
		name string
		latency.Spread
	}{{"policy step", r.Figures.Step}, {"chord after its line", r.Figures.Late}} {
		fmt.Fprintf(out, "%-21s p50 %s  p99 %s  max %s\n", stage.name, inMS(stage.P50), inMS(stage.P99), inMS(stage.Max))
	}
}

func inMS(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// outputName returns the text for the port that chords go to. Without MIDI the name is "".
func outputName(name string) string { return cmp.Or(name, "nothing (no MIDI port)") }
