package session

import (
	"time"

	"jamd/jam"
)

// playedLines record when each frame began in a jam that followed its player. The tempi alone would not give these times, because
// the beat moves too. A nil playedLines records nothing and has no tempo.
type playedLines struct {
	first jam.Segment // of the grid
	begun bool
	lines []time.Duration
}

// begin records the first segment of the grid, which holds for frames before the first report.
func (p *playedLines) begin(s jam.Segment) {
	if p != nil && !p.begun {
		p.first, p.begun = s, true
	}
}

// add records the line of a frame. Missing lines before it are spaced evenly.
func (p *playedLines) add(frame int64, line time.Duration) {
	if p == nil || frame < int64(len(p.lines)) || frame-int64(len(p.lines)) > maxGap {
		return
	}
	if len(p.lines) == 0 && frame > 0 {
		p.lines = append(p.lines, min(p.first.At, line-time.Duration(frame)))
	}
	known := int64(len(p.lines)) - 1
	for between := known + 1; between < frame; between++ {
		share := float64(between-known) / float64(frame-known)
		p.lines = append(p.lines, p.lines[known]+time.Duration(share*float64(line-p.lines[known])))
	}
	p.lines = append(p.lines, line)
}

// tempo returns the tempi of the lines, or nil if there are too few lines.
func (p *playedLines) tempo() []jam.TempoChange {
	if p == nil || len(p.lines) < 2 {
		return nil
	}
	return jam.TempoOf(p.lines)
}
