package follow

import (
	"context"
	"sync/atomic"
	"time"

	"jamd/jam"
)

const (
	doingsLength = 1024 // more than anybody plays in a second
	timesLength  = 1024
)

// An Ear lets a Follower hear the player of a live jam, on a goroutine of its own: a note costs up to a millisecond, which
// neither the port nor the loop can wait for. Both of its queues are bounded and drop what does not fit. Its methods may be called
// from any goroutine.
type Ear struct {
	doings   *jam.Queue[jam.Doing]
	times    *jam.Queue[jam.PlayerTime]
	channels jam.Channels
	split    atomic.Uint32
}

// NewEar makes an ear for the melody of a jam: the notes on some channels from a pitch on.
func NewEar(channels jam.Channels, split uint8) *Ear {
	e := &Ear{doings: jam.NewQueue[jam.Doing](doingsLength), times: jam.NewQueue[jam.PlayerTime](timesLength), channels: channels}
	e.Split(split)
	return e
}

// Times are what the Follower believes, for the loop of the jam.
func (e *Ear) Times() *jam.Queue[jam.PlayerTime] { return e.times }

// Split moves the lowest pitch of the melody.
func (e *Ear) Split(pitch uint8) { e.split.Store(uint32(pitch)) }

// Hear takes an event of the player.
func (e *Ear) Hear(event jam.Event) {
	if e.channels.Strikes(event, uint8(e.split.Load())) {
		e.doings.TrySend(jam.Doing{At: event.At, What: jam.DoesNote, Pitch: event.Data1, Velocity: event.Data2})
	}
}

// Do takes what the player does beside the notes.
func (e *Ear) Do(what jam.DoingKind, at time.Duration) {
	e.doings.TrySend(jam.Doing{At: at, What: what})
}

// Tempo takes the tempo that the player says.
func (e *Ear) Tempo(bpm float64, at time.Duration) {
	e.doings.TrySend(jam.Doing{At: at, What: jam.DoesTempo, BPM: bpm})
}

// Run lets a Follower hear until the context ends. The Follower belongs to it until then.
func (e *Ear) Run(ctx context.Context, f *Follower) {
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-e.doings.C():
			if t, ok := d.Tell(f); ok {
				e.times.TrySend(t)
			}
		}
	}
}
