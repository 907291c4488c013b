package jam

// In a grouped meter the beats make groups of different weight: 2+2+3 in 7/8, 3+2 in 5/4. Styles, metronome and chord grid show
// them. Without groups, each beat is a group of its own.

// Grouped reports whether the beats make groups.
func (m Meter) Grouped() bool { return m.starts != 0 }

// Groups returns the frames of a bar at which a group of beats begins, from 0. It is nil if the meter is not grouped.
func (m Meter) Groups() (frames []int64) {
	for unit := 0; m.Grouped() && unit < int(m.Count); unit = m.groupAfter(unit) {
		frames = append(frames, int64(unit)*m.unit())
	}
	return frames
}

// Group returns the beginning and the end of the group that contains a frame of a bar. All three are frames after the bar line.
// Without groups, it returns those of the beat.
func (m Meter) Group(after int64) (from, to int64) {
	if !m.Grouped() {
		from = after / m.Beat() * m.Beat()
		return from, from + m.Beat()
	}
	for unit := 0; ; {
		next := m.groupAfter(unit)
		if to = int64(next) * m.unit(); after < to || next >= int(m.Count) {
			return int64(unit) * m.unit(), to
		}
		unit = next
	}
}

// Middle returns the frame of a bar at which its second half begins: the middle, or the beginning of a group that is nearest to it
// and, of two, the later one. Without such a frame, it is the length of the bar.
func (m Meter) Middle() int64 {
	bar := m.Bar()
	if !m.Grouped() {
		if m.Beats()%2 == 0 {
			return bar / 2
		}
		return bar
	}
	best := bar
	for unit := m.groupAfter(0); unit < int(m.Count); unit = m.groupAfter(unit) {
		at := int64(unit) * m.unit()
		if off := max(2*at-bar, bar-2*at); best == bar || off <= max(2*best-bar, bar-2*best) {
			best = at
		}
	}
	return best
}

// FeltFrom returns the beginning of the felt beat that contains a frame of a bar; both are frames after the bar line. In
// grouped meters of eighths or sixteenths a group is felt as a beat, in all others a beat is.
func (m Meter) FeltFrom(after int64) int64 {
	if !m.Grouped() || m.Unit <= 4 {
		return after / m.Beat() * m.Beat()
	}
	from, _ := m.Group(after)
	return from
}

// Felt reports whether a frame, counted from a bar line, begins a felt beat (see FeltFrom).
func (m Meter) Felt(since int64) bool {
	after := m.after(since)
	return m.FeltFrom(after) == after
}

// An Accent is the metrical weight of a frame.
type Accent uint8

// The accents, strongest last.
const (
	OffBeat  Accent = iota
	WeakBeat        // a beat within a group
	FullBeat        // a beat that begins a group, or any beat of a meter that is not grouped
	Downbeat        // the first beat of a bar
)

// Accent returns the accent of a frame, counted from a bar line.
func (m Meter) Accent(since int64) Accent {
	after := m.after(since)
	from, _ := m.Group(after)
	switch {
	case after == 0:
		return Downbeat
	case after == from:
		return FullBeat
	case after%m.Beat() == 0:
		return WeakBeat
	}
	return OffBeat
}

// after returns the number of frames from the last bar line to a frame that is counted from any bar line.
func (m Meter) after(since int64) int64 {
	bar := max(m.Bar(), 1)
	return (since%bar + bar) % bar
}

// Eighth reports whether a frame, counted from a bar line, begins an eighth. In meters of sixteenths, eighths are counted from the
// beginning of each group.
func (m Meter) Eighth(since int64) bool {
	after := m.after(since)
	if m.Unit < 16 {
		return after%2 == 0
	}
	from, _ := m.Group(after)
	return (after-from)%2 == 0
}

// Strong reports whether a frame, counted from a bar line, is a strong beat: a bar line or the middle of a bar.
func (m Meter) Strong(since int64) bool {
	after := m.after(since)
	return after == 0 || after == m.Middle()
}

// eighthsTo returns the number of eighths that have begun from a bar line up to and including a frame. It is negative before
// the bar line.
func (m Meter) eighthsTo(since int64) int64 {
	after := m.after(since)
	return (since-after)/m.Bar()*m.eighths(m.Bar()) + m.eighths(after+1)
}

// strongTo is like eighthsTo, for strong beats.
func (m Meter) strongTo(since int64) int64 {
	after := m.after(since)
	return (since-after)/m.Bar()*m.strongs(m.Bar()) + m.strongs(after+1)
}

// eighths returns the number of eighths that begin in a bar before a frame of it.
func (m Meter) eighths(after int64) (n int64) {
	if m.Unit < 16 {
		return (after + 1) / 2
	}
	for at := int64(0); at < after; {
		_, to := m.Group(at)
		n += (min(to, after) - at + 1) / 2
		at = to
	}
	return n
}

// strongs is like eighths, for strong beats.
func (m Meter) strongs(after int64) (n int64) {
	if after > 0 {
		n++
	}
	if after > m.Middle() {
		n++
	}
	return n
}
