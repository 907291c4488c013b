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
	"jamd/spelling"
)

// statusEvery is how often the status line is redrawn.
const statusEvery = 250 * time.Millisecond

// A statusLine is the last line of a terminal. It is redrawn in place, and everything else is written above it. It is safe for
// concurrent use.
type statusLine struct {
	mu       sync.Mutex
	terminal io.Writer
	width    func() int // in columns; 0 if unknown
	text     string     // "" if there is none
}

// erased returns the text that clears the line and moves to its start. It uses no escape sequences, because some terminals do not
// know them.
func (s *statusLine) erased() string { return "\r" + strings.Repeat(" ", len(s.text)) + "\r" }

// withStatusLine returns a console that writes above a status line, if Err or Out is a terminal that can show one. Otherwise it
// returns to and nil.
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
			return newConsole(above{s, to.Out}, above{s, to.Err}, to.file), s
		}
	}
	return to, nil
}

// draw replaces the line. It cuts the text to the width of the terminal, because a wrapped line cannot be erased.
func (s *statusLine) draw(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if columns := s.width(); columns > 0 && len(text) >= columns {
		text = text[:columns-1]
	}
	if text != s.text {
		rest := strings.Repeat(" ", max(0, len(s.text)-len(text))) // clears the rest of a longer line
		s.text = text
		_, _ = io.WriteString(s.terminal, "\r"+text+rest) // other writes report a closed terminal
	}
}

// end removes the line.
func (s *statusLine) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.text != "" {
		_, _ = io.WriteString(s.terminal, s.erased())
		s.text = ""
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
	_, _ = io.WriteString(a.status.terminal, a.status.erased())
	n, err := a.w.Write(p)
	_, _ = io.WriteString(a.status.terminal, a.status.text)
	return n, err
}

// statusOf returns the text of the status line: the newest frame, the number of missed frames, and figures of the last ten
// seconds. The line may be cut, so the most important part comes first. It is ASCII. found is the meter that was found in
// what the player plays; the zero Meter if none was.
func statusOf(r jam.FrameReport, bars jam.Bars, key spelling.Key, found jam.Meter, tenSeconds latency.Figures, missed int64) string {
	symbol, rung := key.Symbol(r.Symbol), ""
	if r.Listening {
		symbol = "listening"
	}
	switch r.Rung {
	case jam.RungFaster:
		rung = "FASTER POLICY  "
	case jam.RungHold:
		rung = "CHORD HELD  "
	}
	if r.Follow != jam.NotFollowing {
		follow := fmt.Sprintf("%v %.0f", r.Follow, r.Tempo)
		if found != (jam.Meter{}) {
			follow += fmt.Sprintf(" in %v", found)
		}
		rung = follow + "  " + rung
	}
	text := fmt.Sprintf("%s  %-9s  %smissed %d  step p99 %s  late p99 %s  lead %.0f ms", position(r.Frame, bars), symbol, rung,
		missed, inMS(tenSeconds.Step.P99), inMS(tenSeconds.Late.P99), float64(r.Lead)/float64(time.Millisecond))
	return strings.TrimLeft(text, " ")
}
