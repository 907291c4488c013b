package jam

import "sync"

// A player is a policy on its thread, and how much of the jam it was told.
type player struct {
	policy     Policy
	name       string
	vocabulary *Vocabulary
	worker     *worker
	told       int64 // frames before this one
	answered   int64 // the newest frame that it answered for
	since      int64 // the first frame that it remembered then
	on         bool  // its thread runs
}

// A cast is the policies of a running loop: the one that plays, its faster variant, and a new one that is to take over.
// Who is to come in next is told what sounded in the last frames, catches up on a thread of its own while the other
// plays on, and comes in before the first frame after one that it answered in time. So no change causes a miss, and
// whoever plays remembers what really sounded.
type cast struct {
	clock   Clock
	thread  func(Duty)
	release func(Policy)
	running sync.WaitGroup

	playing *player
	full    *player
	faster  *player // may be nil
	fresh   *player // is to take the place of full and faster; nil: none is
	coming  *player // who catches up; nil: nobody
	control Control // that brought fresh

	// What was told of the last frames, in the order of their numbers modulo backlog.
	history [backlog]line
	oldest  int64 // that is in the history; there are no gaps after it
	newest  int64 // the one that is asked for
}

// A line is the tokens of a request, in the terms of a vocabulary.
type line struct {
	request
	vocabulary *Vocabulary
}

func (c *cast) init(config LoopConfig) {
	c.clock, c.thread, c.release = config.Clock, config.Thread, config.Release
	c.full = c.player(config.Policy, config.Name)
	c.playing = c.full
	if config.Faster != nil {
		c.faster = c.player(config.Faster, config.Name)
	}
	c.newest = -1
}

func (c *cast) player(p Policy, name string) *player {
	return &player{policy: p, name: name, vocabulary: p.Vocabulary(), worker: newWorker(p, c.clock, c.thread), answered: -1}
}

// start lets the players of the configuration begin.
func (c *cast) start() {
	c.let(c.full)
	c.let(c.faster)
}

// let starts the thread of a player.
func (c *cast) let(p *player) {
	if p == nil {
		return
	}
	p.on = true
	c.running.Go(func() {
		go p.worker.run()
		<-p.worker.gone
		if c.release != nil {
			c.release(p.policy)
		}
	})
}

// dismiss ends a player.
func (c *cast) dismiss(p *player) {
	if p != nil && p.on {
		p.on = false
		p.worker.end()
	}
}

// end ends all players, and returns when they are gone.
func (c *cast) end() {
	for _, p := range []*player{c.full, c.faster, c.fresh} {
		c.dismiss(p)
	}
	c.running.Wait()
}

// bring lets the policy of a control catch up, to take over when it has. One that was still catching up gives way.
func (c *cast) bring(control Control) {
	c.dismiss(c.fresh)
	c.fresh, c.control = c.player(control.Policy, control.Text), control
	c.let(c.fresh)
}

// wanted is who should play at a rung.
func (c *cast) wanted(rung Rung) *player {
	switch {
	case c.fresh != nil:
		return c.fresh
	case rung == RungFaster && c.faster != nil:
		return c.faster
	case rung == RungHold:
		return c.playing
	}
	return c.full
}

// next says who plays from the given frame on; nil: who played before. It is called before ask of that frame. The error
// is of a policy that catches up.
func (c *cast) next(frame int64, rung Rung) (p *player, err error) {
	p = c.wanted(rung)
	if c.coming = p; p == c.playing {
		c.coming = nil
		return nil, nil
	}
	for a, ok := p.worker.answer(); ok; a, ok = p.worker.answer() {
		if a.err == nil {
			p.answered, p.since = a.frame, a.since
		}
		err = a.err
		p.worker.done(a)
	}
	if p.answered < 0 || p.answered != frame-1 {
		return nil, err
	}
	if p == c.fresh {
		c.control.Value = float64(p.since)
		c.dismiss(c.full)
		c.dismiss(c.faster)
		c.full, c.faster, c.fresh = p, nil, nil
	}
	c.playing, c.coming = p, nil
	return p, nil
}

// ask asks who plays, and tells who catches up. It returns how many frames who plays has still to go through before.
func (c *cast) ask(r request) (behind int64) {
	if r.melody == MelodyStart {
		c.oldest, c.playing.told = r.frame, r.frame // it may have been told of this frame before, as another
	}
	c.newest, c.oldest = r.frame, max(c.oldest, r.frame-backlog+1)
	c.history[r.frame%backlog] = line{r, c.playing.vocabulary}
	if c.coming != nil {
		c.tell(c.coming)
	}
	return c.tell(c.playing)
}

// tell brings a player up to the newest frame.
func (c *cast) tell(p *player) (behind int64) {
	for frame := max(p.told, c.oldest); frame <= c.newest; frame++ {
		line := &c.history[frame%backlog]
		r := line.request
		if line.vocabulary != p.vocabulary {
			r.chord = p.vocabulary.Translate(r.chord, line.vocabulary)
		}
		behind = p.worker.ask(r)
	}
	p.told = c.newest + 1
	return behind
}
