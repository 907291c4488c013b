package jam

import "fmt"

// Bars are the bars of a tune or a take, whose meter may change.
type Bars struct {
	Meter   Meter         // at the beginning
	Changes []MeterChange // ascending; nil: the meter stays
}

// A Bar is one of Bars.
type Bar struct {
	Number     int64 // from 0
	Frame, End int64 // its first frame, and that of the next bar
	Meter      Meter
}

// At is the bar in which a frame lies. A bar that a change of the meter cuts short ends there.
func (b Bars) At(frame int64) Bar {
	bar := Bar{Meter: b.Meter}
	for _, c := range b.Changes {
		if c.Frame > frame {
			break
		}
		bar.Number += (c.Frame - bar.Frame + bar.Meter.Bar() - 1) / bar.Meter.Bar()
		bar.Frame, bar.Meter = c.Frame, c.Meter
	}
	whole := (frame - bar.Frame) / bar.Meter.Bar()
	bar.Number += whole
	bar.Frame += whole * bar.Meter.Bar()
	bar.End = bar.Frame + bar.Meter.Bar()
	for _, c := range b.Changes {
		if c.Frame > bar.Frame {
			bar.End = min(bar.End, c.Frame)
			break
		}
	}
	return bar
}

// Whole rounds a length in frames up to whole bars.
func (b Bars) Whole(frames int64) int64 {
	if frames <= 0 {
		return 0
	}
	return b.At(frames - 1).End
}

// Position writes a frame as bar and beat, each counted from 1, and the sixteenth if the frame is off the beat: 3.2, 3.2+1.
func (b Bars) Position(frame int64) string {
	bar := b.At(frame)
	after, beat := frame-bar.Frame, bar.Meter.Beat()
	at := fmt.Sprintf("%d.%d", bar.Number+1, after/beat+1)
	if sixteenth := after % beat; sixteenth != 0 {
		at += fmt.Sprintf("+%d", sixteenth)
	}
	return at
}
