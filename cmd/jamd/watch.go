package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"jamd/jam"
	"jamd/latency"
	"jamd/metrics"
	"jamd/session"
)

// watchLength is minutes of frames and of what comes with them: a terminal that stands still loses lines, the figures and the
// take nothing.
const watchLength = 4096

// A watch follows a jam without ever holding it up: it prints the chords as they sound, and gathers figures and the take.
type watch struct {
	figures *jam.Reader
	told    *jam.Reader // what the terminal prints
	changes *jam.Queue[latency.Change]

	bars    jam.Bars
	record  *session.Session
	to      console
	quiet   bool
	status  *statusLine     // nil where there is no terminal
	metrics *metrics.Server // nil where nobody asked for them
	page    *page           // nil where there is none
	begun   *atomic.Bool

	monitor *latency.Monitor
	builder *jam.TakeBuilder
	running sync.WaitGroup
}

func newWatch(l *live, title string, record *session.Session) *watch {
	s := l.config.Settings
	w := &watch{
		figures: jam.NewReader(watchLength), told: l.told, changes: l.changes,
		bars: jam.Bars{Meter: s.Meter, Changes: l.config.Meters}, record: record, to: l.to, status: l.status, quiet: l.flags.JSON, metrics: l.metrics, page: l.page, begun: &l.begun,
		builder: jam.NewTakeBuilder(title, []jam.TempoChange{{BPM: s.Tempo}}, s.Meter),
	}
	return w
}

// start begins to follow the jam of a configuration, whose queues are all in place.
func (w *watch) start(c jam.LoopConfig) {
	w.monitor = latency.NewMonitor(dropsOf(c))
	if w.metrics != nil {
		w.metrics.Watch(w.monitor)
	}
	w.running.Go(func() {
		for e := range w.figures.C() {
			r := e.Report
			if e.Kind != jam.EntryReport {
				continue
			}
			cause := w.monitor.Add(r)
			if cause != latency.NoCause {
				w.record.Remarks().TrySend(session.Remark{Frame: r.Frame, At: r.Line, From: session.CauseFrom, Text: cause.String()})
			}
			if w.metrics != nil {
				w.metrics.Add(&r, cause)
			}
			w.builder.Add(r)
		}
	})
	w.running.Go(w.follow)
}

// dropsOf counts what the queues of a jam had no room for.
func dropsOf(c jam.LoopConfig) latency.Drops {
	dropped := func(kind jam.EntryKind) (n uint64) {
		for _, r := range c.Readers {
			n += r.Dropped(kind)
		}
		return n
	}
	return latency.Drops{
		Reports: func() uint64 { return dropped(jam.EntryReport) },
		Events:  func() uint64 { return c.Inbox.Dropped() + dropped(jam.EntryHeard) },
	}
}

// follow prints what happens, until the entries end.
func (w *watch) follow() {
	var redraw <-chan time.Time
	if w.status != nil {
		tick := time.NewTicker(statusEvery)
		defer tick.Stop()
		defer w.status.end()
		redraw = tick.C
	}
	var newest jam.FrameReport
	missed := int64(0)
	for {
		select {
		case e, open := <-w.told.C():
			r := e.Report
			switch {
			case !open:
				w.alarm()
				return
			case e.Kind == jam.EntryError:
				w.to.Log.Error().Msg(e.Err.Error())
				w.page.notice(e.Err.Error())
				continue
			case e.Kind != jam.EntryReport:
				continue
			}
			if !w.begun.Swap(true) && w.page != nil {
				w.page.Changed(r.Frame) // some of the setup cannot be changed from here on
			}
			if w.show(r); r.Missed {
				missed++
			}
			newest = r
		case <-redraw:
			if newest.Symbol != "" {
				w.status.draw(statusOf(newest, w.bars, w.monitor.TenSeconds(), missed))
			}
		}
	}
}

// stop ends the watch, after the loop's end: last is the melody of the last frame.
func (w *watch) stop(last jam.MelodyToken) (jam.Take, latency.Snapshot) {
	w.figures.Close()
	w.told.Close()
	w.running.Wait()
	return w.builder.Take(last), w.monitor.Snapshot()
}

// show prints a chord as it sounds, and what went wrong.
func (w *watch) show(r jam.FrameReport) {
	if err := w.record.Lost(); err != nil {
		w.to.Log.Error().Int64(frameField, r.Frame).Msg(err.Error())
	}
	w.alarm()
	if w.quiet {
		return
	}
	if r.Skipped > 0 {
		fmt.Fprintf(w.to.Out, "%s  %d frames were lost: the machine stood still\n", position(r.Frame, w.bars), r.Skipped)
	}
	if !r.Began {
		return
	}
	names := make([]string, 0, jam.MaxVoices)
	for _, p := range r.Voicing.Slice() {
		names = append(names, pitchName(p))
	}
	fmt.Fprintf(w.to.Out, "%s  %-8s %s\n", position(r.Frame, w.bars), r.Symbol, strings.Join(names, " "))
}

// alarm says what the guard did that is heard.
func (w *watch) alarm() {
	for n := len(w.changes.C()); n > 0; n-- {
		c := <-w.changes.C()
		if w.metrics != nil {
			w.metrics.Changed(c)
		}
		at, level := strings.TrimLeft(position(c.Frame, w.bars), " "), zerolog.DebugLevel
		if c.Grave() {
			level = zerolog.WarnLevel
			w.page.notice(fmt.Sprintf("At %s: %v", at, c))
		}
		w.to.Log.WithLevel(level).Int64(frameField, c.Frame).
			Msgf("at %s: %v", at, c)
	}
}

// position writes a frame as bar and beat, in seven columns.
func position(frame int64, bars jam.Bars) string { return fmt.Sprintf("%7s", bars.Position(frame)) }

// A jamSummary is what play --json and jam --json print at the end of a jam.
type jamSummary struct {
	Policy      string          `json:"policy"`
	Seed        uint64          `json:"seed"`
	Tempo       float64         `json:"tempo"`
	Part        *melodyPart     `json:"part,omitempty"` // of the file that played the melody
	Jam         jam.Summary     `json:"jam"`
	Agent       *agentSummary   `json:"agent,omitempty"` // that played the melody
	NoteInChord float64         `json:"note_in_chord"`
	Figures     latency.Figures `json:"latency"`
	Dropped     uint64          `json:"dropped_reports"` // frames that a slow reader of the jam did not get
	Session     string          `json:"session"`         // its folder; "" where it could not be kept
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
	if c := s.Figures.Causes; s.Jam.Misses > 0 {
		fmt.Fprintf(to.Out, "missed for: late wake %d, slow step %d, policy error %d, backlog %d\n",
			c.LateWake, c.SlowStep, c.PolicyError, c.Backlog)
	}
	if a := s.Agent; a != nil {
		fmt.Fprintf(to.Out, "%d notes of the agent %s, %d frames missed\n", a.Notes, a.Name, a.Misses)
	}
	for _, stage := range []struct {
		name string
		latency.Spread
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
		to.Log.Error().Msgf("the record is not whole: %s", s.Loss)
	}
	return nil
}

func inMS(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}
