package benchmark

import (
	"math"
	"time"

	"jamd/jam"
	"jamd/live"
)

// sway returns the demo tune, repeated for the given number of frames. The player is alternately early and late, by at most 0.4
// frames.
func sway(s jam.Settings, frames int64) ([]jam.Event, error) {
	tune, err := live.Demo(&s.Tempo)
	if err != nil {
		return nil, err
	}
	frame := jam.FrameLength(s.Tempo)
	length := jam.Bars{Meter: s.Meter}.Whole(tune.Melody.Frames())
	var events []jam.Event
	for first := int64(0); first < frames; first += length {
		for _, e := range tune.Tune.Events {
			e.At += time.Duration(float64(first) * frame)
			e.At += time.Duration(0.4 * frame * math.Sin(float64(e.At)/frame/9)) // a period of 57 frames: no whole bars
			events = append(events, e)
		}
	}
	return events, nil
}

// framesOf returns a duration in frames, at least one. 0 stays 0.
func framesOf(d time.Duration, bpm float64) int64 {
	if d == 0 {
		return 0
	}
	return max(1, int64(float64(d)/float64(time.Minute)*bpm*jam.FramesPerBeat+0.5))
}
