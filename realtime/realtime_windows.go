package realtime

import (
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"

	"jamd/jam"
)

// Rights raise the threads of one jam with the Multimedia Class Scheduler Service, as audio programs do. They are safe for
// concurrent use.
type Rights struct {
	mu  sync.Mutex
	way string // how the priority was granted; "" if it was not
	err error  // why it was not granted
}

var setThreadCharacteristics = windows.NewLazySystemDLL("avrt.dll").NewProc("AvSetMmThreadCharacteristicsW")

// task is the service's name for programs that need the shortest waits.
const task = "Pro Audio"

// New prepares the threads of a jam. The caller must call Close.
func New() *Rights { return &Rights{} }

// Raise registers the calling thread, which must be locked, as one of the task. If the service refuses, the thread stays as it is
// and Raise returns false. The registration ends with the thread.
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
	r.way = "MMCSS " + task
	return true
}

// Close has nothing to end: a raised thread keeps its priority until it ends.
func (*Rights) Close() {}

// Renice changes nothing: the priority of ordinary threads is left to the system.
func Renice(int) {}

// advice says what to do without priority.
const advice = "start the service 'Multimedia Class Scheduler'"
