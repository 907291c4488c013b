package benchmark

import (
	"context"
	"sync"
	"time"

	"jamd/follow"
	"jamd/jam"
	"jamd/latency"
)

// A listener finds the beat of the player of a measured jam, as in a live one, and measures how long each note takes it.
type listener struct {
	ear      *follow.Ear
	tracker  *timedTracker
	settings jam.Settings
}

func newListener(s jam.Settings) *listener {
	follower := follow.New(follow.Config{Meter: s.Meter, BPM: s.Tempo, Heard: true})
	return &listener{follow.NewEar(s.MelodyChannels, s.Split), &timedTracker{follower, latency.NewHistogram()}, s}
}

// hear takes an event from the player. A nil listener ignores it.
func (l *listener) hear(e jam.Event) {
	if l != nil {
		l.ear.Hear(e)
	}
}

// run listens until ctx ends. wait returns when it has ended.
func (l *listener) run(ctx context.Context) (wait func()) {
	var listening sync.WaitGroup
	listening.Go(func() { l.ear.Run(ctx, l.tracker) })
	return listening.Wait
}

// countIn gives the listener the beats of the bar before the start, as a count-in does. It returns a channel that has the start.
func (l *listener) countIn(ctx context.Context, began <-chan time.Duration) <-chan time.Duration {
	passed := make(chan time.Duration, 1)
	select {
	case <-ctx.Done():
	case start := <-began:
		for _, at := range follow.CountIn(l.settings.Meter, l.settings.Tempo, start) {
			l.ear.Do(jam.PlayerTap, at)
		}
		passed <- start
	}
	return passed
}

// A timedTracker measures how long a tracker takes for each note.
type timedTracker struct {
	jam.Tracker
	took latency.Histogram
}

// Note gives the note to the tracker.
func (t *timedTracker) Note(at time.Duration, pitch, velocity uint8) {
	began := time.Now()
	t.Tracker.Note(at, pitch, velocity)
	t.took.Add(time.Since(began))
}
