package main

import (
	"context"
	"os"
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
		silenced, undone := 0, 0
		onSecondSignal(ctx, func() { silenced++ })
		hung, free := context.WithCancel(t.Context())
		onSecondSignal(ctx, func() { <-hung.Done() })
		defer free()
		onSecondSignal(ctx, func() { undone++ })()
		began := time.Now()
		signals <- os.Interrupt
		synctest.Wait()
		if ctx.Err() == nil || silenced != 0 || len(exited) != 0 {
			t.Fatalf("after one signal: %v, silenced %d times, %d exits", ctx.Err(), silenced, len(exited))
		}
		signals <- syscall.SIGTERM
		if code := <-exited; code != exitFailed || silenced != 1 || undone != 0 || time.Since(began) != atOnceTakes {
			t.Errorf("exit code %d after %v, silenced %d times, what was undone %d times", code, time.Since(began), silenced, undone)
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
