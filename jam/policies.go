package jam

import "sync"

// A runner is a policy on a thread of its own, and how many frames of the jam it was given.
type runner struct {
	policy     Policy
	name       string
	vocabulary *Vocabulary
	worker     *worker
	told       int64 // all frames before this one
	answered   int64 // the newest frame that it answered for
	since      int64 // the first frame that it remembered then
	on         bool  // its thread runs
}

// policies are the policies of a running loop: the one whose chords are played, its faster variant, and a new one that is to
// take over. A policy that is to become active is given what sounded in the last frames, and catches up on its own thread
// while the active one plays. It becomes active with the frame after the first one that it answered in time. So a change
// causes no miss, and the active policy remembers what really sounded.
type policies struct {
	clock   Clock
	thread  func(Duty)
	release func(Policy)
	running sync.WaitGroup

	active     *runner
	full       *runner // plays unless the guard orders less
	faster     *runner // its faster variant; may be nil
	next       *runner // is to take the place of full and faster; nil: none is
	control    Control // that brought next
	catchingUp *runner // is to become active; nil: none is

	// The tokens of the last frames, each at its number modulo backlog.
	history [backlog]toldFrame
	oldest  int64 // frame in the history; there are no gaps after it
	newest  int64 // newest frame in the history: the one to be decided
}

// A toldFrame is the tokens of a request, in the terms of a vocabulary.
type toldFrame struct {
	request
	vocabulary *Vocabulary
}

func (p *policies) init(c LoopConfig) {
	p.clock, p.thread, p.release = c.Clock, c.Thread, c.Release
	p.full = p.runner(c.Policy, c.Name)
	p.active = p.full
	if c.Faster != nil {
		p.faster = p.runner(c.Faster, c.Name)
	}
	p.newest = -1
}

func (p *policies) runner(policy Policy, name string) *runner {
	return &runner{policy: policy, name: name, vocabulary: policy.Vocabulary(), worker: newWorker(policy, p.clock, p.thread), answered: -1}
}

// start starts the threads of the configuration's policies.
func (p *policies) start() {
	p.run(p.full)
	p.run(p.faster)
}

// run starts the thread of a policy. The policy is released when the thread has ended.
func (p *policies) run(r *runner) {
	if r == nil {
		return
	}
	r.on = true
	p.running.Go(func() {
		go r.worker.run()
		<-r.worker.gone
		if p.release != nil {
			p.release(r.policy)
		}
	})
}

// stop ends the thread of a policy, if it runs.
func (p *policies) stop(r *runner) {
	if r != nil && r.on {
		r.on = false
		r.worker.end()
	}
}

// end ends all threads, and returns when they have ended.
func (p *policies) end() {
	for _, r := range []*runner{p.full, p.faster, p.next} {
		p.stop(r)
	}
	p.running.Wait()
}

// replace has the policy of a control catch up, to take over when it has. A policy that was still catching up gives way.
func (p *policies) replace(control Control) {
	p.stop(p.next)
	p.next, p.control = p.runner(control.Policy, control.Text), control
	p.run(p.next)
}

// wanted is the policy that should be active at a rung.
func (p *policies) wanted(rung Rung) *runner {
	switch {
	case p.next != nil:
		return p.next
	case rung == RungFaster && p.faster != nil:
		return p.faster
	case rung == RungHold:
		return p.active
	}
	return p.full
}

// activate returns the policy that becomes active with the given frame, nil if none does. It is called before ask of that frame.
// The error is of a policy that catches up.
func (p *policies) activate(frame int64, rung Rung) (r *runner, err error) {
	r = p.wanted(rung)
	if p.catchingUp = r; r == p.active {
		p.catchingUp = nil
		return nil, nil
	}
	for a, ok := r.worker.answer(); ok; a, ok = r.worker.answer() {
		if a.err == nil {
			r.answered, r.since = a.frame, a.since
		}
		err = a.err
		r.worker.done(a)
	}
	if r.answered < 0 || r.answered != frame-1 {
		return nil, err
	}
	if r == p.next {
		p.control.Value = float64(r.since)
		p.stop(p.full)
		p.stop(p.faster)
		p.full, p.faster, p.next = r, nil, nil
	}
	p.active, p.catchingUp = r, nil
	return r, nil
}

// ask sends the request to the active policy, and the tokens to the one that catches up. It returns how many earlier frames the
// active one has still to process.
func (p *policies) ask(r request) (behind int64) {
	if r.melody == MelodyStart {
		p.oldest, p.active.told = r.frame, r.frame // the policy starts afresh, so earlier frames do not count
	}
	p.newest, p.oldest = r.frame, max(p.oldest, r.frame-backlog+1)
	p.history[r.frame%backlog] = toldFrame{r, p.active.vocabulary}
	if p.catchingUp != nil {
		p.tell(p.catchingUp)
	}
	return p.tell(p.active)
}

// tell brings a policy up to the newest frame.
func (p *policies) tell(to *runner) (behind int64) {
	for frame := max(to.told, p.oldest); frame <= p.newest; frame++ {
		told := &p.history[frame%backlog]
		r := told.request
		if told.vocabulary != to.vocabulary {
			r.chord = to.vocabulary.Translate(r.chord, told.vocabulary)
		}
		behind = to.worker.ask(r)
	}
	to.told = p.newest + 1
	return behind
}
