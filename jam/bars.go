package jam

import "fmt"

// Bars describe the bars of a tune or a take, whose meter may change.
type Bars struct {
	Meter   Meter         // at frame 0
	Changes []MeterChange // ascending; nil if the meter stays
}

// A Bar is one of Bars.
type Bar struct {
	Number     int64 // from 0; -1 for a pickup
	Frame, End int64 // the first frame of the bar, and of the next one
	Meter      Meter
}

// Pickup returns the meter of the bar that a pickup belongs to. If the music does not begin with a bar line, that is the bar
// that it begins in; if the first bar is shorter than the second, it is the second. Without a pickup, Pickup returns the zero
// Meter.
func (b Bars) Pickup() Meter {
	if len(b.Changes) == 0 {
		return Meter{}
	}
	first := b.Changes[0]
	if first.Frame == 0 && first.Into > 0 {
		return first.Meter
	}
	if first.Frame <= 0 || first.Frame > b.Meter.Bar() || first.Frame >= first.Meter.Bar() {
		return Meter{}
	}
	return first.Meter
}

// At returns the bar that a frame is in. A change of meter cuts a bar short. A pickup counts as the end of a bar in the meter
// after it, so it begins before frame 0.
func (b Bars) At(frame int64) Bar {
	bar := b.counted(frame)
	if pickup := b.Pickup(); pickup != (Meter{}) {
		if bar.Number--; bar.Number < 0 {
			bar.Meter, bar.Frame = pickup, bar.End-pickup.Bar()
		}
	}
	return bar
}

// Add returns the bars with one more change. If the change is not after the last one, it is known already and nothing changes.
func (b Bars) Add(c MeterChange) Bars {
	if n := len(b.Changes); n == 0 || c.Frame > b.Changes[n-1].Frame {
		b.Changes = append(b.Changes[:n:n], c)
	}
	return b
}

// counted is At, except that a pickup counts as a bar.
func (b Bars) counted(frame int64) Bar {
	bar := Bar{Meter: b.Meter}
	for _, c := range b.Changes {
		if c.Frame > frame {
			break
		}
		bar.Number += (c.Frame - bar.Frame + bar.Meter.Bar() - 1) / bar.Meter.Bar()
		bar.Frame, bar.Meter = c.Frame-c.Into, c.Meter
	}
	whole := (frame - bar.Frame) / bar.Meter.Bar()
	bar.Number += whole
	bar.Frame += whole * bar.Meter.Bar()
	bar.End = bar.Frame + bar.Meter.Bar()
	for _, c := range b.Changes {
		if c.Frame > frame {
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

// Position returns a frame's bar and beat, each counted from 1 (the bar of a pickup is 0), and the sixteenth if the frame is off
// the beat: 3.2, 3.2+1.
func (b Bars) Position(frame int64) string {
	bar := b.At(frame)
	after, beat := frame-bar.Frame, bar.Meter.Beat()
	at := fmt.Sprintf("%d.%d", bar.Number+1, after/beat+1)
	if sixteenth := after % beat; sixteenth != 0 {
		at += fmt.Sprintf("+%d", sixteenth)
	}
	return at
}
