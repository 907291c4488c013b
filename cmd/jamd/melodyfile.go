package main

import (
	"fmt"
	"time"

	"jamd/jam"
	"jamd/live"
	"jamd/midiio"
	"jamd/usage"
)

// A melodyFile says which melody of which MIDI file is played, and how fast.
type melodyFile struct {
	path  string
	track string   // number or name of the part; "": the one that is the melody
	tempo *float64 // in place of the file's tempi; nil: those
}

// read reads the melody, and tells what was wrong in the file.
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

// atTempo returns the melody at another tempo, if there is one.
func atTempo(melody midiio.Melody, bpm *float64) (midiio.Melody, error) {
	if bpm == nil {
		return melody, nil
	}
	if err := jam.CheckTempo(*bpm); err != nil {
		return melody, usage.Error(err)
	}
	return melody.At(*bpm), nil
}

// tune reads the melody as a tune to be performed.
func (f melodyFile) tune(to console) (*live.Tune, error) {
	melody, err := f.read(to)
	if err != nil {
		return nil, err
	}
	return live.NewTune(f.path, melody)
}

// partTold says which part of a file is the melody: track 2 "Flute". If the file has others, it says why this one was taken.
func partTold(m *midiio.Melody) string {
	if len(m.Parts) == 1 {
		return m.Part.String()
	}
	return fmt.Sprintf("%v of %d parts, %s (--track takes another)", &m.Part, len(m.Parts), m.Why)
}

// longWork is how long an accompaniment may take before jamd says so beforehand.
const longWork = 10 * time.Second

// tellLength says how long a tune and the work on it are, if the work is long: steps are how long steps of the policy took.
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

// lasts is how long a melody is, to the second.
func lasts(m *midiio.Melody) time.Duration {
	grid, err := jam.NewTuneGrid(m.Tempo)
	if err != nil {
		return 0
	}
	return grid.Line(m.Frames()).Round(time.Second)
}
