package follow

// Kinds of motion from one note to the next, as train/follow/tables.py counts them: 11 intervals, and for each the direction
// of the interval before.
const (
	intervals = 11
	motions   = 3 * intervals
	unmoved   = intervals + intervals/2 // a repeated note after a repeated note: it tells nothing
)

// intervalLimits are the largest intervals of each kind, in semitones; there is one kind for all that are larger.
var intervalLimits = [...]int{1, 2, 4, 7}

// A melody is what is remembered of the last notes: leaps and turns tell where beats are.
type melody struct {
	pitch int // of the last onset
	moved int // direction of the last interval: -1, 0 or 1
	heard bool
}

// move returns the motion to a pitch and remembers it.
func (m *melody) move(pitch uint8) int {
	if !m.heard {
		m.pitch, m.heard = int(pitch), true
		return unmoved
	}
	interval := int(pitch) - m.pitch
	direction, size := 1, interval
	switch {
	case interval == 0:
		direction = 0
	case interval < 0:
		direction, size = -1, -interval
	}
	kind := 1
	for _, limit := range intervalLimits {
		if size > limit {
			kind++
		}
	}
	motion := (m.moved+1)*intervals + direction*kind + intervals/2
	m.pitch, m.moved = int(pitch), direction
	return motion
}

// join takes another note of the last onset: the melody is the highest.
func (m *melody) join(pitch uint8) { m.pitch = max(m.pitch, int(pitch)) }
