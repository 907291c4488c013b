package jam

// barred says of each chord of the vocabulary whether complexity or key keep it from beginning, in the array of into, if that is
// large enough. Where they keep all, it is empty, and none is kept: a policy that knows no such chord plays what it knows.
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
