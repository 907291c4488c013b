package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"jamd/jam"
	"jamd/latency"
)

// statusEvery is how often the status line is drawn again.
const statusEvery = 250 * time.Millisecond

// A statusLine is the last line of a terminal, drawn again and again; all else is written above it.
// It may be used from several goroutines.
type statusLine struct {
	mu       sync.Mutex
	terminal io.Writer
	width    func() int // columns; 0 where nobody knows
	text     string     // "" while there is none
}

// eraseLine goes to the line's beginning and clears it (ECMA-48: CR, EL).
const eraseLine = "\r\x1b[K"

// withStatusLine gives a console whose last line is a status line, where one of its ends is a terminal that can; else
// the console as it is, and no status line.
func withStatusLine(to console) (console, *statusLine) {
	if os.Getenv("TERM") == "dumb" {
		return to, nil
	}
	for _, w := range []io.Writer{to.Err, to.Out} {
		if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			s := &statusLine{terminal: f, width: func() int {
				columns, _, _ := term.GetSize(int(f.Fd()))
				return columns
			}}
			return console{Out: above{s, to.Out}, Err: above{s, to.Err}}, s
		}
	}
	return to, nil
}

// draw replaces the line. It is cut at the terminal's edge: a line that wraps could not be erased.
func (s *statusLine) draw(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if columns := s.width(); columns > 0 && len(text) >= columns {
		text = text[:columns-1]
	}
	if text != s.text {
		s.text = text
		_, _ = io.WriteString(s.terminal, eraseLine+text) // a terminal that is gone is told of elsewhere
	}
}

// end takes the line away.
func (s *statusLine) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text != "" {
		s.text = ""
		_, _ = io.WriteString(s.terminal, eraseLine)
	}
}

// above writes whole lines above the status line.
type above struct {
	status *statusLine
	w      io.Writer
}

func (a above) Write(p []byte) (int, error) {
	a.status.mu.Lock()
	defer a.status.mu.Unlock()
	if a.status.text == "" {
		return a.w.Write(p)
	}
	_, _ = io.WriteString(a.status.terminal, eraseLine)
	n, err := a.w.Write(p)
	_, _ = io.WriteString(a.status.terminal, a.status.text)
	return n, err
}

// statusOf says where a jam is and how it goes: the newest frame, the last ten seconds, and the misses so far. It is ASCII.
func statusOf(r jam.FrameReport, beatsPerBar int, tenSeconds latency.Figures, missed int64) string {
	symbol := r.Symbol
	if r.Listening {
		symbol = "listening"
	}
	text := fmt.Sprintf("%s  %-9s  step p99 %s  late p99 %s  lead %s  missed %d", position(r.Frame, beatsPerBar), symbol,
		inMS(tenSeconds.Step.P99), inMS(tenSeconds.Late.P99), inMS(r.Lead), missed)
	switch r.Rung {
	case jam.RungFaster:
		text += "  FASTER POLICY"
	case jam.RungHold:
		text += "  CHORD HELD"
	}
	return strings.TrimLeft(text, " ")
}
