package main

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"os"
	"time"

	"jamd/follow"
	"jamd/jam"
	"jamd/usage"
)

// A followLinesCmd follows performances, one a line of JSON, and prints what it predicted, one a line: by it 'python -m
// train follow' judges the follower.
type followLinesCmd struct{}

// playedNotes are what a player does: times are in seconds.
type playedNotes struct {
	Meter string       `json:"meter"` // "": not told
	BPM   float64      `json:"bpm"`   // 0: not told
	Taps  []float64    `json:"taps"`
	Notes [][3]float64 `json:"notes"` // time, pitch, velocity; in order
	Until float64      `json:"until"`
}

// A predictedBeat is a beat as it was said half a beat before it.
type predictedBeat struct {
	At    float64 `json:"at"`
	InBar int     `json:"in_bar"`
	BPM   float64 `json:"bpm"`
	Sure  float64 `json:"sure"`
}

type followedPerformance struct {
	Beats   []predictedBeat `json:"beats"`
	Slowest float64         `json:"slowest_note_ms"`
}

func (c *followLinesCmd) Run(to console) error {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), json.NewEncoder(to.Out)
	decoder := json.NewDecoder(in)
	for {
		var p playedNotes
		if err := decoder.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return usage.Errorf("performance: %w", err)
		}
		var meter jam.Meter
		if p.Meter != "" {
			var err error
			if meter, err = jam.ParseMeter(p.Meter); err != nil {
				return usage.Error(err)
			}
		}
		if err := out.Encode(followPerformance(p, follow.Config{Meter: meter, BPM: p.BPM})); err != nil {
			return err
		}
	}
}

// followPerformance plays a performance to a follower.
func followPerformance(p playedNotes, c follow.Config) (made followedPerformance) {
	f := follow.New(c)
	seconds := func(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
	last := int64(math.MinInt64)
	// pass lets time pass until t, and notes each beat when half a beat is left until it.
	pass := func(t time.Duration) {
		var now time.Duration
		for {
			r, ok := f.Reading(now)
			if !ok || r.At-r.Period/2 > t {
				break
			}
			if r.Beat > last {
				last = r.Beat
				made.Beats = append(made.Beats, predictedBeat{r.At.Seconds(), r.InBar, r.BPM, r.Sure})
			}
			if r.At > t {
				break
			}
			f.Advance(r.At)
			now = r.At
		}
		f.Advance(t)
	}
	taps := p.Taps
	for _, n := range p.Notes {
		for len(taps) > 0 && taps[0] <= n[0] {
			pass(seconds(taps[0]))
			f.Tap(seconds(taps[0]))
			taps = taps[1:]
		}
		at := seconds(n[0])
		pass(at)
		begun := time.Now()
		f.Note(at, uint8(n[1]), uint8(n[2]))
		made.Slowest = max(made.Slowest, time.Since(begun).Seconds()*1e3)
	}
	pass(seconds(p.Until))
	return made
}
