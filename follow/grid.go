package follow

import (
	"math"

	"jamd/jam"
)

// A grid says where the beats are. Beat numbers only increase.
type grid struct {
	on, found  bool    // it has beats; they have been agreed on at least once
	beat       int64   // the beat whose line is at `at`
	at, period float64 // in seconds
	passed     int64   // the last beat whose line has passed
	one        int64   // number of a beat that begins a bar
	meter      jam.Meter
	reach      float64 // beats that a hypothesis near the grid may lie off it
}

// line returns the time of a beat, in seconds.
func (g *grid) line(beat int64) float64 { return g.at + float64(beat-g.beat)*g.period }

// nearest is the beat nearest to a time, and how many beats the time is after it.
func (g *grid) nearest(t float64) (beat int64, after float64) {
	x := (t - g.at) / g.period
	n := math.Round(x)
	return g.beat + int64(n), x - n
}

func (g *grid) beats() int64 { return int64(g.meter.Beats()) }

// inBar returns the place of a beat in its bar, from 0.
func (g *grid) inBar(beat int64) int64 { return ((beat-g.one)%g.beats() + g.beats()) % g.beats() }

// near reports whether a hypothesis is close enough to the grid, in time and tempo.
func (g *grid) near(h *hypothesis, t float64) bool {
	if math.Abs(h.period-g.period) > pace*g.period {
		return false
	}
	at, _ := h.line(t)
	_, after := g.nearest(at)
	return math.Abs(after) < g.reach
}

// Levels of a hypothesis that has a grid's beats.
const (
	sameLevel = iota
	slower    // it has every other one
	faster    // it has twice as many
	levels
)

// level returns how a hypothesis that has the grid's beats counts them; ok is false if it has other beats.
func (g *grid) level(h *hypothesis, t float64) (level int, ok bool) {
	if g.near(h, t) {
		return sameLevel, true
	}
	slow, fast := *g, *g
	slow.period, slow.reach, fast.period = 2*g.period, g.reach/2, g.period/2
	other := slow
	other.at += g.period
	switch {
	case slow.near(h, t), other.near(h, t):
		return slower, true
	case fast.near(h, t):
		return faster, true
	}
	return 0, false
}

// move puts the line of a beat at a time; from there, beats have the given period. Beats that have passed stay so.
func (g *grid) move(beat int64, at, period float64) { g.beat, g.at, g.period = beat, at, period }

// put makes the grid that of a hypothesis, with its meter if that is still searched for. The next beat keeps its number if it
// moves by less than half a beat.
func (g *grid) put(h *hypothesis, t float64, searched bool) {
	at, inBar := h.line(t)
	if !g.on {
		g.on, g.beat, g.passed = true, 1, 0
	} else {
		n, _ := g.nearest(at)
		g.beat = max(n, g.passed+1)
	}
	g.at, g.period = at, h.period
	if !g.found {
		if searched {
			g.meter = classes[h.class].meter
		}
		g.one = g.beat - int64(inBar)
	}
}
