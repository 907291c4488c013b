package jam

// A ChordGrid says on which lines the chord may change.
type ChordGrid uint8

// The chord grids, finest first.
const (
	GridFrame ChordGrid = iota
	GridBeat
	GridHalf
	GridBar
)

var chordGrids = words{"frame", "beat", "half", "bar"}

// String returns frame, beat, half or bar.
func (g ChordGrid) String() string { return chordGrids.word(int(g)) }

// MarshalText returns String.
func (g ChordGrid) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads what String returns.
func (g *ChordGrid) UnmarshalText(text []byte) error {
	i, err := chordGrids.find("chord-grid", string(text))
	*g = ChordGrid(i)
	return err
}

// has reports whether a frame, counted from a bar line, is a line of the chord grid. In meters of groups of eighths, a group
// counts as a beat. Half a bar of a grouped meter ends with the group that ends nearest to the middle; otherwise it is a whole
// number of beats, rounded down, and at least one.
func (g ChordGrid) has(m Meter, since int64) bool {
	switch {
	case g == GridBeat:
		return m.Felt(since)
	case g == GridHalf && m.Grouped():
		return m.Strong(since)
	case g == GridHalf:
		return since%(m.Beat()*int64(max(m.Beats()/2, 1))) == 0
	case g == GridBar:
		return since%m.Bar() == 0
	}
	return true
}
