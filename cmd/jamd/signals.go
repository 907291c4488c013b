package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// atOnceTakes is how long the end of a second signal may take: a synth's port may hang.
const atOnceTakes = time.Second

// interrupts are the signals that end jamd. The first one ends the context, and the command ends in good order. The second
// one ends the process at once, whatever the command still waits for; before that the notes are let go.
type interrupts struct {
	exit func(code int)

	mu     sync.Mutex
	atOnce map[*func()]bool // what is done at the second signal
}

type interruptsKey struct{}

// untilInterrupted is a context that ends with the first of the signals.
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

// signalled are the signals that end jamd, as they come.
func signalled() <-chan os.Signal {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return signals
}

// onSecondSignal has something done before the process ends at a second signal, until undone. It may be called at any time on
// the signal's goroutine.
func onSecondSignal(ctx context.Context, do func()) (undo func()) {
	i, ok := ctx.Value(interruptsKey{}).(*interrupts)
	if !ok { // a test's context
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

// end does what is to be done at once, and ends the process.
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
