package session

import (
	"errors"
	"fmt"

	"jamd/jam"
)

// A replayCast is the policies of a replay. Each is told what sounded from the frame on from which the jam told it, so that
// it comes in remembering the same.
type replayCast struct {
	playing *understudy
	coming  []*understudy // in the order in which they take over
}

type understudy struct {
	vocabulary  *jam.Vocabulary
	memory      jam.Memory
	since, from int64 // the first frame that it is told of, and that it plays
}

func newUnderstudy(p jam.Policy, since, from int64) *understudy {
	return &understudy{vocabulary: p.Vocabulary(), memory: jam.NewMemory(p), since: since, from: from}
}

// cast reads who took over in the jam.
func (r *Record) cast(o Replaying) (c replayCast, err error) {
	c.playing = newUnderstudy(o.Policy, 0, 0)
	if o.Load == nil {
		return c, nil
	}
	for line, err := range r.Lines() {
		var bad *LineError
		if err != nil && !errors.As(err, &bad) {
			return c, err
		}
		a, ok := line.Entry.(jam.Applied)
		if !ok || a.Param != jam.ParamPolicy {
			continue
		}
		p, err := o.Load(a.Text)
		if err != nil {
			return c, fmt.Errorf("policy %q, which took over at frame %d: %w", a.Text, a.Frame, err)
		}
		c.coming = append(c.coming, newUnderstudy(p, int64(a.Value), a.Frame))
	}
	return c, nil
}

// change lets in who takes over at a frame. It returns the vocabulary of the policy that plays from there on; nil where
// nothing changes.
func (c *replayCast) change(t int64) (v *jam.Vocabulary) {
	for len(c.coming) > 0 && c.coming[0].from <= t {
		c.playing, c.coming = c.coming[0], c.coming[1:]
		v = c.playing.vocabulary
	}
	return v
}

// ask tells all what sounded before a frame, in the terms of the policy that plays, and where that lies in its bar, and returns
// what that policy answers.
func (c *replayCast) ask(t int64, chord jam.ChordToken, melody jam.MelodyToken, place jam.BarPlace) ([]float32, error) {
	for _, u := range c.coming {
		if u.since > t {
			continue
		}
		if _, err := u.memory.Step(t, u.vocabulary.Translate(chord, c.playing.vocabulary), melody, place); err != nil {
			return nil, fmt.Errorf("the policy that comes in at frame %d: %w", u.from, err)
		}
	}
	logits, err := c.playing.memory.Step(t, chord, melody, place)
	if err != nil {
		err = fmt.Errorf("the policy at frame %d: %w", t, err)
	}
	return logits, err
}
