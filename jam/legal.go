package jam

// Legal reports whether token may follow before: any chord may begin, there may be no chord, and a chord may be held
// only where it began or was held just before.
func (v *Vocabulary) Legal(before, token ChordToken) bool {
	if token == NoChord || v.IsBegin(token) {
		return true
	}
	held, ok := v.Index(token)
	if !ok {
		return false
	}
	sounding, ok := v.Index(before)
	return ok && held == sounding
}

// Continue is the token with which what sounded in the frame before goes on: the hold of its chord, or no chord.
func (v *Vocabulary) Continue(before ChordToken) ChordToken {
	if i, ok := v.Index(before); ok {
		return v.Hold(i)
	}
	return NoChord
}
