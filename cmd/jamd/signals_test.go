package main

import (
	"context"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// The first signal ends the context, the second one the process, with the notes let go: also where a port hangs.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals, exited := make(chan os.Signal, 2), make(chan int, 1)
		ctx, stop := untilInterrupted(signals, func(code int) { exited <- code })
		defer stop()
		var silenced, undone atomic.Int32
		onSecondSignal(ctx, func() { silenced.Add(1) })
		hung, free := context.WithCancel(t.Context())
		onSecondSignal(ctx, func() { <-hung.Done() })
		defer free()
		onSecondSignal(ctx, func() { undone.Add(1) })()
		began := time.Now()
		signals <- os.Interrupt
		synctest.Wait()
		if ctx.Err() == nil || silenced.Load() != 0 || len(exited) != 0 {
			t.Fatalf("after one signal: %v, silenced %d times, %d exits", ctx.Err(), silenced.Load(), len(exited))
		}
		signals <- syscall.SIGTERM
		if code := <-exited; code != exitFailed || silenced.Load() != 1 || undone.Load() != 0 || time.Since(began) != atOnceTakes {
			t.Errorf("exit code %d after %v, silenced %d times, what was undone %d times", code, time.Since(began), silenced.Load(), undone.Load())
		}
	})
}

// A command that ends by itself leaves nothing behind that waits for signals.
func TestNoSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := untilInterrupted(make(chan os.Signal), func(int) { t.Error("it ended the process") })
		stop()
		stop()
		<-ctx.Done()
		onSecondSignal(t.Context(), func() {})()
	})
}
