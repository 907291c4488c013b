package main

import (
	"fmt"
	"time"

	"jamd/jam"
	"jamd/live"
	"jamd/midiio"
	"jamd/usage"
)

// A melodyFile names a melody in a MIDI file, and how fast to play it.
type melodyFile struct {
	path  string
	track string   // number or name of the part; "" chooses the melody
	tempo *float64 // replaces the file's tempi, if not nil
}

// read reads the melody. It logs the faults of the file as warnings.
func (f melodyFile) read(to console) (midiio.Melody, error) {
	melody, err := midiio.ReadFile(f.path, f.track)
	if err != nil {
		return melody, usage.Error(err)
	}
	for _, w := range melody.Warnings {
		to.Log.Warn().Msgf("%s: %v", f.path, w)
	}
	return atTempo(melody, f.tempo)
}

// atTempo returns the melody at a constant tempo, or unchanged if bpm is nil.
func atTempo(melody midiio.Melody, bpm *float64) (midiio.Melody, error) {
	if bpm == nil {
		return melody, nil
	}
	if err := jam.CheckTempo(*bpm); err != nil {
		return melody, usage.Error(err)
	}
	return melody.At(*bpm), nil
}

// tune reads the melody as a tune to perform.
func (f melodyFile) tune(to console) (*live.Tune, error) {
	melody, err := f.read(to)
	if err != nil {
		return nil, err
	}
	return live.NewTune(f.path, melody)
}

// partTold says which part of a file is the melody, such as track 2 "Flute". If the file has several parts, it also says why this
// one was chosen.
func partTold(m *midiio.Melody) string {
	if len(m.Parts) == 1 {
		return m.Part.String()
	}
	return fmt.Sprintf("%v of %d parts, %s (--track chooses another)", &m.Part, len(m.Parts), m.Why)
}

// longWork is how long an accompaniment may take before jamd announces its length.
const longWork = 10 * time.Second

// tellLength announces how long a tune is and how long its accompaniment will take, if that is long. steps are durations of the
// policy's steps.
func tellLength(to console, m *midiio.Melody, steps []time.Duration) {
	frames := m.Frames()
	work := time.Duration(float64(frames) * quantilesOf(steps).P50 * float64(time.Millisecond))
	if work < longWork {
		return
	}
	bar := m.Bars().At(frames - 1)
	to.Log.Info().Msgf("the tune has %d bars and lasts %v: its chords take about %v (Control-C ends)", bar.Number+1,
		lasts(m), work.Round(time.Second))
}

// lasts returns the length of a melody, rounded to seconds.
func lasts(m *midiio.Melody) time.Duration {
	grid, err := jam.NewTuneGrid(m.Tempo)
	if err != nil {
		return 0
	}
	return grid.Line(m.Frames()).Round(time.Second)
}
