package jam

import "sync"

// A runner is a policy on a thread of its own, and how far it has come in the jam.
type runner struct {
	policy     Policy
	name       string
	vocabulary *Vocabulary
	worker     *worker
	told       int64 // the policy was given all frames before this one
	answered   int64 // the newest frame that the policy answered for
	since      int64 // the first frame that the policy remembered in that answer
	on         bool  // the thread is running
}

// policies are the policies of a running loop: the active one, whose chords are played, its faster variant, and a new one that
// will replace both. A policy that will become active is given what sounded in the last frames, and catches up on its own thread
// while the active one plays. It becomes active with the frame after the first one that it answered in time. So a change causes
// no miss, and the active policy remembers what really sounded.
type policies struct {
	clock   Clock
	thread  func(Duty)
	release func(Policy)
	running sync.WaitGroup

	active     *runner
	full       *runner // plays unless the guard orders less
	faster     *runner // the faster variant of full; may be nil
	next       *runner // will replace full and faster; may be nil
	control    Control // the control that brought next
	catchingUp *runner // will become active; may be nil

	// The tokens of the last frames, each at its number modulo backlog.
	history [backlog]toldFrame
	oldest  int64 // oldest frame in the history, which has no gaps
	newest  int64 // newest frame in the history: the one to be decided
}

// A toldFrame holds the tokens of a request and the vocabulary that they belong to.
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

// run starts the thread of a policy. When the thread has ended, the policy is released.
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

// stop ends the thread of a policy, if it is running.
func (p *policies) stop(r *runner) {
	if r != nil && r.on {
		r.on = false
		r.worker.end()
	}
}

// end ends all threads and waits for them.
func (p *policies) end() {
	for _, r := range []*runner{p.full, p.faster, p.next} {
		p.stop(r)
	}
	p.running.Wait()
}

// replace makes the policy of a control catch up and then take over. If another policy was catching up, that one is dropped.
func (p *policies) replace(control Control) {
	p.stop(p.next)
	p.next, p.control = p.runner(control.Policy, control.Text), control
	p.run(p.next)
}

// wanted returns the policy that should be active at a rung.
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

// activate returns the policy that becomes active with the given frame, or nil. Call it before ask of that frame. The error is
// that of a policy that is catching up.
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

// ask sends the request to the active policy, and its tokens to a policy that is catching up. It returns how many earlier frames
// the active policy has not processed yet.
func (p *policies) ask(r request) (behind int64) {
	if r.melody == MelodyStart {
		p.oldest, p.active.told = r.frame, r.frame // the policy starts again, so earlier frames do not count
	}
	p.newest, p.oldest = r.frame, max(p.oldest, r.frame-backlog+1)
	p.history[r.frame%backlog] = toldFrame{r, p.active.vocabulary}
	if p.catchingUp != nil {
		p.tell(p.catchingUp)
	}
	return p.tell(p.active)
}

// tell gives a policy all frames up to the newest.
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
