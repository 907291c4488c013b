package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"jamd/jam"
	"jamd/session"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// who writes a policy's name as the player may see it.
func who(policy string) string {
	if policy == session.Hidden {
		return "a hidden policy"
	}
	return policy
}

// clock formats seconds as 1:02:03 or 2:03.
func clock(seconds float64) string {
	s := int64(max(seconds, 0))
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// secondsAt returns the seconds from frame 0 to the beginning of a frame.
func secondsAt(tempo []jam.TempoChange, frame int64) (seconds float64) {
	for i, t := range tempo {
		if t.Frame >= frame {
			break
		}
		to := frame
		if i+1 < len(tempo) {
			to = min(to, tempo[i+1].Frame)
		}
		seconds += float64(to-t.Frame) / jam.FramesPerBeat * 60 / t.BPM
	}
	return seconds
}

// frameAt returns the position, in frames, at a time after frame 0.
func frameAt(tempo []jam.TempoChange, seconds float64) float64 {
	for i, t := range tempo {
		perSecond := t.BPM / 60 * jam.FramesPerBeat
		if i+1 == len(tempo) || seconds < float64(tempo[i+1].Frame-t.Frame)/perSecond {
			return float64(t.Frame) + seconds*perSecond
		}
		seconds -= float64(tempo[i+1].Frame-t.Frame) / perSecond
	}
	return 0
}

// short writes a time in a suitable unit.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < time.Millisecond:
		return fmt.Sprintf("%.3g µs", float64(d)/1e3)
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.3g s", d.Seconds())
}

// share writes a ratio as .47.
func share(x float64) string {
	if x >= 1 {
		return fmt.Sprintf("%.2f", x)
	}
	return strings.TrimPrefix(fmt.Sprintf("%.2f", x), "0")
}

// p writes the probability of a test.
func p(x *float64) string {
	switch {
	case x == nil:
		return "–"
	case *x < 0.001:
		return "< .001"
	}
	return strings.TrimPrefix(fmt.Sprintf("%.3f", *x), "0")
}

// two writes a figure to two digits.
func two(x *float64) string { return fmt.Sprintf("%.2g", *x) }

// number writes a figure to three digits, or – if there is none.
func number(x *float64) string {
	if x == nil {
		return "–"
	}
	return fmt.Sprintf("%.3g", *x)
}
