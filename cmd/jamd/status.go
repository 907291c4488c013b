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

// erased is what clears the line and goes to its beginning. It has no escape sequence: not every terminal knows them.
func (s *statusLine) erased() string { return "\r" + strings.Repeat(" ", len(s.text)) + "\r" }

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
			return newConsole(above{s, to.Out}, above{s, to.Err}, to.file), s
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
		rest := strings.Repeat(" ", max(0, len(s.text)-len(text))) // of the longer line before
		s.text = text
		_, _ = io.WriteString(s.terminal, "\r"+text+rest) // a terminal that is gone is told of elsewhere
	}
}

// end takes the line away.
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

// statusOf says where a jam is and how it goes: the newest frame, the last ten seconds, and the misses so far; what
// matters most comes first, as the line may be cut. It is ASCII.
func statusOf(r jam.FrameReport, bars jam.Bars, tenSeconds latency.Figures, missed int64) string {
	symbol, rung := r.Symbol, ""
	if r.Listening {
		symbol = "listening"
	}
	switch r.Rung {
	case jam.RungFaster:
		rung = "FASTER POLICY  "
	case jam.RungHold:
		rung = "CHORD HELD  "
	}
	text := fmt.Sprintf("%s  %-9s  %smissed %d  step p99 %s  late p99 %s  lead %.0f ms", position(r.Frame, bars), symbol, rung,
		missed, inMS(tenSeconds.Step.P99), inMS(tenSeconds.Late.P99), float64(r.Lead)/float64(time.Millisecond))
	return strings.TrimLeft(text, " ")
}
