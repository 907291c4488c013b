package jam

import "runtime"

// loopStack is more stack than the calls of a frame need, including those of the output.
const loopStack = 12 << 10

// onFullStack calls f on a stack that does not move while f needs at most loopStack of it. A goroutine starts with a small stack.
// When a call needs more, the Go runtime copies the stack to a larger one, whose memory may never have been used. In a jam, the
// deepest call is the one that sends the first chord, which was up to 0.4 ms late because of the copy. The garbage collector
// halves a stack of which less than a quarter is used; here more than a third is always used.
//
//go:noinline
func onFullStack(f func()) {
	var used [loopStack]byte
	touchStack()
	f()
	runtime.KeepAlive(&used)
}

// touchStack writes to the stack below its caller's frame, so that the kernel provides memory for it.
//
//go:noinline
func touchStack() {
	var room [loopStack]byte
	runtime.KeepAlive(&room)
}
