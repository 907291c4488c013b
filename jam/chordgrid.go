package jam

import "fmt"

// A ChordGrid says on which lines the chord may change.
type ChordGrid uint8

// The chord grids, finest first.
const (
	GridFrame ChordGrid = iota
	GridBeat
	GridHalf
	GridBar
)

var chordGrids = [...]string{GridFrame: "frame", GridBeat: "beat", GridHalf: "half", GridBar: "bar"}

// ParseChordGrid reads frame, beat, half or bar.
func ParseChordGrid(s string) (ChordGrid, error) {
	for g, name := range chordGrids {
		if s == name {
			return ChordGrid(g), nil
		}
	}
	return 0, fmt.Errorf("chord grid %q: must be frame, beat, half or bar", s)
}

// String is what ParseChordGrid reads.
func (g ChordGrid) String() string {
	if int(g) < len(chordGrids) {
		return chordGrids[g]
	}
	return fmt.Sprintf("ChordGrid(%d)", uint8(g))
}

// MarshalText is String.
func (g ChordGrid) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText is ParseChordGrid.
func (g *ChordGrid) UnmarshalText(text []byte) (err error) {
	*g, err = ParseChordGrid(string(text))
	return err
}

// Frames is the distance of two lines of the chord grid. Half a bar is a whole number of beats, rounded down,
// and at least one.
func (g ChordGrid) Frames(beatsPerBar int) int64 {
	switch g {
	case GridBeat:
		return FramesPerBeat
	case GridHalf:
		return FramesPerBeat * int64(max(beatsPerBar/2, 1))
	case GridBar:
		return FramesPerBeat * int64(max(beatsPerBar, 1))
	}
	return 1
}
