package jam_test

import (
	"runtime"
	"testing"
	"time"
	"unsafe"

	"jamd/jam"
)

// A stackGuard notes where the stack of the loop's goroutine lies at each frame. In frames 4 and 8 it needs much of it, as an
// output may, and from frame 4 on it collects garbage, which shrinks stacks.
type stackGuard struct {
	steadyLead
	at []uintptr
}

func (g *stackGuard) Orders(time.Duration) jam.Orders {
	var local byte
	g.at = append(g.at, uintptr(unsafe.Pointer(&local)))
	if len(g.at) > 4 {
		runtime.GC()
	}
	return jam.Orders{Lead: time.Duration(g.steadyLead)}
}

func (g *stackGuard) Saw(r *jam.FrameReport) {
	if r.Frame == 4 || r.Frame == 8 {
		useStack()
	}
}

//go:noinline
func useStack() {
	var room [8 << 10]byte
	runtime.KeepAlive(&room)
}

// No frame waits for the runtime to copy the loop's stack: it stays where it was at the first frame, whatever is called and
// collected.
func TestLoopsStackStays(t *testing.T) {
	guard := &stackGuard{steadyLead: steadyLead(20 * time.Millisecond)}
	j := liveJam{
		config: jam.LoopConfig{Settings: settings(nil), Frames: 16, Guard: guard},
		begins: time.Second, events: note(0, time.Second, 60),
	}
	j.run(t)
	for i, at := range guard.at {
		if at != guard.at[0] {
			t.Fatalf("at call %d of %d the stack lies at %#x, at the first at %#x", i, len(guard.at), at, guard.at[0])
		}
	}
}
