package session

import (
	"errors"
	"fmt"
	"math"

	"jamd/jam"
)

// replayPolicies are the policies of a replay: the jam's own, its faster variant, and those that replaced it during the jam. Each
// gets the tokens of what sounded, and its memory starts again at the same frames as in the jam, so it decides from the same
// memory.
type replayPolicies struct {
	players []*replayPolicy
	playing *replayPolicy
	spans   []span // spans still to come, in order
}

type replayPolicy struct {
	policy     jam.Policy
	vocabulary *jam.Vocabulary
	memory     jam.Memory
	begins     []int64 // frames still to come at which its memory starts again
	begun      bool    // its memory has started
	until      int64   // frame from which it is not needed any more
}

// A span is a part of the jam that one policy plays. It lasts until the next span.
type span struct {
	player *replayPolicy
	from   int64
}

// policies reads from the log which policies played, and where their memories began.
func (r *Record) policies(o Replaying) (*replayPolicies, error) {
	c := &replayPolicies{}
	c.playing = c.add(o.Policy)
	c.playing.remembers(0)
	c.spans = []span{{c.playing, 0}}
	if o.Load != nil {
		arrivals, err := c.arrivals(r, o.Load)
		if err == nil {
			err = c.read(r, arrivals, o.Load)
		}
		if err != nil {
			return nil, err
		}
	}
	for i, t := range c.spans {
		t.player.until = math.MaxInt64
		if i+1 < len(c.spans) {
			t.player.until = c.spans[i+1].from
		}
	}
	return c, nil
}

func (c *replayPolicies) add(p jam.Policy) *replayPolicy {
	u := &replayPolicy{policy: p, vocabulary: p.Vocabulary(), memory: jam.NewMemory(p)}
	c.players = append(c.players, u)
	return u
}

// remembers records the first frame that a policy remembered when it decided.
func (u *replayPolicy) remembers(since int64) {
	if n := len(u.begins); n == 0 || since > u.begins[n-1] {
		u.begins = append(u.begins, since)
	}
}

// arrivals returns the first span of each policy that took over during the jam.
func (c *replayPolicies) arrivals(r *Record, load func(Policy) (jam.Policy, error)) (all []span, err error) {
	for entry, err := range r.Entries() {
		if err != nil {
			return nil, err
		}
		a, ok := entry.(jam.Applied)
		if !ok || a.Param != jam.ParamPolicy {
			continue
		}
		p, err := load(Policy{Name: a.Text})
		if err != nil {
			return nil, fmt.Errorf("policy %q, which took over at frame %d: %w", a.Text, a.Frame, err)
		}
		t := span{c.add(p), a.Frame}
		t.player.remembers(int64(a.Value))
		all = append(all, t)
	}
	return all, nil
}

// read reads from the reports which policy decided each frame.
func (c *replayPolicies) read(r *Record, arrivals []span, load func(Policy) (jam.Policy, error)) error {
	full, faster := c.playing, (*replayPolicy)(nil)
	for entry, err := range r.Entries() {
		if err != nil {
			return err
		}
		report, ok := entry.(jam.FrameReport)
		if !ok {
			continue
		}
		for len(arrivals) > 0 && arrivals[0].from <= report.Frame {
			full = arrivals[0].player
			c.spans, arrivals = append(c.spans, arrivals[0]), arrivals[1:]
		}
		player := full
		if report.Faster && faster == nil {
			if faster, err = c.faster(r.Manifest.Faster, load); err != nil {
				return fmt.Errorf("the faster variant, which played from frame %d on: %w", report.Frame, err)
			}
		}
		if report.Faster {
			player = faster
		}
		if player != c.spans[len(c.spans)-1].player {
			c.spans = append(c.spans, span{player, report.Frame})
		}
		if !report.Missed {
			player.remembers(report.Since)
		}
	}
	c.spans = append(c.spans, arrivals...)
	return nil
}

func (c *replayPolicies) faster(who *Policy, load func(Policy) (jam.Policy, error)) (*replayPolicy, error) {
	if who == nil {
		return nil, errors.New("the manifest does not name it")
	}
	p, err := load(*who)
	if err != nil {
		return nil, err
	}
	return c.add(p), nil
}

// change begins the span of a frame. It returns the vocabulary of the policy that plays now, or nil if the policy does not
// change.
func (c *replayPolicies) change(t int64) (v *jam.Vocabulary) {
	for len(c.spans) > 0 && c.spans[0].from <= t {
		if p := c.spans[0].player; p != c.playing {
			c.playing, v = p, p.vocabulary
		}
		c.spans = c.spans[1:]
	}
	return v
}

// ask gives all policies what sounded in the frame before t, in the tokens of the policy that plays, the bar place of t, and how
// busy to be. It returns the logits of the policy that plays.
func (c *replayPolicies) ask(t int64, chord jam.ChordToken, melody jam.MelodyToken, place jam.BarPlace, busy jam.Busy) (logits []float32, err error) {
	for _, u := range c.players {
		for len(u.begins) > 0 && u.begins[0] <= t {
			u.memory, u.begins, u.begun = jam.NewMemory(u.policy), u.begins[1:], true
		}
		if u != c.playing && (!u.begun || t >= u.until) {
			continue
		}
		u.memory.SetBusy(busy)
		answer, err := u.memory.Step(t, u.vocabulary.Translate(chord, c.playing.vocabulary), melody, place)
		if err != nil {
			return nil, fmt.Errorf("a policy at frame %d: %w", t, err)
		}
		if u == c.playing {
			logits = answer
		}
	}
	return logits, nil
}
