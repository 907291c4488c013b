package live

import (
	"context"
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A stuck output takes its first message and returns only when it is let go.
type stuck struct{ taken, free chan struct{} }

func (s *stuck) Send(_, _, _ byte) error {
	select {
	case s.taken <- struct{}{}:
		<-s.free
	case <-s.free:
	}
	return nil
}

// A loop is alive while it waits for the first note, however long, and while it plays. It is not while a frame hangs.
func TestAliveIsTheLoop(t *testing.T) {
	watched := &pulse{Clock: jam.NewLiveClock()}
	out := &stuck{make(chan struct{}), make(chan struct{})}
	settings := jam.DefaultSettings()
	settings.Tempo, settings.Listen = 300, 0
	inbox := jam.NewQueue[jam.Event](8)
	loop, err := jam.NewLoop(jam.LoopConfig{
		Settings: settings, Policy: jamtest.NewPolicy(1), Output: out, Inbox: inbox, Clock: watched,
	})
	if err != nil {
		t.Fatal(err)
	}
	if watched.alive() {
		t.Error("alive before the loop runs")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := loop.Run(ctx)
		ended <- err
	}()
	lives := func(when string) {
		t.Helper()
		for deadline := time.Now().Add(patience); !watched.alive(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("not alive ", when)
			}
		}
	}
	for range 3 {
		lives("while it waits for the first note")
	}
	inbox.TrySend(jam.Event{At: watched.Now(), Status: 0x90, Data1: 60, Data2: 90})
	watched.Wake()
	await(t, "chord", out.taken)
	watched.alive() // of the time before
	if watched.alive() {
		t.Error("alive while the output hangs")
	}
	close(out.free)
	lives("when the output goes on")
	cancel()
	if err := await(t, "end", ended); err != nil {
		t.Error(err)
	}
	watched.alive()
	if watched.alive() {
		t.Error("alive after the end")
	}
}
