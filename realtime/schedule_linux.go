package realtime

import (
	"context"
	"fmt"
	"os"
	"time"
	"unsafe"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// giveRealTime gives a thread of this process a priority of SCHED_FIFO, or of SCHED_RR if rtkit grants it.
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

// limitRun limits how long threads with priority may run without a pause.
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

// askRtkit asks RealtimeKit, which grants desktop programs what the kernel does not (org.freedesktop.RealtimeKit1 on the system
// bus).
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
