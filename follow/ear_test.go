package follow

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
)

// A told is a tracker that notes what it is told.
type told struct {
	jam.Tracker
	what []string
}

func (t *told) Note(at time.Duration, _, _ uint8) { t.what = append(t.what, "note at "+at.String()) }
func (t *told) SetHeard(bool)                     { t.what = append(t.what, "heard") }
func (t *told) PlayerTime(time.Duration) (jam.PlayerTime, bool) {
	return jam.PlayerTime{}, false
}

// That the player hears the jam counts from its time on, whether it is said before a note that comes earlier or after it. So a
// live jam is followed as it would be offline.
func TestEarIsToldInOrderThatThePlayerListens(t *testing.T) {
	note := func(at time.Duration) jam.Event { return jam.Event{At: at, Status: 0x90, Data1: 60, Data2: 80} }
	for _, said := range []int{0, 1, 2} { // before which of the notes
		synctest.Test(t, func(t *testing.T) {
			ear, tracker := NewEar(jam.DefaultSettings().MelodyChannels, 0), &told{}
			ctx, cancel := context.WithCancel(context.Background())
			go ear.Run(ctx, tracker)
			for i, at := range []time.Duration{time.Second, 2 * time.Second, 3 * time.Second} {
				if i == said {
					ear.Do(jam.PlayerListens, 2500*time.Millisecond)
				}
				ear.Hear(note(at))
			}
			synctest.Wait()
			cancel()
			if want := []string{"note at 1s", "note at 2s", "heard", "note at 3s"}; !slices.Equal(tracker.what, want) {
				t.Errorf("%q, want %q", tracker.what, want)
			}
		})
	}
}
