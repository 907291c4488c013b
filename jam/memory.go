package jam

// A Memory is a policy that is told every frame of a jam in order.
type Memory struct {
	policy Policy
	told   Told  // the policy, if it can be told
	next   int64 // follows the last frame that it was told
	since  int64 // the first frame that it remembers
}

// NewMemory makes a memory that was told nothing yet.
func NewMemory(p Policy) Memory {
	told, _ := p.(Told)
	return Memory{policy: p, told: told}
}

// Tell says how busy the policy is to be from the next Step on, if it can be told.
func (m *Memory) Tell(b Busy) {
	if m.told != nil {
		m.told.Tell(b)
	}
}

// Step tells the policy the tokens of the frame before the given one, and the given frame's place, and returns the policy's
// logits for the given frame. Start tokens make it start afresh. If frames were left out it starts afresh too, as on a piece
// cut out of a longer one: a note or chord that is held at the cut begins there.
func (m *Memory) Step(frame int64, chord ChordToken, melody MelodyToken, place BarPlace) ([]float32, error) {
	v, inOrder := m.policy.Vocabulary(), frame == m.next
	m.next = frame + 1
	if melody == MelodyStart {
		m.since = frame
		m.policy.Reset()
		return m.policy.Step(v.Start(), MelodyStart, place)
	}
	if inOrder {
		return m.policy.Step(chord, melody, place)
	}
	m.since = frame
	m.policy.Reset()
	if _, err := m.policy.Step(v.Start(), MelodyStart, place.before()); err != nil {
		return nil, err
	}
	if i, ok := v.Index(chord); ok {
		chord = v.Begin(i)
	}
	if pitch, ok := melody.Pitch(); ok {
		melody = MelodyOnset(pitch)
	}
	return m.policy.Step(chord, melody, place)
}
