package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"jamd/jam"
	"jamd/live"
	"jamd/spelling"
)

// A terminal prints the chords of a jam as they sound, spelt in the key of the melody, and its result. With JSON it
// prints only the result.
type terminal struct {
	to       console
	json     bool
	status   *statusLine     // nil if there is none
	announce func(*live.Jam) // prints what is about to happen
	ready    func()          // called when a jam is ready; may be nil
}

// newTerminal makes the terminal of a command. It also returns a console that writes above the status line.
func newTerminal(to console, json bool) (*terminal, console) {
	t := &terminal{json: json}
	if !json {
		to, t.status = withStatusLine(to)
	}
	t.to = to
	return t, to
}

// Ready prints what is about to happen.
func (t *terminal) Ready(j *live.Jam) {
	if !t.json {
		t.announce(j)
	}
	_, _ = daemon.SdNotify(false, daemon.SdNotifyReady) // does nothing unless systemd has started jamd and waits for it
	if t.ready != nil {
		t.ready()
	}
}

// Watch prints chords and draws the status line until the entries end.
func (t *terminal) Watch(j *live.Jam, entries *jam.Reader) {
	var redraw <-chan time.Time
	if t.status != nil {
		tick := time.NewTicker(statusEvery)
		defer tick.Stop()
		defer t.status.end()
		redraw = tick.C
	}
	bars := j.Bars()
	var newest jam.FrameReport
	var heard jam.KeyFinder
	var key spelling.Key
	missed := int64(0)
	for {
		select {
		case e, open := <-entries.C():
			if !open {
				return
			}
			if e.Kind == jam.EntryMeter {
				bars = bars.Add(e.Meter)
			}
			if e.Kind != jam.EntryReport {
				continue
			}
			if newest = e.Report; newest.Missed {
				missed++
			}
			if !t.json {
				heard.Hear(newest.Melody)
				key = spelling.Of(heard.Key())
				t.frame(&newest, bars, key)
			}
		case <-redraw:
			if newest.Symbol != "" {
				t.status.draw(statusOf(newest, bars, key, j.FoundMeter(), j.Figures(), missed))
			}
		}
	}
}

// frame prints a chord that begins, and how many frames were lost before it.
func (t *terminal) frame(r *jam.FrameReport, bars jam.Bars, key spelling.Key) {
	if r.Skipped > 0 {
		fmt.Fprintf(t.to.Out, "%s  %d frames were lost: the machine was stopped\n", position(r.Frame, bars), r.Skipped)
	}
	if !r.Began {
		return
	}
	names := key.Notes(r.Symbol, r.Voicing.Slice())
	fmt.Fprintf(t.to.Out, "%s  %-8s %s\n", position(r.Frame, bars), key.Symbol(r.Symbol), strings.Join(names, " "))
}

// position returns the bar and beat of a frame, in seven columns.
func position(frame int64, bars jam.Bars) string { return fmt.Sprintf("%7s", bars.Position(frame)) }
