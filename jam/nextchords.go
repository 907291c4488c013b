package jam

// NextChords are the chords that are likely to begin next, likeliest first. Prob is a share of all chords that might begin. If
// there are fewer than MaxNext, the rest are zero. They are a value, so that reports allocate nothing.
type NextChords [MaxNext]Choice

// A beginning is a chord that may begin, and its weight.
type beginning struct {
	chord int
	share float64
}

// nextChords returns the likeliest of the chords that would begin after the planned one, by what the sampler weighed last. Of two
// equally likely chords, the lower token comes first. A chord is called what it would sound as, with the colour that is set; one
// that would sound as the planned chord, or as a likelier one, is left out.
func (e *Engine) nextChords() (next NextChords) {
	var top [MaxNext]beginning
	n, all := 0, 0.0
	planned, sounds := e.vocabulary.Index(e.plan.token)
	for _, t := range e.sampler.tokens {
		chord, _ := e.vocabulary.Index(t.token)
		if !e.vocabulary.IsBegin(t.token) || sounds && chord == planned {
			continue
		}
		all += t.share
		at := n
		for at > 0 && top[at-1].share < t.share {
			at--
		}
		if at < MaxNext {
			n = min(n+1, MaxNext)
			copy(top[at+1:], top[at:])
			top[at] = beginning{chord, t.share}
		}
	}
	named := 0
	for _, b := range top[:n] {
		name := e.coloured(e.vocabulary.Chord(b.chord)).String()
		if name == e.plan.sounds.symbol || next.has(name) {
			continue
		}
		next[named] = Choice{name, float32(b.share / all)}
		named++
	}
	return next
}

func (n *NextChords) has(symbol string) bool {
	for _, c := range n {
		if c.Symbol == symbol {
			return true
		}
	}
	return false
}
