package jam

import "sync/atomic"

// A Queue is bounded, never blocks its writers, and counts what it had to drop: everything slow hangs behind one.
type Queue[T any] struct {
	c       chan T
	dropped atomic.Uint64
	wakes   atomic.Pointer[Clock] // of the reader; nil where it waits on C
}

// NewQueue makes a queue that holds n items.
func NewQueue[T any](n int) *Queue[T] { return &Queue[T]{c: make(chan T, n)} }

// TrySend puts v into the queue, or counts it as dropped and returns false where the queue is full. It allocates nothing.
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

// C is the reader's end.
func (q *Queue[T]) C() <-chan T { return q.c }

// Dropped is the number of items lost so far.
func (q *Queue[T]) Dropped() uint64 { return q.dropped.Load() }

// Close ends the queue: the reader gets what is left and then the end. No TrySend may follow.
func (q *Queue[T]) Close() {
	close(q.c)
	q.wake()
}

// wakeOn makes every item wake a clock, for a reader that waits on it.
func (q *Queue[T]) wakeOn(c Clock) {
	q.wakes.Store(&c)
	c.Wake() // for what is there already
}

func (q *Queue[T]) wake() {
	if c := q.wakes.Load(); c != nil {
		(*c).Wake()
	}
}
