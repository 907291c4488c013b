package jam

import (
	"errors"
	"fmt"
)

// A Tune is a melody that [Accompany] plays chords to.
type Tune struct {
	Name   string
	Tempo  []TempoChange // ascending, the first at frame 0; nil for the tempo of the settings
	Meter  Meter         // at frame 0; zero for that of the settings
	Meters []MeterChange // ascending; nil if the meter stays
	Events []Event       // in order; At is the time from the tune's start, on NewTuneGrid(Tempo)
}

// checkMeters returns an error if the changes are out of order, or one is to a meter that jamd cannot play.
func checkMeters(changes []MeterChange) error {
	var last int64
	for _, c := range changes {
		if err := c.Check(); err != nil {
			return fmt.Errorf("meter changes: frame %d: %w", c.Frame, err)
		}
		if c.Frame < last {
			return fmt.Errorf("meter changes: frame %d comes after frame %d", c.Frame, last)
		}
		last = c.Frame
	}
	return nil
}

// errNoNotes is the error for a tune without a note on the melody's channels.
var errNoNotes = errors.New("the tune has no notes")

// NewTuneGrid makes the grid of a tune, which begins at time 0 and has all tempo changes of the tune. The time of an event at
// tick k of a MIDI file is At(k * FramesPerBeat / ticks per quarter note).
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
