package jam

// MaxChoices is how many chords a report tells that the policy considered.
const MaxChoices = 5

// A Choice is a chord that the policy considered, and its probability.
type Choice struct {
	Symbol string // "N.C." for none
	Prob   float32
}

// Choices are the likeliest chords of one frame, the likeliest first. They are a value, so that reports allocate nothing.
type Choices struct {
	Chords [MaxChoices]Choice
	Len    uint8
}

// Slice returns the choices as a slice of the receiver's own array.
func (c *Choices) Slice() []Choice { return c.Chords[:c.Len] }

// add takes a chord in, where it is among the likeliest; of two that are as likely, the first to come is first.
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

// considered are the likeliest chords among what the sampler weighed last, before being the token of the frame before: a
// chord that goes on and the same one begun anew are one.
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
