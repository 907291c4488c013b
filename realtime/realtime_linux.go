package realtime

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"jamd/jam"
)

const (
	// Priorities of SCHED_FIFO, 1 to 99: above every ordinary thread, below JACK's, and within the 20 that rtkit gives. The
	// thread that keeps time has the higher one.
	timePriority   = 12
	policyPriority = 11
	// RLIMIT_RTTIME: a thread with priority that runs for longestRun without a pause gets a signal; after mostRun the kernel
	// ends jamd. A policy step takes some milliseconds.
	longestRun = 100 * time.Millisecond
	mostRun    = 2 * time.Second
	rtkitRun   = 200 * time.Millisecond // the most that rtkit allows for mostRun
	rtkitWait  = time.Second            // for rtkit's answer
	// niceness is that of all other threads during a jam.
	niceness = -11
)

// Rights raise the threads of one jam to real-time priority. They may be used from any goroutine.
type Rights struct {
	mu      sync.Mutex
	threads map[int]bool // ids of the threads with priority
	way     string       // how the priority was granted; "" if it was not
	err     error        // why it was not granted
	revoked bool

	niceness int // of this process before
	tooLong  chan os.Signal
	done     chan struct{}
}

// Raise asks the kernel, and then rtkit, for real-time scheduling of the calling thread, which must be locked. If both refuse,
// the thread stays as it is and Raise returns false.
func (r *Rights) Raise(duty jam.Duty) bool {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // a thread without priority wakes on time too, not 50 µs later
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

// Detail says in words which priority the threads have, or why they have none.
func (r *Rights) Detail() string {
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

// New prepares the threads of a jam. The caller must call Close.
//
// The run time of threads with priority is limited, so that none can hang the machine: if one runs too long, all lose their
// priority. All other threads of the process get a lower niceness, if the system allows it.
func New() *Rights {
	r := &Rights{threads: map[int]bool{}, tooLong: make(chan os.Signal, 1), done: make(chan struct{})}
	before, _ := unix.Getpriority(unix.PRIO_PROCESS, 0) // of the calling thread, so it cannot fail
	r.niceness = 20 - before                            // the system call counts so
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

// Close ends the watch and gives the other threads their niceness back. A raised thread keeps its priority until it ends.
func (r *Rights) Close() {
	Renice(r.niceness)
	signal.Stop(r.tooLong)
	close(r.done)
}

// Renice sets the niceness of all threads of this process that have no priority. Threads that they start inherit it. If the
// system refuses (RLIMIT_NICE, CAP_SYS_NICE), nothing changes.
//
// A thread with priority depends on the others: to go on after a wait it needs one of the processors of Go's scheduler. While
// garbage is collected, all of those may be held by threads that the kernel has set aside for busy programs.
func Renice(to int) {
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		if thread, err := strconv.Atoi(task.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, thread, to)
		}
	}
}

// revoke takes the priority from all threads, for good.
func (r *Rights) revoke() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.revoked = true
	for thread := range r.threads {
		_ = schedule(thread, unix.SCHED_NORMAL, 0)
	}
}

// Check tries whether this user gets real-time scheduling, on a thread that ends with the trial. detail says how, or why not and what
// to do.
func Check() (granted bool, detail string) {
	r := New()
	defer r.Close()
	tried := make(chan bool)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the trial
		tried <- r.Raise(jam.DutyTime)
	}()
	if <-tried {
		return true, r.Detail()
	}
	return false, r.Detail() + "; on a busy machine chords may come some ms late; put '@audio - rtprio 95' and '@audio - nice -11' into " +
		"/etc/security/limits.d/audio.conf, join the group with 'sudo usermod -aG audio $USER', log in again"
}
