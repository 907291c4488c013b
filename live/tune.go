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

// A Tune is a melody from a file. jamd plays it into the jam as a player would.
type Tune struct {
	File   string // name of the file
	Melody midiio.Melody
	Tune   jam.Tune
}

// NewTune makes a tune of a melody that was read from the file of that name.
func NewTune(file string, m midiio.Melody) (*Tune, error) {
	t, err := m.Tune()
	if err != nil {
		return nil, usage.Errorf("%s: %w", file, err)
	}
	return &Tune{file, m, t}, nil
}

// Demo returns the melody that comes with jamd. If bpm is not nil, it is at that tempo throughout, in quarter notes a minute.
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

// perform makes the bundled tune the melody of the next jam, in its own tempo and meter.
func (p *Player) perform() (err error) {
	if p.Tune, err = Demo(nil); err == nil {
		p.Settings.Tempo, p.Settings.Meter, p.Settings.FindMeter = p.Tune.Tune.Tempo[0].BPM, p.Tune.Tune.Meter, false
	}
	return err
}

// SetMeter replaces the meters of the file by one meter.
func (t *Tune) SetMeter(meter jam.Meter) {
	t.Tune.Meter, t.Tune.Meters = meter, nil
	t.Melody.Meter, t.Melody.Meters = meter, nil
}

// Perform plays recorded events as a player would: each at its own time after the time that it receives from began, whatever the
// jam's tempo. ([jam.Performer] plays on the jam's grid instead.) It returns after the last event, or when ctx ends.
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
