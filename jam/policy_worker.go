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
	melody MelodyToken // MelodyStart: the policy begins afresh
	place  BarPlace    // of the frame that is asked for
}

// An answer is the policy's to one request. Its logits are a copy: the policy goes on while the loop reads them.
type answer struct {
	frame  int64
	since  int64 // the first frame that the policy remembers
	logits []float32
	step   time.Duration
	err    error
}

// A worker owns a policy of a running loop. Every frame's tokens go through the policy in order, late or not, so that
// its memory is what really sounded. Neither side of it ever waits for the other to make room. It sleeps on a clock of
// its own, so that the loop's thread wakes the policy's with nothing between.
type worker struct {
	memory   Memory
	loop     Clock // the loop's: woken when there is an answer
	clock    Clock // the worker's: woken when there is a request
	thread   func(Duty)
	requests chan request
	answers  chan *answer
	free     chan *answer
	ended    atomic.Bool   // what is still in requests is not served
	gone     chan struct{} // closed when run has returned

	asked int64        // requests: the loop's own count
	heard atomic.Int64 // requests that the policy has gone through, or that made room
}

func newWorker(p Policy, loop Clock, thread func(Duty)) *worker {
	w := &worker{
		memory: NewMemory(p), loop: loop, clock: loop.Beside(), thread: thread,
		requests: make(chan request, backlog),
		answers:  make(chan *answer, answerSlots),
		free:     make(chan *answer, answerSlots),
		gone:     make(chan struct{}),
	}
	for range answerSlots {
		w.free <- &answer{logits: make([]float32, 0, p.Vocabulary().Logits())}
	}
	return w
}

// ask is the loop's. It returns how many requests before it the policy has still to go through. Where the backlog is
// full, its oldest request makes room.
func (w *worker) ask(r request) (behind int64) {
	behind = w.asked - w.heard.Load()
	w.asked++
	for {
		select {
		case w.requests <- r:
			w.clock.Wake()
			return behind
		default:
		}
		select {
		case <-w.requests:
			w.heard.Add(1)
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

// end is the loop's last call: run returns when the step that the policy is in, if it is in one, is over.
func (w *worker) end() {
	w.ended.Store(true)
	w.clock.Wake()
}

// run serves requests until end. What it has to catch up with it does as any thread; only then it is told
// its duty, so that no policy holds a processor with real-time priority for more than a step at a time.
func (w *worker) run() {
	defer close(w.gone)
	runtime.LockOSThread() // and never unlocked: the thread and its priority end with the goroutine
	onDuty := false
	for !w.ended.Load() {
		select {
		case r := <-w.requests:
			w.serve(r)
		default:
			if !onDuty && w.heard.Load() > 0 && w.thread != nil {
				onDuty = true
				w.thread(DutyPolicy)
			}
			w.clock.Wait(forever)
		}
	}
}

func (w *worker) serve(r request) {
	began := w.loop.Now()
	logits, err := w.memory.Step(r.frame, r.chord, r.melody, r.place)
	took := w.loop.Now() - began
	w.heard.Add(1)
	if err != nil {
		err = fmt.Errorf("policy at frame %d: %w", r.frame, err)
	} else if len(w.requests) > 0 {
		return // the line of this frame is over
	}
	a := w.slot()
	a.frame, a.since, a.step, a.err = r.frame, w.memory.since, took, err
	a.logits = append(a.logits[:0], logits...)
	w.answers <- a
	w.loop.Wake()
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
