package jam

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// backlog is how many frames' tokens wait for a policy that is behind: the window that the policies were trained on,
	// so that a policy that lost more remembers what is left of it as well as it ever could.
	backlog = 256
	// answerSlots is one answer with the loop, one waiting for it, and one being written.
	answerSlots = 3
)

// A request asks for the chord of a frame, and tells the policy what sounded in the frame before it.
type request struct {
	frame  int64
	chord  ChordToken
	melody MelodyToken
}

// An answer is the policy's to one request. Its logits are a copy: the policy goes on while the loop reads them.
type answer struct {
	frame  int64
	logits []float32
	step   time.Duration
	err    error
}

// A worker owns the policy of a running loop. Every frame's tokens go through the policy in order, late or not, so that
// its memory is what really sounded. Neither side of it ever waits for the other to make room.
type worker struct {
	memory   memory
	clock    Clock // the loop's: woken when there is an answer
	requests chan request
	answers  chan *answer
	free     chan *answer
	asked    int64        // requests, the loop's own count
	gone     atomic.Int64 // requests that the policy has gone through, or that made room
}

func newWorker(p Policy, clock Clock) *worker {
	w := &worker{
		memory: memory{policy: p}, clock: clock,
		requests: make(chan request, backlog),
		answers:  make(chan *answer, answerSlots),
		free:     make(chan *answer, answerSlots),
	}
	for range answerSlots {
		w.free <- &answer{logits: make([]float32, 0, p.Vocabulary().Logits())}
	}
	return w
}

// ask is the loop's. It returns how many requests came before and are still to be gone through. Where the backlog is
// full, its oldest request makes room.
func (w *worker) ask(r request) (behind int64) {
	behind = w.asked - w.gone.Load()
	w.asked++
	for {
		select {
		case w.requests <- r:
			return behind
		default:
		}
		select {
		case <-w.requests:
			w.gone.Add(1)
		default:
		}
	}
}

// answer is the loop's: the oldest answer that is there. The loop gives it back with done.
func (w *worker) answer() (a *answer, ok bool) {
	select {
	case a = <-w.answers:
		return a, true
	default:
		return nil, false
	}
}

func (w *worker) done(a *answer) { w.free <- a }

// run serves requests until there are no more.
func (w *worker) run() {
	runtime.LockOSThread() // an inference should not be moved between cores
	defer runtime.UnlockOSThread()
	for r := range w.requests {
		w.serve(r)
	}
}

func (w *worker) serve(r request) {
	began := w.clock.Now()
	logits, err := w.memory.step(r)
	w.gone.Add(1)
	took := w.clock.Now() - began
	if err != nil {
		err = fmt.Errorf("policy at frame %d: %w", r.frame, err)
	} else if len(w.requests) > 0 {
		return // the line of this frame is over
	}
	a := w.slot()
	a.frame, a.step, a.err = r.frame, took, err
	a.logits = append(a.logits[:0], logits...)
	w.answers <- a
	w.clock.Wake()
}

// A memory is a policy that is told every frame in order.
type memory struct {
	policy Policy
	next   int64 // frame of the request that follows the last one
}

// step runs the policy. Where requests were dropped the policy starts afresh, as on a piece cut out of a longer one: what
// is held at the cut begins there.
func (m *memory) step(r request) ([]float32, error) {
	v, inOrder := m.policy.Vocabulary(), r.frame == m.next
	m.next = r.frame + 1
	if inOrder {
		return m.policy.Step(r.chord, r.melody)
	}
	m.policy.Reset()
	if _, err := m.policy.Step(v.Start(), MelodyStart); err != nil {
		return nil, err
	}
	if i, ok := v.Index(r.chord); ok {
		r.chord = v.Begin(i)
	}
	if pitch, ok := r.melody.Pitch(); ok {
		r.melody = MelodyOnset(pitch)
	}
	return m.policy.Step(r.chord, r.melody)
}

// slot is a free answer, or else the oldest that the loop did not come for: it holds one at most, so there is one.
func (w *worker) slot() *answer {
	select {
	case a := <-w.free:
		return a
	default:
	}
	select {
	case a := <-w.free:
		return a
	case a := <-w.answers:
		return a
	}
}
