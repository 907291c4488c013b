package jam

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	// backlog is how many frames' tokens may wait for a slow policy. It is the window that the policies were trained on, so a
	// policy that misses older frames remembers as much as it ever could.
	backlog = 256
	// answerSlots is enough for one answer that the loop holds, one that waits for the loop, and one that is being written.
	answerSlots = 3
)

// A request asks for the chord of a frame. It holds the tokens of the frame before.
type request struct {
	frame  int64
	chord  ChordToken
	melody MelodyToken // MelodyStart: the policy starts afresh
	place  BarPlace    // of the frame asked for
	busy   Busy        // never AnyBusy
}

// An answer is the policy's reply to one request. Its logits are a copy, because the policy continues while the loop reads
// them.
type answer struct {
	frame  int64
	since  int64 // the first frame that the policy remembers
	logits []float32
	step   time.Duration
	err    error
}

// A worker owns a policy of a running loop. The tokens of every frame go through the policy in order, late or not, so that it
// remembers what really sounded. Neither side waits for the other to make room. The worker sleeps on a clock of its own, so
// that the loop's thread wakes it directly.
type worker struct {
	memory   Memory
	loop     Clock // the loop's; woken when there is an answer
	clock    Clock // the worker's; woken when there is a request
	thread   func(Duty)
	requests chan request
	answers  chan *answer
	free     chan *answer
	ended    atomic.Bool   // requests that are left are not processed
	gone     chan struct{} // closed when run has returned

	asked int64        // number of requests so far; only the loop uses it
	heard atomic.Int64 // number of requests that the policy has processed or that were dropped
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

// ask sends a request; only the loop calls it. It returns how many earlier requests the policy has not processed yet. If the
// backlog is full, the oldest request is dropped.
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

// answer returns the oldest answer; only the loop calls it. The loop must return the answer with done.
func (w *worker) answer() (a *answer, ok bool) {
	select {
	case a = <-w.answers:
		return a, true
	default:
		return nil, false
	}
}

func (w *worker) done(a *answer) { w.free <- a }

// end is the loop's last call. run returns when the policy's current step, if there is one, is over.
func (w *worker) end() {
	w.ended.Store(true)
	w.clock.Wake()
}

// run processes requests until end. It catches up with normal priority and takes on its duty only then, so that no policy holds a
// processor with real-time priority for more than one step at a time.
func (w *worker) run() {
	defer close(w.gone)
	runtime.LockOSThread() // never unlocked: the thread and its priority end with the goroutine
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
	w.memory.SetBusy(r.busy)
	logits, err := w.memory.Step(r.frame, r.chord, r.melody, r.place)
	took := w.loop.Now() - began
	w.heard.Add(1)
	if err != nil {
		err = fmt.Errorf("policy at frame %d: %w", r.frame, err)
	} else if len(w.requests) > 0 {
		return // the line of this frame has passed
	}
	a := w.slot()
	a.frame, a.since, a.step, a.err = r.frame, w.memory.since, took, err
	a.logits = append(a.logits[:0], logits...)
	w.answers <- a
	w.loop.Wake()
}

// slot returns a free answer, or else the oldest one that the loop has not taken. There always is one, because the loop holds at
// most one.
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
