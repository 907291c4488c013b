package jam

// barred reports for each chord of the vocabulary whether the complexity or the key forbids it to begin. The result reuses the
// array of into if that is large enough. If every chord is forbidden, the result is empty, which forbids none: a policy without
// an allowed chord plays the chords that it has.
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
