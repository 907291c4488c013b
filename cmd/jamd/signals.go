package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// atOnceTakes is how long jamd may take to end after a second signal. A synth's port may hang.
const atOnceTakes = time.Second

// interrupts handles the signals that end jamd. The first signal ends the context, and the command ends in order. The second one
// ends all notes and then the process, whatever the command still waits for.
type interrupts struct {
	exit func(code int)

	mu     sync.Mutex
	atOnce map[*func()]bool // functions to call at the second signal
}

type interruptsKey struct{}

// untilInterrupted returns a context that ends with the first signal. exit ends the process after the second.
func untilInterrupted(signals <-chan os.Signal, exit func(code int)) (context.Context, context.CancelFunc) {
	i := &interrupts{exit: exit, atOnce: map[*func()]bool{}}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), interruptsKey{}, i))
	stopped := make(chan struct{})
	go func() {
		for range 2 {
			select {
			case <-stopped:
				return
			case <-signals:
				if ctx.Err() != nil {
					i.end()
				}
				cancel()
			}
		}
	}()
	return ctx, sync.OnceFunc(func() { close(stopped); cancel() })
}

// signalled returns the signals that end jamd.
func signalled() <-chan os.Signal {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return signals
}

// onSecondSignal calls do before a second signal ends the process, unless undo has been called. do runs on a goroutine of its
// own, at any time.
func onSecondSignal(ctx context.Context, do func()) (undo func()) {
	i, ok := ctx.Value(interruptsKey{}).(*interrupts)
	if !ok { // the context of a test
		return func() {}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.atOnce[&do] = true
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		delete(i.atOnce, &do)
	}
}

// end calls all functions of onSecondSignal and ends the process.
func (i *interrupts) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	var doing sync.WaitGroup
	for do := range i.atOnce {
		doing.Go(*do)
	}
	done := make(chan struct{})
	go func() {
		doing.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(atOnceTakes):
	}
	i.exit(exitFailed)
}
