package jam

// A Complexity says which kinds of chord may begin.
type Complexity uint8

// The complexities, simplest first.
const (
	Triads   Complexity = iota // at most three notes
	Sevenths                   // at most four notes, none of them a ninth
	AllChords
)

var complexities = words{"triads", "sevenths", "all"}

// String returns triads, sevenths or all.
func (c Complexity) String() string { return complexities.word(int(c)) }

// MarshalText returns String.
func (c Complexity) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what String returns.
func (c *Complexity) UnmarshalText(text []byte) error {
	i, err := complexities.find("complexity", string(text))
	*c = Complexity(i)
	return err
}

// allows reports whether chords of a quality may begin.
func (c Complexity) allows(quality uint8) bool {
	intervals := Qualities[quality].Intervals
	switch c {
	case Triads:
		return len(intervals) <= 3
	case Sevenths: // a second together with a third is a ninth; without the third it is a sus2
		return len(intervals) <= 3 || len(intervals) == 4 && intervals[1] != 2
	}
	return true
}
