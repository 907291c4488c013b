package jam

import (
	"errors"
	"fmt"
)

// A Tune is a melody to be accompanied offline.
type Tune struct {
	Name   string
	Tempo  []TempoChange // ascending, the first at frame 0; none: the tempo of the settings
	Meter  Meter         // that it begins with; the zero one: that of the settings
	Meters []MeterChange // ascending; none: the meter stays
	Events []Event       // in order, each At counted from the tune's start on NewTuneGrid(Tempo)
}

// checkMeters returns an error for changes that are in disorder or to a meter that jamd does not play.
func checkMeters(changes []MeterChange) error {
	var last int64
	for _, c := range changes {
		if err := c.Meter.Check(); err != nil {
			return fmt.Errorf("meter changes: frame %d: %w", c.Frame, err)
		}
		if c.Frame < last {
			return fmt.Errorf("meter changes: frame %d comes after frame %d", c.Frame, last)
		}
		last = c.Frame
	}
	return nil
}

// ErrNoNotes is returned for a tune without a note on the channels that the melody is heard on.
var ErrNoNotes = errors.New("the tune has no notes")

// NewTuneGrid is the grid of a tune: it begins at 0 and follows the tempo changes.
// A reader of files stamps an event at tick k with At(k * FramesPerBeat / ticks per quarter note).
func NewTuneGrid(tempo []TempoChange) (*Grid, error) {
	if len(tempo) == 0 || tempo[0].Frame != 0 {
		return nil, errors.New("tempo changes: the first must be at frame 0")
	}
	g, err := NewGrid(0, tempo[0].BPM)
	for i := 1; i < len(tempo) && err == nil; i++ {
		if tempo[i].Frame < tempo[i-1].Frame {
			return nil, fmt.Errorf("tempo changes: frame %d comes after frame %d", tempo[i].Frame, tempo[i-1].Frame)
		}
		err = g.setTempo(tempo[i].Frame, tempo[i].BPM)
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}
