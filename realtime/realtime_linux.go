package realtime

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"jamd/jam"
)

const (
	// Priorities of SCHED_FIFO, which range from 1 to 99. They are above every ordinary thread, below JACK's, and within the 20
	// that rtkit grants. The thread that keeps time has the higher one.
	timePriority   = 12
	policyPriority = 11
	// Limits on RLIMIT_RTTIME. A thread with priority that runs for longestRun without a pause gets a signal; after mostRun the
	// kernel ends jamd. A policy step takes some milliseconds.
	longestRun = 100 * time.Millisecond
	mostRun    = 2 * time.Second
	rtkitRun   = 200 * time.Millisecond // the largest mostRun that rtkit allows
	rtkitWait  = time.Second            // how long to wait for rtkit's answer
	// niceness is the niceness of all other threads during a jam.
	niceness = -11
	// mostLists bounds how often the threads are listed for it, should they come and go without end.
	mostLists = 20
)

// Rights raise the threads of one jam to real-time priority. They are safe for concurrent use.
type Rights struct {
	mu      sync.Mutex
	threads map[int]bool // ids of the threads with priority
	way     string       // how the priority was granted, or that it is revoked; "" if it was not granted
	err     error        // why it was not granted
	revoked bool

	niceness int // of this process, before the jam
	tooLong  chan os.Signal
	done     chan struct{}
}

// Raise asks the kernel, and then rtkit, for real-time scheduling of the calling thread, which must be locked. If both refuse,
// the thread stays as it is and Raise returns false.
func (r *Rights) Raise(duty jam.Duty) bool {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // so that a thread without priority also wakes on time, and not 50 µs later
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

// New prepares the threads of a jam. The caller must call Close.
//
// The run time of threads with priority is limited, so that none can hang the machine: if one runs too long, all lose their
// priority. All other threads of the process get a lower niceness, if the system allows it.
func New() *Rights {
	r := &Rights{threads: map[int]bool{}, tooLong: make(chan os.Signal, 1), done: make(chan struct{})}
	before, _ := unix.Getpriority(unix.PRIO_PROCESS, 0) // of the calling thread, so it cannot fail
	r.niceness = 20 - before                            // the system call returns 20 minus the niceness
	Renice(niceness)
	signal.Notify(r.tooLong, syscall.SIGXCPU)
	go r.watch()
	return r
}

// watch revokes the priority when the kernel says that a thread has run too long.
func (r *Rights) watch() {
	for {
		select {
		case <-r.tooLong:
			r.revoke()
		case <-r.done:
			return
		}
	}
}

// Close ends the watch and restores the niceness of the other threads. A raised thread keeps its priority until it ends.
func (r *Rights) Close() {
	Renice(r.niceness)
	signal.Stop(r.tooLong)
	close(r.done)
}

// Renice sets the niceness of all threads of this process that have no real-time priority. Threads that they start inherit it. If
// the system refuses (RLIMIT_NICE, CAP_SYS_NICE), nothing changes.
//
// A thread with priority depends on the others: to continue after a wait it needs one of the processors of Go's scheduler. During
// garbage collection, threads that the kernel has suspended for busy programs may hold all of them.
func Renice(to int) {
	// A list may lack threads that were started, or that stood behind one that ended, while it was read: the next one has them.
	for range mostLists {
		if !reniceListed(to) {
			return
		}
	}
}

// reniceListed sets the niceness of the threads that one list has, and returns whether it changed any.
func reniceListed(to int) (changed bool) {
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		thread, err := strconv.Atoi(task.Name())
		if err != nil {
			continue
		}
		if now, err := unix.Getpriority(unix.PRIO_PROCESS, thread); err == nil && now == 20-to {
			continue
		}
		if unix.Setpriority(unix.PRIO_PROCESS, thread, to) == nil {
			changed = true
		}
	}
	return changed
}

// revoke takes the priority from all threads for good.
func (r *Rights) revoke() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revoked = true
	r.way = fmt.Sprintf("given up: a thread ran for more than %v without a pause", longestRun)
	for thread := range r.threads {
		_ = schedule(thread, unix.SCHED_NORMAL, 0)
	}
}

// advice says what to do without priority.
const advice = "put '@audio - rtprio 95' and '@audio - nice -11' into /etc/security/limits.d/audio.conf, " +
	"join the group with 'sudo usermod -aG audio $USER', log in again"
