package jam

import (
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// A LiveClock is the clock of a jam in real time. The thread that waits on it sleeps in the kernel until an absolute time of
// CLOCK_MONOTONIC. The timer or Wake wakes it directly through a futex (futex(2), FUTEX_WAIT_BITSET), with no other thread of
// Go's scheduler in between. The goroutine should be locked to its thread.
type LiveClock struct {
	zero  time.Time
	start int64         // the time of zero, in nanoseconds of CLOCK_MONOTONIC
	spin  time.Duration // must be set before anything waits
	woken atomic.Uint32 // the futex: 1 if no Wait has returned for the last Wake yet
}

// Constants of futex(2) and clock_gettime(2).
const (
	clockMonotonic   = 1
	futexPrivate     = 128
	futexWake        = 1 | futexPrivate
	futexWaitBitset  = 9 | futexPrivate
	futexAnyBit      = 0xFFFFFFFF
	longestFutexWait = time.Hour // a longer wait is made of several
)

// NewLiveClock makes a clock that shows zero now.
func NewLiveClock() *LiveClock {
	// Read Go's clock and the kernel's clock as close together as possible.
	c := &LiveClock{}
	closest := forever
	for range 8 {
		var ts syscall.Timespec
		zero := time.Now()
		if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
			panic("clock_gettime: " + e.Error()) // every Linux has this clock
		}
		if took := time.Since(zero); took < closest {
			closest, c.zero, c.start = took, zero, ts.Nano()
		}
	}
	return c
}

// Beside makes a clock that shows the same time. The new clock does not spin.
func (c *LiveClock) Beside() Clock { return &LiveClock{zero: c.zero, start: c.start} }

// Now is as exact as the system's clock.
func (c *LiveClock) Now() time.Duration { return time.Since(c.zero) }

// sleep returns at the time, at a Wake, or earlier.
func (c *LiveClock) sleep(until time.Duration) {
	until = min(until, c.Now()+longestFutexWait)
	ts := syscall.NsecToTimespec(c.start + int64(until))
	_, _, _ = syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&c.woken)), futexWaitBitset, 0,
		uintptr(unsafe.Pointer(&ts)), 0, futexAnyBit) // the caller looks at the clock, whatever this returns
}

// Wake allocates nothing.
func (c *LiveClock) Wake() {
	if c.woken.Swap(1) == 0 {
		_, _, _ = syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&c.woken)), futexWake, 1, 0, 0, 0)
	}
}
