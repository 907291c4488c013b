package realtime

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"jamd/jam"
)

// A thread that runs too long loses its priority, and so does every other.
func TestRightsAreGivenUp(t *testing.T) {
	r := New()
	defer r.Close()
	type outcome struct {
		raised        bool
		before, after int
	}
	done := make(chan outcome)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the test
		o := outcome{raised: r.Raise(jam.DutyPolicy)}
		o.before = schedulerOf(unix.Gettid())
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGXCPU) // as the kernel does
		for deadline := time.Now().Add(5 * time.Minute); o.raised && time.Now().Before(deadline); {
			if o.after = schedulerOf(unix.Gettid()); o.after == unix.SCHED_NORMAL {
				break
			}
			time.Sleep(time.Millisecond)
		}
		done <- o
	}()
	o := <-done
	if !o.raised {
		t.Skip("real-time rights: ", r.Detail())
	}
	if o.before == unix.SCHED_NORMAL || o.after != unix.SCHED_NORMAL || !strings.Contains(r.Detail(), "given up") {
		t.Errorf("scheduled by %d, then by %d: %s", o.before, o.after, r.Detail())
	}
	if r.Raise(jam.DutyTime) {
		t.Error("priority is taken again")
	}
}

func schedulerOf(thread int) int {
	policy, _, _ := unix.Syscall(unix.SYS_SCHED_GETSCHEDULER, uintptr(thread), 0, 0)
	return int(policy) &^ unix.SCHED_RESET_ON_FORK
}

// While a jam is on, the threads that have no priority go before programs that only compute, and so do those they start.
func TestTheOthersGoFirst(t *testing.T) {
	own := nicenesses(t)
	r := New()
	if during := nicenesses(t); slices.Contains(during, own[0]) && own[0] != niceness {
		r.Close()
		t.Skip("a lower niceness is refused here: ", during)
	}
	started := make(chan int)
	go func() {
		runtime.LockOSThread() // and never unlocked: what it inherits is a new thread's
		started <- nicenessOf(t, unix.Gettid())
	}()
	if n := <-started; n != niceness {
		t.Errorf("a thread started in a jam: %d, want %d", n, niceness)
	}
	r.Close()
	for _, n := range nicenesses(t) {
		if n != own[0] {
			t.Errorf("after the jam: %d, before it %d", n, own[0])
		}
	}
}

// nicenesses are those of all threads of this process.
func nicenesses(t *testing.T) []int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	for _, task := range tasks {
		thread, err := strconv.Atoi(task.Name())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, nicenessOf(t, thread))
	}
	return all
}

func nicenessOf(t *testing.T, thread int) int {
	t.Helper()
	n, err := unix.Getpriority(unix.PRIO_PROCESS, thread)
	if err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
		t.Fatal(err)
	}
	return 20 - n // as the system call counts
}
