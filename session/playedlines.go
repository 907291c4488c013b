package session

import (
	"time"

	"jamd/jam"
)

// playedLines are when each frame of a jam began that kept its player's time. Its tempi would not add up to them: the beat moves
// too. Nil lines take nothing and have no tempo.
type playedLines struct {
	first jam.Segment // of the grid
	begun bool
	lines []time.Duration
}

// begin takes a segment of the grid. Frames that were laid before anything was reported lie on the first.
func (p *playedLines) begin(s jam.Segment) {
	if p != nil && !p.begun {
		p.first, p.begun = s, true
	}
}

// add takes the line of a frame. Lines that are missing before it are spaced evenly.
func (p *playedLines) add(r jam.FrameReport) {
	if p == nil || r.Frame < int64(len(p.lines)) || r.Frame-int64(len(p.lines)) > maxGap {
		return
	}
	if len(p.lines) == 0 && r.Frame > 0 {
		p.lines = append(p.lines, min(p.first.At, r.Line-time.Duration(r.Frame)))
	}
	known := int64(len(p.lines)) - 1
	for between := known + 1; between < r.Frame; between++ {
		share := float64(between-known) / float64(r.Frame-known)
		p.lines = append(p.lines, p.lines[known]+time.Duration(share*float64(r.Line-p.lines[known])))
	}
	p.lines = append(p.lines, r.Line)
}

// tempo is that of the lines; nil if there are too few.
func (p *playedLines) tempo() []jam.TempoChange {
	if p == nil || len(p.lines) < 2 {
		return nil
	}
	return jam.TempoOf(p.lines)
}
