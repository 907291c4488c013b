package archive

import (
	"context"
	"fmt"
	"os"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/session"
)

// An Offline records an accompaniment as a session. It waits for the disk; a live jam would drop entries instead.
type Offline struct {
	session *session.Session
	policy  string
}

// RecordOffline begins a session in a folder.
func RecordOffline(root string, m session.Manifest) *Offline {
	return &Offline{session.Start(session.Options{Root: root, Manifest: m, WriteMIDI: midiio.WriteTake}), m.Policy.Name}
}

// Heard records a message of the melody.
func (o *Offline) Heard(h jam.Heard) { sendWaiting(o.session.Events(), h) }

// Moved records a segment of the grid.
func (o *Offline) Moved(m jam.Moved) { sendWaiting(o.session.Segments(), m) }

// Metered records a change of metre.
func (o *Offline) Metered(m jam.MeterChange) { sendWaiting(o.session.Meters(), m) }

// Played records a frame.
func (o *Offline) Played(r jam.FrameReport) {
	r.Policy = o.policy
	sendWaiting(o.session.Reports(), r)
}

// sendWaiting waits until the queue has room. Its caller must be the only writer of the queue.
func sendWaiting[T any](q *jam.Queue[T], v T) {
	for len(q.C()) == cap(q.C()) {
		time.Sleep(time.Millisecond)
	}
	q.TrySend(v)
}

// Close ends the session. A nil result means that the accompaniment failed: then the session is deleted.
func (o *Offline) Close(result *jam.Accompaniment) error {
	if result == nil {
		o.session.Close(context.Background(), jam.Take{}, jam.Summary{})
		return os.RemoveAll(o.session.Dir())
	}
	if summary := o.session.Close(context.Background(), result.Take, result.Summary); summary.Err != nil {
		return fmt.Errorf("it is not recorded as a session: %w", summary.Err)
	}
	return nil
}
