package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"jamd/jam"
)

const (
	// Priorities of SCHED_FIFO, 1 to 99: above all that has none, below JACK's, and within the 20 that rtkit gives. The thread
	// that keeps time goes before those that run a policy.
	timePriority   = 12
	policyPriority = 11
	// longestRun is how long a thread with priority may run without a pause (RLIMIT_RTTIME) before the kernel says so, and
	// mostRun before it ends jamd. A policy's step is some milliseconds.
	longestRun = 100 * time.Millisecond
	mostRun    = 2 * time.Second
	rtkitRun   = 200 * time.Millisecond // the most that rtkit allows
	rtkitWait  = time.Second            // for its answer
	// niceness of the other threads of a jam.
	niceness = -11
)

// Real-time rights are what gives the threads of one jam their priority.
type rights struct {
	mu      sync.Mutex
	threads map[int]bool // that have priority, by their ids
	way     string       // how it was had
	err     error        // why it was not
	revoked bool
}

// seize asks for real-time scheduling for the calling thread, which must be locked: from the kernel, or else from rtkit.
// Where neither gives it the thread goes on as it is, and it returns false.
func (r *rights) seize(duty jam.Duty) bool {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // for a thread without priority: wake at the time, not 50 µs later
	priority := map[jam.Duty]int{jam.DutyTime: timePriority, jam.DutyPolicy: policyPriority}[duty]
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.revoked {
		return false
	}
	way, err := giveRealTime(unix.Gettid(), priority)
	if err != nil {
		r.err = err
		return false
	}
	r.way = way
	r.threads[unix.Gettid()] = true
	return true
}

// detail says in words what came of it.
func (r *rights) detail() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.revoked:
		return fmt.Sprintf("given up: a thread ran for more than %v without a pause", longestRun)
	case r.way != "":
		return r.way
	case r.err != nil:
		return "none: " + r.err.Error()
	}
	return "none"
}

// newRights limits how long threads with priority may run, so that none can ever hang the machine: whoever runs too long
// loses the priority, for all. All other threads it lets go before programs that only compute, where it may. The function
// that it returns ends the watch.
func newRights() (*rights, func()) {
	r := &rights{threads: map[int]bool{}}
	before, _ := unix.Getpriority(unix.PRIO_PROCESS, 0) // of the calling thread, which is there
	renice(niceness)
	tooLong := make(chan os.Signal, 1)
	signal.Notify(tooLong, syscall.SIGXCPU)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-tooLong:
				r.revoke()
			case <-done:
				return
			}
		}
	}()
	return r, func() {
		renice(20 - before) // as the system call counts
		signal.Stop(tooLong)
		close(done)
	}
}

// renice sets how readily the threads of this process that have no priority let others go first; those that they start
// inherit it. A thread with priority needs them: to go on from a wait it takes one of the processors of Go's scheduler, and
// while garbage is collected all of those may be held by threads that the kernel has put aside for busy programs. Where it
// is refused (RLIMIT_NICE, CAP_SYS_NICE) all stays as it is.
func renice(to int) {
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		if thread, err := strconv.Atoi(task.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, thread, to)
		}
	}
}

// revoke takes the priority from all threads.
func (r *rights) revoke() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revoked = true
	for thread := range r.threads {
		_ = schedule(thread, unix.SCHED_NORMAL, 0)
	}
}

// giveRealTime gives a thread of this process a priority of SCHED_FIFO, or of SCHED_RR where that comes from rtkit.
func giveRealTime(thread, priority int) (way string, err error) {
	if err := limitRun(mostRun); err != nil {
		return "", err
	}
	refused := schedule(thread, unix.SCHED_FIFO|unix.SCHED_RESET_ON_FORK, priority)
	if refused == nil {
		return fmt.Sprintf("SCHED_FIFO, priority %d", priority), nil
	}
	err = limitRun(rtkitRun)
	if err == nil {
		err = askRtkit(thread, priority)
	}
	if err != nil {
		return "", fmt.Errorf("the kernel: %w; rtkit: %w", refused, err)
	}
	return "SCHED_RR, from rtkit", nil
}

// limitRun lets threads with priority run for so long at most.
func limitRun(most time.Duration) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_RTTIME, &limit); err != nil {
		return fmt.Errorf("RLIMIT_RTTIME: %w", err)
	}
	limit.Max = min(limit.Max, uint64(most.Microseconds()))
	limit.Cur = min(limit.Max, uint64(longestRun.Microseconds()))
	if err := unix.Setrlimit(unix.RLIMIT_RTTIME, &limit); err != nil {
		return fmt.Errorf("RLIMIT_RTTIME: %w", err)
	}
	return nil
}

func schedule(thread, policy, priority int) error {
	param := struct{ priority int32 }{int32(priority)}
	_, _, e := unix.Syscall(unix.SYS_SCHED_SETSCHEDULER, uintptr(thread), uintptr(policy), uintptr(unsafe.Pointer(&param)))
	if e != 0 {
		return e
	}
	return nil
}

// askRtkit asks RealtimeKit, which gives desktop programs what the kernel does not (org.freedesktop.RealtimeKit1 on the
// system bus).
func askRtkit(thread, priority int) error {
	ctx, done := context.WithTimeout(context.Background(), rtkitWait)
	defer done()
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return err
	}
	defer bus.Close()
	rtkit := bus.Object("org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1")
	return rtkit.CallWithContext(ctx, "org.freedesktop.RealtimeKit1.MakeThreadRealtimeWithPID", 0,
		uint64(os.Getpid()), uint64(thread), uint32(priority)).Err
}

// realTimeRights tells whether this user gets real-time scheduling: it is tried, on a thread that ends with it.
func realTimeRights() finding {
	f := finding{Part: "real-time rights"}
	r, end := newRights()
	defer end()
	tried := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		r.seize(jam.DutyTime)
		close(tried)
	}()
	<-tried
	f.OK, f.Detail = r.way != "", r.detail()
	if !f.OK {
		f.Detail += "; on a busy machine chords may come some ms late; put '@audio - rtprio 95' and '@audio - nice -11' into " +
			"/etc/security/limits.d/audio.conf, join the group with 'sudo usermod -aG audio $USER', log in again"
	}
	return f
}
