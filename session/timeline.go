package session

import (
	"sort"
	"time"

	"jamd/jam"
)

// A timeline holds when each frame of a jam began, on the jam's clock, from frame 0 to the end of the last. Lines that the
// log does not have are spaced evenly between those that it has; before its first and after its last line, the tempo gives the
// length of a frame.
type timeline struct {
	lines       []time.Duration
	first, last time.Duration // length of a frame before the first line, and after the last
}

func newTimeline(logged map[int64]time.Duration, take jam.Take) timeline {
	t := timeline{lines: make([]time.Duration, take.Frames+1)}
	t.first, t.last = frameLength(take.Tempo[0]), frameLength(take.Tempo[len(take.Tempo)-1])
	known := int64(-1) // last frame whose line is logged
	for frame := range take.Frames {
		line, told := logged[frame]
		if !told {
			continue
		}
		for between := known + 1; between < frame; between++ {
			if known < 0 {
				t.lines[between] = line - time.Duration(frame-between)*t.first
			} else {
				share := float64(between-known) / float64(frame-known)
				t.lines[between] = t.lines[known] + time.Duration(share*float64(line-t.lines[known]))
			}
		}
		t.lines[frame], known = line, frame
	}
	for after := known + 1; after <= take.Frames; after++ {
		t.lines[after] = t.last
		if after > 0 {
			t.lines[after] += t.lines[after-1]
		}
	}
	return t
}

func frameLength(c jam.TempoChange) time.Duration { return time.Duration(jam.FrameLength(c.BPM)) }

// at returns when a frame begins.
func (t *timeline) at(frame int64) time.Duration {
	end := int64(len(t.lines)) - 1
	switch {
	case frame < 0:
		return t.lines[0] + time.Duration(frame)*t.first
	case frame > end:
		return t.lines[end] + time.Duration(frame-end)*t.last
	}
	return t.lines[frame]
}

// nearest returns the frame whose line is nearest to a time; halfway between two lines, the later frame.
func (t *timeline) nearest(at time.Duration) int64 {
	end := len(t.lines) - 1
	switch {
	case at < t.lines[0]:
		return -int64((t.lines[0] - at + (t.first-1)/2) / t.first)
	case at >= t.lines[end]:
		return int64(end) + int64((at-t.lines[end]+t.last/2)/t.last)
	}
	next := sort.Search(len(t.lines), func(i int) bool { return t.lines[i] >= at })
	if t.lines[next] > at && at-t.lines[next-1] < t.lines[next]-at {
		next--
	}
	return int64(next)
}
