package report

import (
	"fmt"
	"html/template"
	"math"

	"jamd/jam"
)

// tempoCurve draws the tempo of each whole bar of a jam that followed its player; "" if there is none.
func tempoCurve(take jam.Take) template.HTML {
	var points []point
	low, high := math.Inf(1), math.Inf(-1)
	for bar := take.BarAt(0); bar.End <= take.Frames; bar = take.BarAt(bar.End) {
		if bar.Frame < 0 { // a pickup
			continue
		}
		seconds := secondsAt(take.Tempo, bar.End) - secondsAt(take.Tempo, bar.Frame)
		bpm := float64(bar.End-bar.Frame) / jam.FramesPerBeat * 60 / seconds
		low, high = min(low, bpm), max(high, bpm)
		points = append(points, point{float64(bar.Frame+bar.End) / 2, bpm, true})
	}
	if len(points) < 2 {
		return ""
	}
	low, high = 5*math.Floor(low/5-0.5), 5*math.Ceil(high/5+0.5)
	c := newChart(chartWidth, 150, scale{0, float64(max(take.Frames, 1))}, scale{low, high})
	var ticks []tick
	for _, at := range []float64{low, (low + high) / 2, high} {
		ticks = append(ticks, tick{at, num(at)})
	}
	c.axes(timeTicks(take), ticks, "time")
	c.curve("curve", points)
	return c.svg(fmt.Sprintf("Tempo of each bar, %s to %s BPM on its scale", num(low), num(high)))
}
