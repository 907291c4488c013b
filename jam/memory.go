package jam

// A Memory is a policy together with the range of frames that it remembers. It resets the policy when frames are missing.
type Memory struct {
	policy Policy
	busy   BusySetter // the policy, if it is a BusySetter; else nil
	next   int64      // the frame after the last one that the policy was given
	since  int64      // the first frame that the policy remembers
}

// NewMemory makes a memory of a policy that has been given no frame yet.
func NewMemory(p Policy) Memory {
	busy, _ := p.(BusySetter)
	return Memory{policy: p, busy: busy}
}

// SetBusy sets how often the policy should change chords from the next Step on. It does nothing unless the policy implements
// [BusySetter].
func (m *Memory) SetBusy(b Busy) {
	if m.busy != nil {
		m.busy.SetBusy(b)
	}
}

// Step gives the policy the tokens of the frame before the given one, and the place of the given frame. It returns the policy's
// logits for the given frame. Given the start tokens, the policy starts again. It also does if frames were left out, as if the
// music were cut from a longer piece: a note or chord that is held at the cut begins there.
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
