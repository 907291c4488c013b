package midiio

import (
	"math"
	"slices"

	"jamd/jam"
)

// The middle of the off-beats that swing, in pairs of notes: later than evenly by a tenth of the pair's half, or more.
const swingsFrom = 1.1

// Even reports whether the melody does not swing by itself. It swings if most of its off-beat eighths, or sixteenths, come
// clearly after the middle of their pair. A dotted note and its short one, which come later still, are no swing.
func (m *Melody) Even() bool {
	for _, pair := range []float64{jam.FramesPerBeat, jam.FramesPerBeat / 2} {
		var off []float64 // 1 is the middle of the pair, 2 its end
		for _, n := range m.Notes {
			if in := 2 * (n.Start/pair - math.Floor(n.Start/pair)); in > 0.8 && in < 1.45 {
				off = append(off, in)
			}
		}
		slices.Sort(off)
		if len(off) > 0 && off[len(off)/2] > swingsFrom {
			return false
		}
	}
	return true
}
