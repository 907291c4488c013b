package jam

import "sync/atomic"

// A Queue is a bounded queue. It never blocks its writers, and counts what it drops. Everything slow reads from one.
type Queue[T any] struct {
	c       chan T
	dropped atomic.Uint64
	wakes   atomic.Pointer[Clock] // the reader's clock; nil if the reader waits on C
}

// NewQueue makes a queue that holds n items.
func NewQueue[T any](n int) *Queue[T] { return &Queue[T]{c: make(chan T, n)} }

// TrySend puts v into the queue. If the queue is full, it counts v as dropped and returns false. It allocates nothing and is safe
// for concurrent use.
func (q *Queue[T]) TrySend(v T) bool {
	select {
	case q.c <- v:
		q.wake()
		return true
	default:
		q.dropped.Add(1)
		return false
	}
}

// C returns the reader's end.
func (q *Queue[T]) C() <-chan T { return q.c }

// Dropped returns the number of items dropped so far.
func (q *Queue[T]) Dropped() uint64 { return q.dropped.Load() }

// Close ends the queue. The reader gets what is left and then the end. TrySend must not be called after Close.
func (q *Queue[T]) Close() {
	close(q.c)
	q.wake()
}

// wakeOn makes every item wake a clock, for a reader that waits on the clock.
func (q *Queue[T]) wakeOn(c Clock) {
	q.wakes.Store(&c)
	c.Wake() // for items that are already there
}

func (q *Queue[T]) wake() {
	if c := q.wakes.Load(); c != nil {
		(*c).Wake()
	}
}
