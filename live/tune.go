package live

import (
	"context"
	"fmt"
	"time"

	"jamd/assets"
	"jamd/jam"
	"jamd/midiio"
	"jamd/usage"
)

// A Tune is a melody from a file, which jamd plays into the jam as a player would.
type Tune struct {
	File   string // its name
	Melody midiio.Melody
	Tune   jam.Tune
}

// NewTune makes a tune of a melody that was read from a file.
func NewTune(file string, m midiio.Melody) (*Tune, error) {
	t, err := m.Tune()
	if err != nil {
		return nil, usage.Errorf("%s: %w", file, err)
	}
	return &Tune{file, m, t}, nil
}

// Demo returns the melody that comes with jamd, at another tempo if bpm is not nil.
func Demo(bpm *float64) (*Tune, error) {
	data, err := assets.Files.ReadFile(assets.DemoMelody)
	if err != nil {
		return nil, fmt.Errorf("the demo melody: %w", err)
	}
	m, err := midiio.Read(assets.DemoMelody, data, "")
	if err == nil && bpm != nil {
		m, err = m.At(*bpm), usage.Error(jam.CheckTempo(*bpm))
	}
	if err != nil {
		return nil, err
	}
	return NewTune(assets.DemoMelody, m)
}

// SetMeter gives the tune one meter instead of the file's meters.
func (t *Tune) SetMeter(meter jam.Meter) {
	t.Tune.Meter, t.Tune.Meters = meter, nil
	t.Melody.Meter, t.Melody.Meters = meter, nil
}

// Perform plays recorded events as a player would, each at its own time after began, whatever the jam's tempo is. (A
// [jam.Performer] follows the jam's grid.) It returns after the last event, or when ctx ends.
func Perform(ctx context.Context, clock jam.Clock, events []jam.Event, began <-chan time.Duration, play func(jam.Event)) {
	var start time.Duration
	select {
	case start = <-began:
	case <-ctx.Done():
		return
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for _, e := range events {
		e.At += start
		timer.Reset(e.At - clock.Now())
		select {
		case <-timer.C:
			play(e)
		case <-ctx.Done():
			return
		}
	}
}
