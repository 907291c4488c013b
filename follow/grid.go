package follow

import (
	"math"

	"jamd/jam"
)

// A grid is where the beats are. They are counted on and never back.
type grid struct {
	on, found  bool  // it has beats; they were once agreed upon
	beat       int64 // whose line is at
	at, period float64
	passed     int64 // the last beat whose line has been
	one        int64 // a beat that begins a bar
	meter      jam.Meter
	told       bool // the meter was
}

func (g *grid) line(beat int64) float64 { return g.at + float64(beat-g.beat)*g.period }

// nearest is the beat nearest to a time, and how many beats the time is after it.
func (g *grid) nearest(t float64) (beat int64, after float64) {
	x := (t - g.at) / g.period
	n := math.Round(x)
	return g.beat + int64(n), x - n
}

func (g *grid) beats() int64 { return int64(g.meter.Beats()) }

// inBar is the place of a beat in its bar, from 0.
func (g *grid) inBar(beat int64) int64 { return ((beat-g.one)%g.beats() + g.beats()) % g.beats() }

// near says whether a hypothesis is of this grid.
func (g *grid) near(h *hypothesis, t float64) bool {
	if math.Abs(h.period-g.period) > pace*g.period {
		return false
	}
	at, _ := h.line(t)
	_, after := g.nearest(at)
	return math.Abs(after) < reach
}

// move lets the line of a beat be at a time, and beats pass at a pace from there. Beats that have been stay so.
func (g *grid) move(beat int64, at, period float64) { g.beat, g.at, g.period = beat, at, period }

// put lets the grid be a hypothesis's. The next beat keeps its number where it is moved by less than half a beat.
func (g *grid) put(h *hypothesis, t float64) {
	at, inBar := h.line(t)
	if !g.on {
		g.on, g.beat, g.passed = true, 1, 0
	} else {
		n, _ := g.nearest(at)
		g.beat = max(n, g.passed+1)
	}
	g.at, g.period = at, h.period
	if !g.found {
		if !g.told {
			g.meter = classes[h.class].meter
		}
		g.one = g.beat - int64(inBar)
	}
}
