package jam

import (
	"math"
	"time"
)

// lineTolerance is how far the lines of TempoOf's tempi may be from the given ones.
const lineTolerance = 200 * time.Microsecond

// TempoOf returns tempi by which frames begin at the given lines. The first line is that of frame 0. A new tempo begins at each
// quarter note whose end the last tempo would miss.
func TempoOf(lines []time.Duration) (tempo []TempoChange) {
	if len(lines) < 2 {
		return []TempoChange{{BPM: DefaultSettings().Tempo}}
	}
	var from, step float64 // start of the last tempo and length of its frames, in nanoseconds
	var frame int
	for t := 0; t < len(lines)-1; t += FramesPerBeat {
		end := min(t+FramesPerBeat, len(lines)-1)
		at := from + float64(end-frame)*step
		if off := float64(lines[end]-lines[0]) - at; len(tempo) > 0 && math.Abs(off) < float64(lineTolerance) {
			continue
		}
		if len(tempo) > 0 {
			from, frame = from+float64(t-frame)*step, t
		}
		step = (float64(lines[end]-lines[0]) - from) / float64(end-t)
		bpm := min(max(float64(time.Minute)/FramesPerBeat/step, MinTempo), MaxTempo)
		step = FrameLength(bpm)
		tempo = append(tempo, TempoChange{int64(t), bpm})
	}
	return tempo
}
