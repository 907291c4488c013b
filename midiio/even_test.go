package midiio

import "testing"

func TestEven(t *testing.T) {
	for name, c := range map[string]struct {
		offs []float64 // where in each quarter note there is a note, in frames
		even bool
	}{
		"quarters": {[]float64{0}, true}, "eighths": {[]float64{0, 2}, true}, "sloppy eighths": {[]float64{0.1, 2.15}, true},
		"triplet swing": {[]float64{0, 2.67}, false}, "light swing": {[]float64{0, 2.3}, false}, "sixteenths": {[]float64{0, 1, 2, 3}, true},
		"swung sixteenths": {[]float64{0, 1.33, 2, 3.33}, false}, "dotted": {[]float64{0, 3}, true},
	} {
		m := Melody{}
		for beat := range 8 {
			for _, at := range c.offs {
				m.Notes = append(m.Notes, Note{Start: float64(4*beat) + at, End: float64(4*beat) + at + 0.5, Pitch: 60, Velocity: 80})
			}
		}
		if m.Even() != c.even {
			t.Errorf("%s: even is %v", name, !c.even)
		}
	}
}
