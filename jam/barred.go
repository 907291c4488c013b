package jam

// barred says for each chord of the vocabulary whether the complexity or the key keeps it from beginning. It uses the array of
// into if that is large enough. If all chords are barred, the result is empty and none is: a policy that knows no allowed chord
// plays what it knows.
func (v *Vocabulary) barred(into []bool, c Complexity, k ChordKey) []bool {
	into = into[:0]
	all := true
	for _, chord := range v.chords {
		may := c.allows(chord.Quality) && k.allows(chord)
		into = append(into, !may)
		all = all && !may
	}
	if all {
		return into[:0]
	}
	return into
}
