package jam

import (
	"fmt"
	"strconv"
	"strings"
)

// A Meter is a time signature as musicians write it. A beat is a quarter note in 1/4 to 16/4, and a dotted quarter in 6/8, 9/8
// and 12/8. The zero Meter means no meter.
type Meter struct {
	Count uint8 // units in a bar
	Unit  uint8 // 4 for quarter notes, 8 for eighths
}

// Quarters returns the meter of n quarter notes in a bar.
func Quarters(n int) Meter { return Meter{Count: uint8(min(max(n, 0), 255)), Unit: 4} }

// ParseMeter reads a meter such as 3/4 or 6/8.
func ParseMeter(s string) (Meter, error) {
	count, unit, _ := strings.Cut(s, "/")
	n, err := strconv.ParseUint(count, 10, 8)
	d, err2 := strconv.ParseUint(unit, 10, 8)
	m := Meter{Count: uint8(n), Unit: uint8(d)}
	if err != nil || err2 != nil || m.Check() != nil {
		return Meter{}, fmt.Errorf("meter %q: must be 1/4 to 16/4, 6/8, 9/8 or 12/8", s)
	}
	return m, nil
}

// Check returns an error for a meter that jamd cannot play.
func (m Meter) Check() error {
	quarters := m.Unit == 4 && m.Count >= 1 && m.Count <= 16
	dotted := m.Unit == 8 && (m.Count == 6 || m.Count == 9 || m.Count == 12)
	if !quarters && !dotted {
		return fmt.Errorf("meter %v: must be 1/4 to 16/4, 6/8, 9/8 or 12/8", m)
	}
	return nil
}

// String returns the meter as ParseMeter reads it.
func (m Meter) String() string { return fmt.Sprintf("%d/%d", m.Count, m.Unit) }

// MarshalText returns String.
func (m Meter) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a meter as ParseMeter does.
func (m *Meter) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMeter(string(text))
	return err
}

// Beat returns the length of a beat in frames.
func (m Meter) Beat() int64 {
	if m.Unit == 8 {
		return 3 * FramesPerBeat / 2
	}
	return FramesPerBeat
}

// Bar returns the length of a bar in frames.
func (m Meter) Bar() int64 { return m.Beat() * int64(m.Beats()) }

// Beats returns the number of beats in a bar.
func (m Meter) Beats() int {
	if m.Unit == 8 {
		return int(m.Count) / 3
	}
	return int(m.Count)
}

// Strong returns the distance between two strong beats in frames: half a bar if that is a whole number of beats, else a bar.
func (m Meter) Strong() int64 {
	if m.Beats()%2 == 0 {
		return m.Bar() / 2
	}
	return m.Bar()
}
