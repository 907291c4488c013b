package main

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"jamd/jam"
)

// A thread that runs too long loses its priority, and so does every other.
func TestRightsAreGivenUp(t *testing.T) {
	r, end := newRights()
	defer end()
	type outcome struct {
		seized        bool
		before, after int
	}
	done := make(chan outcome)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the test
		o := outcome{seized: r.seize(jam.DutyPolicy)}
		o.before = schedulerOf(unix.Gettid())
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGXCPU) // as the kernel does
		for deadline := time.Now().Add(10 * time.Second); o.seized && time.Now().Before(deadline); {
			if o.after = schedulerOf(unix.Gettid()); o.after == unix.SCHED_NORMAL {
				break
			}
			time.Sleep(time.Millisecond)
		}
		done <- o
	}()
	o := <-done
	if !o.seized {
		t.Skip("real-time rights: ", r.detail())
	}
	if o.before == unix.SCHED_NORMAL || o.after != unix.SCHED_NORMAL || !strings.Contains(r.detail(), "given up") {
		t.Errorf("scheduled by %d, then by %d: %s", o.before, o.after, r.detail())
	}
	if r.seize(jam.DutyTime) {
		t.Error("priority is taken again")
	}
}

func schedulerOf(thread int) int {
	policy, _, _ := unix.Syscall(unix.SYS_SCHED_GETSCHEDULER, uintptr(thread), 0, 0)
	return int(policy) &^ unix.SCHED_RESET_ON_FORK
}
