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

// A followLinesCmd reads performances from standard input, one JSON object a line, follows each, and prints the predicted beats
// as one JSON object a line. 'python -m train follow' judges the follower by them.
type followLinesCmd struct{}

// playedNotes are a performance. Times are in seconds.
type playedNotes struct {
	Meter string       `json:"meter"` // "" if not given
	BPM   float64      `json:"bpm"`   // 0 if not given
	Taps  []float64    `json:"taps"`
	Notes [][3]float64 `json:"notes"` // time, pitch and velocity, in order of time
	Until float64      `json:"until"`
}

// A predictedBeat is a beat as predicted half a beat before it. At is in seconds.
type predictedBeat struct {
	At    float64 `json:"at"`
	InBar int     `json:"in_bar"`
	BPM   float64 `json:"bpm"`
	Sure  float64 `json:"sure"`
	Meter string  `json:"meter,omitempty"` // once it is told or found
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

// predicted returns the next beat as it is printed.
func predicted(next jam.PlayerTime) predictedBeat {
	p := predictedBeat{At: next.Line.Seconds(), InBar: next.InBar, BPM: next.BPM, Sure: next.Sure}
	if next.MeterSure {
		p.Meter = next.Meter.String()
	}
	return p
}

// followPerformance gives a performance to a new follower and returns what the follower predicted.
func followPerformance(p playedNotes, c follow.Config) (made followedPerformance) {
	f := follow.New(c)
	seconds := func(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
	last := int64(math.MinInt64)
	// pass moves time on to t. It records each beat when it is half a beat away.
	pass := func(t time.Duration) {
		var now time.Duration
		for {
			next, ok := f.PlayerTime(now)
			if !ok || next.Line-next.Period/2 > t {
				break
			}
			if next.Beat > last {
				last = next.Beat
				made.Beats = append(made.Beats, predicted(next))
			}
			if next.Line > t {
				break
			}
			f.Advance(next.Line)
			now = next.Line
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
