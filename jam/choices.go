package jam

const (
	// MaxChoices is the number of considered chords in a report.
	MaxChoices = 5
	// MaxNext is the number of chords in a report that may come next.
	MaxNext = 3
)

// A Choice is a chord that the policy considered, and its probability.
type Choice struct {
	Symbol string // "N.C." for no chord
	Prob   float32
}

// Choices are the likeliest chords of one frame, likeliest first. They are a value, so that reports allocate nothing.
type Choices struct {
	Chords [MaxChoices]Choice
	Len    uint8
}

// Slice returns the choices as a slice of the receiver's own array.
func (c *Choices) Slice() []Choice { return c.Chords[:c.Len] }

// add adds a chord if it is among the likeliest. Of two equally likely chords, the one that was added first stays first.
func (c *Choices) add(symbol string, prob float32) {
	at := int(c.Len)
	for at > 0 && c.Chords[at-1].Prob < prob {
		at--
	}
	if at == MaxChoices {
		return
	}
	c.Len = min(c.Len+1, MaxChoices)
	copy(c.Chords[at+1:], c.Chords[at:])
	c.Chords[at] = Choice{symbol, prob}
}

// considered returns the likeliest of the chords that the sampler weighed last. before is the token of the frame before. A chord
// that continues and the same chord begun again count as one.
func (v *Vocabulary) considered(s *Sampler[ChordToken], before ChordToken) (c Choices) {
	going, all := s.shares(before)
	on := s.grammar.goesOn(before)
	sounding, sounds := v.Index(on)
	for _, t := range s.tokens {
		if i, ok := v.Index(t.token); !sounds || !ok || i != sounding {
			c.add(v.Symbol(t.token), float32(t.share/all))
		} else if t.token != on {
			going += t.share
		}
	}
	if sounds && going > 0 {
		c.add(v.Symbol(on), float32(going/all))
	}
	return c
}
