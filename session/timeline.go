package session

import (
	"math"
	"sort"
	"time"

	"jamd/jam"
)

// A timeline is when each frame of a jam began, in microseconds on the jam's clock, from frame 0 to the end of the last. Lines
// that no report tells lie evenly between those that one does; before and after all, a frame is as long as the tempo says.
type timeline struct {
	lines       []float64
	first, last float64 // length of a frame before the first line, and after the last
}

func newTimeline(reports map[int64]jam.FrameReport, take jam.Take) timeline {
	t := timeline{lines: make([]float64, take.Frames+1)}
	t.first, t.last = frameMicros(take.Tempo[0].BPM), frameMicros(take.Tempo[len(take.Tempo)-1].BPM)
	known := int64(-1) // the last frame with a report
	for frame := range take.Frames {
		r, told := reports[frame]
		if !told {
			continue
		}
		at := micros(r.Line)
		for between := known + 1; between < frame; between++ {
			if known < 0 {
				t.lines[between] = at - float64(frame-between)*t.first
			} else {
				share := float64(between-known) / float64(frame-known)
				t.lines[between] = t.lines[known] + share*(at-t.lines[known])
			}
		}
		t.lines[frame], known = at, frame
	}
	for after := known + 1; after <= take.Frames; after++ {
		t.lines[after] = t.last
		if after > 0 {
			t.lines[after] += t.lines[after-1]
		}
	}
	return t
}

func frameMicros(bpm float64) float64 {
	return float64(time.Minute/time.Microsecond) / bpm / jam.FramesPerBeat
}

// at is when a frame begins.
func (t *timeline) at(frame int64) float64 {
	end := int64(len(t.lines)) - 1
	switch {
	case frame < 0:
		return t.lines[0] + float64(frame)*t.first
	case frame > end:
		return t.lines[end] + float64(frame-end)*t.last
	}
	return t.lines[frame]
}

// nearest is the frame whose line is nearest to a time; halfway between two lines it is the later one.
func (t *timeline) nearest(at float64) int64 {
	end := len(t.lines) - 1
	switch {
	case at < t.lines[0]:
		return int64(math.Floor((at-t.lines[0])/t.first + 0.5))
	case at >= t.lines[end]:
		return int64(end) + int64(math.Floor((at-t.lines[end])/t.last+0.5))
	}
	next := sort.SearchFloat64s(t.lines, at)
	if t.lines[next] > at && at-t.lines[next-1] < t.lines[next]-at {
		next--
	}
	return int64(next)
}
