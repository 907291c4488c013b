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

// frames returns the distance between two lines of the chord grid. Half a bar is a whole number of beats, rounded down, and at
// least one.
func (g ChordGrid) frames(m Meter) int64 {
	switch g {
	case GridBeat:
		return m.Beat()
	case GridHalf:
		return m.Beat() * int64(max(m.Beats()/2, 1))
	case GridBar:
		return m.Bar()
	}
	return 1
}
