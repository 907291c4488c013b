//go:build linux || windows

package realtime

import (
	"runtime"

	"jamd/jam"
)

// Detail says in words which priority the threads have, or why they have none.
func (r *Rights) Detail() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.way != "":
		return r.way
	case r.err != nil:
		return "none: " + r.err.Error()
	}
	return "none"
}

// Check tries on a thread of its own whether this user gets real-time scheduling. detail says how, or why not and what to do
// about it.
func Check() (granted bool, detail string) {
	r := New()
	defer r.Close()
	tried := make(chan bool)
	go func() {
		runtime.LockOSThread() // never unlocked, so the thread ends with the trial
		tried <- r.Raise(jam.DutyTime)
	}()
	if <-tried {
		return true, r.Detail()
	}
	return false, r.Detail() + "; on a busy machine chords may come some ms late; " + advice
}
