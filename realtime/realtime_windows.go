package realtime

import (
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"

	"jamd/jam"
)

// Rights raise the threads of one jam with the Multimedia Class Scheduler Service, as audio programs do. They are safe for
// concurrent use.
type Rights struct {
	mu     sync.Mutex
	raised bool
	err    error // why a thread was not raised
}

var setThreadCharacteristics = windows.NewLazySystemDLL("avrt.dll").NewProc("AvSetMmThreadCharacteristicsW")

// task is the service's name for programs that need the shortest waits.
const task = "Pro Audio"

// New prepares the threads of a jam. The caller must call Close.
func New() *Rights { return &Rights{} }

// Raise registers the calling thread, which must be locked, as one of the task. If the service refuses, the thread stays as it is and Raise
// returns false. The registration ends with the thread.
func (r *Rights) Raise(jam.Duty) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := setThreadCharacteristics.Find(); err != nil { // a Windows Server without the service
		r.err = err
		return false
	}
	name, err := windows.UTF16PtrFromString(task)
	if err != nil {
		panic(err) // only for a name with a zero
	}
	index := uint32(0)
	handle, _, err := setThreadCharacteristics.Call(uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(&index)))
	if handle == 0 {
		r.err = err
		return false
	}
	r.raised = true
	return true
}

// Detail says in words which priority the threads have, or why they have none.
func (r *Rights) Detail() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.raised:
		return "MMCSS " + task
	case r.err != nil:
		return "none: " + r.err.Error()
	}
	return "none"
}

// Close has nothing to end: a raised thread keeps its priority until it ends.
func (*Rights) Close() {}

// Renice changes nothing: the priority of ordinary threads is left to the system.
func Renice(int) {}

// Check tries on a thread of its own whether the service raises threads. detail says how, or why not and what to do about it.
func Check() (granted bool, detail string) {
	r := New()
	tried := make(chan bool)
	go func() {
		runtime.LockOSThread() // never unlocked, so the thread ends with the trial
		tried <- r.Raise(jam.DutyTime)
	}()
	if <-tried {
		return true, r.Detail()
	}
	return false, r.Detail() + "; on a busy machine chords may come some ms late; start the service 'Multimedia Class Scheduler'"
}
