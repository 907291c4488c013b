package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"jamd/jam"
	"jamd/latency"
	"jamd/session"
)

// watchLength is minutes of frames: a terminal that stands still loses lines, the figures and the take nothing.
const watchLength = 4096

// A watch follows a jam without ever holding it up: it prints the chords as they sound, and gathers figures and the take.
type watch struct {
	figures *jam.Queue[jam.FrameReport]
	chords  *jam.Queue[jam.FrameReport]
	errors  *jam.Queue[error]

	settings jam.Settings
	record   *session.Session
	to       console
	quiet    bool

	monitor *latency.Monitor
	builder *jam.TakeBuilder
	running sync.WaitGroup
}

func newWatch(title string, s jam.Settings, record *session.Session, errs *jam.Queue[error], to console, quiet bool) *watch {
	return &watch{
		figures: jam.NewQueue[jam.FrameReport](watchLength), chords: jam.NewQueue[jam.FrameReport](watchLength), errors: errs,
		settings: s, record: record, to: to, quiet: quiet,
		monitor: latency.NewMonitor(),
		builder: jam.NewTakeBuilder(title, []jam.TempoChange{{BPM: s.Tempo}}, s.Meter),
	}
}

func (w *watch) start() {
	w.running.Go(func() {
		for r := range w.figures.C() {
			w.monitor.Add(r)
			w.builder.Add(r)
		}
	})
	w.running.Go(func() {
		for r := range w.chords.C() {
			w.show(r)
		}
	})
}

// stop ends the watch, after the loop's end: last is the melody of the last frame.
func (w *watch) stop(last jam.MelodyToken) (jam.Take, latency.Summary) {
	w.figures.Close()
	w.chords.Close()
	w.running.Wait()
	return w.builder.Take(last), w.monitor.Summary()
}

// show prints a chord as it sounds, and what went wrong.
func (w *watch) show(r jam.FrameReport) {
	if err := w.record.Lost(); err != nil {
		fmt.Fprintln(w.to.Err, "jamd:", err)
	}
	for n := len(w.errors.C()); n > 0; n-- {
		fmt.Fprintln(w.to.Err, "jamd:", <-w.errors.C())
	}
	if w.quiet {
		return
	}
	if r.Skipped > 0 {
		fmt.Fprintf(w.to.Out, "%s  %d frames were lost: the machine stood still\n", position(r.Frame, w.settings.Meter), r.Skipped)
	}
	if !r.Began {
		return
	}
	names := make([]string, 0, jam.MaxVoices)
	for _, p := range r.Voicing.Slice() {
		names = append(names, pitchName(p))
	}
	fmt.Fprintf(w.to.Out, "%s  %-8s %s\n", position(r.Frame, w.settings.Meter), r.Symbol, strings.Join(names, " "))
}

// position writes a frame as bar and beat, counted from 1, with the sixteenth where it is off the beat: 3.2, 3.2+1.
func position(frame int64, meter jam.Meter) string {
	at := fmt.Sprintf("%d.%d", frame/meter.Bar()+1, frame%meter.Bar()/meter.Beat()+1)
	if sixteenth := frame % meter.Beat(); sixteenth != 0 {
		at += fmt.Sprintf("+%d", sixteenth)
	}
	return fmt.Sprintf("%7s", at)
}

// A jamSummary is what play --json and jam --json print at the end of a jam.
type jamSummary struct {
	Policy      string          `json:"policy"`
	Seed        uint64          `json:"seed"`
	Tempo       float64         `json:"tempo"`
	Jam         jam.Summary     `json:"jam"`
	Agent       *agentSummary   `json:"agent,omitempty"` // that played the melody
	NoteInChord float64         `json:"note_in_chord"`
	Figures     latency.Summary `json:"latency"`
	Session     string          `json:"session"` // its folder; "" where it could not be kept
	Loss        string          `json:"loss,omitempty"`
}

// An agentSummary is what the agent of a jam did.
type agentSummary struct {
	Name string `json:"name"`
	Seed uint64 `json:"seed"`
	jam.AgentSummary
}

// conclude tells how a jam went. A record that is not whole is said, and is no failure of the jam.
func conclude(to console, asJSON bool, s jamSummary, kept session.Summary) error {
	s.Session = kept.Dir
	if kept.Err != nil {
		s.Loss = kept.Err.Error()
	}
	if asJSON {
		return printJSON(to, s)
	}
	fmt.Fprintf(to.Out, "\n%d chords in %d frames, %d missed, %d lost; note-in-chord %.2f\n",
		s.Jam.Chords, s.Jam.Frames, s.Jam.Misses, s.Jam.Skipped, s.NoteInChord)
	if a := s.Agent; a != nil {
		fmt.Fprintf(to.Out, "%d notes of the agent %s, %d frames missed\n", a.Notes, a.Name, a.Misses)
	}
	for _, stage := range []struct {
		name string
		latency.Stage
	}{{"policy step", s.Figures.Step}, {"chord after its line", s.Figures.Late}} {
		fmt.Fprintf(to.Out, "%-21s p50 %s  p99 %s  max %s\n", stage.name, inMS(stage.P50), inMS(stage.P99), inMS(stage.Max))
	}
	if s.Jam.Lost > 0 {
		fmt.Fprintf(to.Out, "%d messages came faster than they could be taken and were lost\n", s.Jam.Lost)
	}
	if s.Session != "" {
		fmt.Fprintln(to.Out, "session", s.Session)
	}
	if s.Loss != "" {
		fmt.Fprintln(to.Err, "jamd: the record is not whole:", s.Loss)
	}
	return nil
}

func inMS(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}
