package ui

import (
	"jamd/jam"
	"jamd/spelling"
)

// A Chart has the chords of a recorded jam by its bars.
type Chart struct {
	Meters []Meter      `json:"meters"`
	Frames int64        `json:"frames"` // length of the jam
	Chords []ChartChord `json:"chords"`
}

// A ChartChord is a chord that sounds from a frame on, up to the next ChartChord.
type ChartChord struct {
	Frame  int64  `json:"frame"`
	Symbol string `json:"symbol"` // spelt in the key; "N.C." for none
}

// NewChart returns the chart of a take, spelt in the key of its melody.
func NewChart(take *jam.Take) Chart {
	key := spelling.Of(take.Key())
	c := Chart{Meters: MetersOf(take.Bars()), Frames: take.Frames, Chords: []ChartChord{}}
	for _, change := range take.ChordChanges() {
		c.Chords = append(c.Chords, ChartChord{change.Frame, key.Symbol(change.Symbol)})
	}
	return c
}

// charted is how many chord changes of a jam a page gets when it joins.
const charted = 2048

// A song has the chords of a jam so far; of more than charted, only the last ones. The zero value is the beginning of a jam.
type song struct {
	chords  []ChartChord
	unspelt int // the first ones, from before a key was known
}

// add adds the chord that sounds in a frame, if it is another one. When a key becomes known, add spells the chords before it,
// and returns true.
func (s *song) add(frame int64, symbol string, key spelling.Key) (respelt bool) {
	known := key != spelling.Key{}
	if known && s.unspelt > 0 {
		for i := range s.chords[:s.unspelt] {
			s.chords[i].Symbol = key.Symbol(s.chords[i].Symbol)
		}
		s.unspelt, respelt = 0, true
	}
	c := ChartChord{frame, key.Symbol(symbol)}
	if n := len(s.chords); n > 0 && s.chords[n-1].Symbol == c.Symbol {
		return respelt
	}
	if s.chords = append(s.chords, c); len(s.chords) > charted {
		s.chords = append(s.chords[:0:0], s.chords[len(s.chords)-charted:]...)
	}
	if !known {
		s.unspelt = len(s.chords)
	}
	return respelt
}
