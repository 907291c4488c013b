package jam

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// A Meter is a time signature as musicians write it. Its beat is what is counted: a quarter note in 4/4, a dotted quarter in 6/8,
// 9/8 and 12/8, a half note in 2/2, and an eighth in meters whose eighths make groups of different lengths, such as 7/8. The zero
// Meter means no meter.
type Meter struct {
	Count uint8 // units in a bar
	Unit  uint8 // 2 for half notes, 4 for quarter notes, 8 for eighths, 16 for sixteenths

	// starts has a bit for each unit that begins a group of beats, except the first unit. It is 0 in meters without groups, such as
	// 4/4, and in those counted in threes, such as 6/8.
	starts uint32
}

// longestBar is the length of the longest bar that jamd plays, in frames: 16 quarter notes.
const longestBar = 16 * FramesPerBeat

const meterForm = "must be such as 4/4, 6/8 or 7/8, or with its groups 2+2+3/8, at most 16 quarter notes long"

// Quarters returns the meter of n quarter notes in a bar.
func Quarters(n int) Meter { return Meter{Count: uint8(min(max(n, 0), 255)), Unit: 4} }

// ParseMeter reads a meter such as 3/4, 6/8 or 7/8. Groups of beats are written as 2+2+3/8 or as 7/8=2+2+3. A single group, as
// in 5/4=5, means that the bar has no groups. Without written groups, 5/4 and 5/8 get 3+2, 7/4 gets 4+3, 8/8 gets 3+3+2, and
// other meters of eighths or sixteenths get twos with a three at the end of an odd bar, such as 2+2+3 in 7/8. Meters in threes,
// such as 6/8, get none.
func ParseMeter(s string) (Meter, error) {
	m, groups, err := readMeter(s)
	if err != nil || len(groups) > 0 {
		return m, err
	}
	return m.usual(), nil
}

// usual returns a meter that has no groups with its usual ones.
func (m Meter) usual() Meter {
	if m.starts != 0 || m.Unit == 2 || m.Count == 0 {
		return m
	}
	var groups []int
	switch {
	case m.Count == 5:
		groups = []int{3, 2}
	case m.Count == 7 && m.Unit == 4:
		groups = []int{4, 3}
	case m.Unit == 4 || m.Compound():
		return m
	case m.Count == 8:
		groups = []int{3, 3, 2}
	default: // twos, and a three at the end of an odd bar
		for left := int(m.Count); left > 0; left -= groups[len(groups)-1] {
			if groups = append(groups, 2); left <= 3 {
				groups[len(groups)-1] = left
			}
		}
	}
	m.starts = startsOf(groups)
	return m
}

func startsOf(groups []int) (starts uint32) {
	at := 0
	for _, n := range groups[:len(groups)-1] {
		at += n
		starts |= 1 << at
	}
	return starts
}

// readMeter reads a meter and the groups that are written with it, if any.
func readMeter(s string) (m Meter, groups []int, err error) {
	signature, sum, equal := strings.Cut(s, "=")
	top, unit, _ := strings.Cut(signature, "/")
	if strings.Contains(top, "+") && !equal {
		sum = top
	}
	count := 0
	if sum != "" || equal {
		for _, text := range strings.Split(sum, "+") {
			n := unitsIn(text)
			groups, count = append(groups, n), count+n
		}
		if sum == top {
			top = strconv.Itoa(count)
		}
	}
	m = Meter{Count: uint8(unitsIn(top)), Unit: uint8(unitsIn(unit))}
	if slices.Contains(groups, 0) || groups != nil && count != int(m.Count) || m.Check() != nil {
		return Meter{}, nil, fmt.Errorf("meter %q: %s", s, meterForm)
	}
	if groups != nil && !m.alike(groups) {
		m.starts = startsOf(groups)
	}
	return m, groups, nil
}

// unitsIn returns a number from 1 to 255, or 0 if text is none.
func unitsIn(text string) int {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil {
		return 0
	}
	return int(n)
}

// alike reports whether groups say no more than the meter does without them: a single group, groups of one beat each, or the
// threes of 6/8.
func (m Meter) alike(groups []int) bool {
	unit := 1
	if m.Compound() {
		unit = 3
	}
	for _, n := range groups {
		if n != unit {
			return len(groups) == 1 && unit == 1
		}
	}
	return true
}

// Check returns an error for a meter that jamd cannot play.
func (m Meter) Check() error {
	units := m.Unit == 2 || m.Unit == 4 || m.Unit == 8 || m.Unit == 16
	if !units || m.Count < 1 || m.Count > 32 || m.Bar() > longestBar || m.starts&1 != 0 || uint64(m.starts)>>m.Count != 0 {
		return fmt.Errorf("meter %v: %s", m, meterForm)
	}
	return nil
}

// String returns the meter as ParseMeter reads it: with its groups if it has some, and 5/4=5 if it has none where ParseMeter
// would add the usual ones.
func (m Meter) String() string {
	if m.usual() != m {
		return fmt.Sprintf("%s=%d", m.recorded(), m.Count)
	}
	return m.recorded()
}

// recorded returns the meter as recordings have it.
func (m Meter) recorded() string { return fmt.Sprintf("%s/%d", m.Top(), m.Unit) }

// Top returns what stands above the line in the time signature: 4, or the groups as in 2+2+3.
func (m Meter) Top() string {
	if m.starts == 0 {
		return strconv.Itoa(int(m.Count))
	}
	var sum []string
	for from := 0; from < int(m.Count); {
		to := m.groupAfter(from)
		sum = append(sum, strconv.Itoa(to-from))
		from = to
	}
	return strings.Join(sum, "+")
}

// groupAfter returns the first unit after the given one that begins a group, or Count if the next group begins the next bar.
func (m Meter) groupAfter(unit int) int {
	if rest := m.starts >> (unit + 1); rest != 0 {
		return unit + 1 + bits.TrailingZeros32(rest)
	}
	return int(m.Count)
}

// MarshalText returns the meter as recordings have it: 5/4 without groups is 5/4.
func (m Meter) MarshalText() ([]byte, error) { return []byte(m.recorded()), nil }

// UnmarshalText reads what MarshalText and String return. Unlike ParseMeter it gives 5/4 no groups, as recordings of older
// versions have it.
func (m *Meter) UnmarshalText(text []byte) (err error) {
	*m, _, err = readMeter(string(text))
	return err
}

// unit returns the length of a unit in frames.
func (m Meter) unit() int64 { return 4 * FramesPerBeat / int64(max(m.Unit, 1)) }

// Compound reports whether a beat is a dotted note, that is, three eighths or sixteenths, as in 6/8.
func (m Meter) Compound() bool { return m.Unit >= 8 && m.Count%3 == 0 && m.starts == 0 }

// Beat returns the length of a beat in frames.
func (m Meter) Beat() int64 {
	if m.Compound() {
		return 3 * m.unit()
	}
	return m.unit()
}

// Bar returns the length of a bar in frames.
func (m Meter) Bar() int64 { return m.unit() * int64(m.Count) }

// Beats returns the number of beats in a bar.
func (m Meter) Beats() int {
	if m.Compound() {
		return int(m.Count) / 3
	}
	return int(m.Count)
}
