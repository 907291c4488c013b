package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"jamd/jam"
	"jamd/session"
)

// A keeping keeps an accompaniment as a session. It waits where a live jam would lose something.
type keeping struct {
	session *session.Session
	policy  string
}

func (k *keeping) Heard(h jam.Heard) { sendWaiting(k.session.Events(), h) }

func (k *keeping) Moved(m jam.Moved) { sendWaiting(k.session.Segments(), m) }

func (k *keeping) Metered(m jam.MeterChange) { sendWaiting(k.session.Meters(), m) }

func (k *keeping) Played(r jam.FrameReport) {
	r.Policy = k.policy
	sendWaiting(k.session.Reports(), r)
}

// sendWaiting sends as the only writer of a queue.
func sendWaiting[T any](q *jam.Queue[T], v T) {
	for len(q.C()) == cap(q.C()) {
		time.Sleep(time.Millisecond)
	}
	q.TrySend(v)
}

// close ends the session; of an accompaniment that failed, whose result is nil, nothing is kept.
func (k *keeping) close(result *jam.Accompaniment) error {
	if result == nil {
		k.session.Close(context.Background(), jam.Take{}, jam.Summary{})
		return os.RemoveAll(k.session.Dir())
	}
	if kept := k.session.Close(context.Background(), result.Take, result.Summary); kept.Err != nil {
		return fmt.Errorf("it is not kept as a session: %w", kept.Err)
	}
	return nil
}
