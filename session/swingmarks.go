package session

import (
	"math"

	"jamd/jam"
)

// A swung says how the notes of a bar swing: 0 if they do not.
type swung struct {
	pair    int64 // frames: 4 for eighths, 2 for sixteenths
	percent int64 // of the pair, where its second note comes
}

// swungIn returns how the frames of a bar swung. When eighths swing, three frames in a row are late; when sixteenths do, no two
// are.
func swungIn(take *jam.Take, bar jam.Bar) (s swung) {
	late := func(frame int64) float64 { return take.At(frame) - float64(frame) }
	most := 0.0
	for frame := max(bar.Frame, 0); frame < bar.End; frame++ {
		if late(frame) <= 0 {
			continue
		}
		s.pair = max(s.pair, 2)
		if late(frame+1) > 0 {
			s.pair = 4
		}
		most = max(most, late(frame))
	}
	if s.pair > 0 {
		half := float64(s.pair) / 2
		s.percent = int64(math.Round((half + most) / float64(s.pair) * 100))
	}
	return s
}

// swingMarks returns a mark where the notes begin to swing, and where they no longer do. A bar that the jam did not play to its
// end gets no mark.
func (s *sheet) swingMarks() (all []mark) {
	var before swung
	for frame := int64(0); frame < s.take.Frames; {
		bar := s.take.BarAt(frame)
		now := swungIn(&s.take, bar)
		if whole := bar.End <= s.take.Frames && bar.End-frame >= jam.FramesPerBeat; whole && now.pair != before.pair {
			all = append(all, mark{frame, now.direction})
			before = now
		}
		frame = bar.End
	}
	return all
}

// direction returns the words for players, and how far it swings for programs.
func (s swung) direction(offset int64) any {
	d := xmlWords{Placement: "above", Offset: offset}
	switch s.pair {
	case 4:
		d.Words, d.Swing = "Swing", xmlSwing{First: s.percent, Second: 100 - s.percent, Type: "eighth"}
	case 2:
		d.Words, d.Swing = "Swing 16ths", xmlSwing{First: s.percent, Second: 100 - s.percent, Type: "16th"}
	default:
		d.Words, d.Swing = "Straight", xmlSwing{Straight: &struct{}{}}
	}
	return d
}
