package jam

// A grammar says which tokens of a part may come after which. Both parts number their tokens alike: 0 is nothing, 1 to n begin
// one of n chords or pitches, n+1 to 2n hold it, and 2n+1 is the start token, before frame 0.
type grammar[T ChordToken | MelodyToken] struct{ n T }

// melodyGrammar is the grammar of the 128 pitches.
var melodyGrammar = grammar[MelodyToken]{melodyHold - melodyOnset}

// logits returns the number of tokens that a policy chooses from: all except the start token.
func (g grammar[T]) logits() int { return int(2*g.n + 1) }

func (g grammar[T]) begins(token T) bool { return token >= 1 && token <= g.n }

// legal reports whether token may come after before. Anything may begin, nothing may come after anything, and a hold needs the
// same chord or pitch just before it.
func (g grammar[T]) legal(before, token T) bool {
	return token == 0 || g.begins(token) || token > g.n && token <= 2*g.n && token == g.goesOn(before)
}

// goesOn returns the token that continues what sounded in the frame before: its hold, or nothing.
func (g grammar[T]) goesOn(before T) T {
	switch {
	case g.begins(before):
		return before + g.n
	case before > g.n && before <= 2*g.n:
		return before
	}
	return 0
}

func (v *Vocabulary) grammar() grammar[ChordToken] { return grammar[ChordToken]{ChordToken(v.Len())} }

// continued returns the token that continues what sounded in the frame before: the hold of its chord, or no chord.
func (v *Vocabulary) continued(before ChordToken) ChordToken { return v.grammar().goesOn(before) }
