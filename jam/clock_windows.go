package jam

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// A LiveClock is the clock of a jam in real time. Now reads the performance counter, because Go's own clock on Windows moves in
// steps of the system's timer, 0.5 to 15.6 ms (golang/go#67066). The thread that waits sleeps on a high-resolution waitable timer
// and on an event that Wake sets. The goroutine should be locked to its thread.
type LiveClock struct {
	start       int64         // the performance counter at zero
	frequency   int64         // of the counter, in ticks per second
	spin        time.Duration // must be set before anything waits
	timer, wake syscall.Handle
	woken       atomic.Uint32 // 1 if no Wait has returned for the last Wake yet
}

// Calls and constants of kernel32 (synchapi.h, profileapi.h).
var (
	kernel32                  = syscall.NewLazyDLL("kernel32.dll")
	queryPerformanceCounter   = kernel32.NewProc("QueryPerformanceCounter")
	queryPerformanceFrequency = kernel32.NewProc("QueryPerformanceFrequency")
	createWaitableTimerEx     = kernel32.NewProc("CreateWaitableTimerExW")
	setWaitableTimer          = kernel32.NewProc("SetWaitableTimer")
	createEvent               = kernel32.NewProc("CreateEventW")
	setEvent                  = kernel32.NewProc("SetEvent")
	waitForMultipleObjects    = kernel32.NewProc("WaitForMultipleObjects")
)

const (
	highResolution = 0x2      // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, from Windows 10 1803 on
	timerAccess    = 0x1F0003 // TIMER_ALL_ACCESS
	fileTimeTick   = 100 * time.Nanosecond
	longestTimer   = time.Hour // a longer wait is made of several
)

// NewLiveClock makes a clock that shows zero now.
func NewLiveClock() *LiveClock {
	c := &LiveClock{start: counter()}
	_, _, _ = syscall.SyscallN(queryPerformanceFrequency.Addr(), uintptr(unsafe.Pointer(&c.frequency))) // every Windows since XP has it
	c.open()
	return c
}

// open makes the timer and the event. They are closed with the clock.
func (c *LiveClock) open() {
	timer, _, _ := syscall.SyscallN(createWaitableTimerEx.Addr(), 0, 0, highResolution, timerAccess)
	if timer == 0 { // an older Windows: the timer is as coarse as the system's
		timer, _, _ = syscall.SyscallN(createWaitableTimerEx.Addr(), 0, 0, 0, timerAccess)
	}
	wake, _, e := syscall.SyscallN(createEvent.Addr(), 0, 0, 0, 0)
	if timer == 0 || wake == 0 {
		panic("waitable timer: " + e.Error()) // the process has no handle left
	}
	c.timer, c.wake = syscall.Handle(timer), syscall.Handle(wake)
	for _, handle := range []syscall.Handle{c.timer, c.wake} {
		runtime.AddCleanup(c, func(h syscall.Handle) { _ = syscall.CloseHandle(h) }, handle)
	}
}

// Beside makes a clock that shows the same time. The new clock does not spin.
func (c *LiveClock) Beside() Clock {
	beside := &LiveClock{start: c.start, frequency: c.frequency}
	beside.open()
	return beside
}

// counter returns the performance counter.
func counter() int64 {
	var ticks int64
	_, _, _ = syscall.SyscallN(queryPerformanceCounter.Addr(), uintptr(unsafe.Pointer(&ticks)))
	return ticks
}

// Now is as exact as the performance counter, which usually runs at 10 MHz.
func (c *LiveClock) Now() time.Duration { return ticksToTime(counter()-c.start, c.frequency) }

// ticksToTime converts ticks of a counter. It does not overflow within 292 years, whatever the frequency.
func ticksToTime(ticks, frequency int64) time.Duration {
	whole, rest := ticks/frequency, ticks%frequency
	return time.Duration(whole)*time.Second + time.Duration(rest*int64(time.Second)/frequency)
}

// sleep returns at the time, at a Wake, or earlier.
func (c *LiveClock) sleep(until time.Duration) {
	due := -int64(min(until-c.Now(), longestTimer) / fileTimeTick) // negative: from now
	if due >= 0 {
		return // a positive time would be a date
	}
	handles := [2]syscall.Handle{c.timer, c.wake}
	_, _, _ = syscall.SyscallN(setWaitableTimer.Addr(), uintptr(c.timer), uintptr(unsafe.Pointer(&due)), 0, 0, 0, 0)
	// The caller looks at the clock, whatever this returns.
	_, _, _ = syscall.SyscallN(waitForMultipleObjects.Addr(), uintptr(len(handles)), uintptr(unsafe.Pointer(&handles[0])), 0,
		uintptr(longestTimer/time.Millisecond))
}

// Wake allocates nothing.
func (c *LiveClock) Wake() {
	if c.woken.Swap(1) == 0 {
		_, _, _ = syscall.SyscallN(setEvent.Addr(), uintptr(c.wake))
	}
}
