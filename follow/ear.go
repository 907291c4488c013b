package follow

import (
	"context"
	"sync/atomic"
	"time"

	"jamd/jam"
)

const (
	eventsLength = 1024 // more than anybody plays in a second
	timesLength  = 1024
)

// An Ear gives the player's notes and taps in a live jam to a Follower, on a goroutine of its own. A note takes the Follower up
// to a millisecond, and neither the port nor the loop can wait that long. Both queues of an Ear are bounded; what does not fit is
// dropped. Its methods are safe for concurrent use.
type Ear struct {
	events   *jam.Queue[jam.PlayerEvent]
	times    *jam.Queue[jam.PlayerTime]
	channels jam.Channels
	split    atomic.Uint32
	meter    atomic.Pointer[jam.Meter] // the meter that was set or found; nil before that
}

// NewEar makes an ear for a jam's melody: the notes on the given channels, from the pitch split up.
func NewEar(channels jam.Channels, split uint8) *Ear {
	e := &Ear{events: jam.NewQueue[jam.PlayerEvent](eventsLength), times: jam.NewQueue[jam.PlayerTime](timesLength), channels: channels}
	e.Split(split)
	return e
}

// Times returns the queue of what the Follower finds after each note or tap. The loop of the jam reads it.
func (e *Ear) Times() *jam.Queue[jam.PlayerTime] { return e.times }

// Split changes the lowest pitch of the melody.
func (e *Ear) Split(pitch uint8) { e.split.Store(uint32(pitch)) }

// Hear takes an event from the player. Only notes of the melody count.
func (e *Ear) Hear(event jam.Event) {
	if e.channels.Strikes(event, uint8(e.split.Load())) {
		e.events.TrySend(jam.PlayerEvent{At: event.At, Kind: jam.PlayerNote, Pitch: event.Data1, Velocity: event.Data2})
	}
}

// Do takes a tap or another action of the player that is not a note. PlayerListens may have a time in the future: it takes
// effect with the first event at that time or later.
func (e *Ear) Do(kind jam.PlayerEventKind, at time.Duration) {
	e.events.TrySend(jam.PlayerEvent{At: at, Kind: kind})
}

// Tempo takes a tempo that the player sets, in quarter notes a minute.
func (e *Ear) Tempo(bpm float64, at time.Duration) {
	e.events.TrySend(jam.PlayerEvent{At: at, Kind: jam.PlayerTempo, BPM: bpm})
}

// SetMeter takes the meter that the player sets; the zero Meter asks the Follower to find it.
func (e *Ear) SetMeter(m jam.Meter, at time.Duration) {
	e.events.TrySend(jam.PlayerEvent{At: at, Kind: jam.PlayerMeter, Meter: m})
}

// Meter returns the meter that was set or found; the zero Meter before that.
func (e *Ear) Meter() jam.Meter {
	if m := e.meter.Load(); m != nil {
		return *m
	}
	return jam.Meter{}
}

// Run passes everything to a tracker, such as a Follower, until ctx ends. The tracker has no other owner until then.
func (e *Ear) Run(ctx context.Context, f jam.Tracker) {
	var listens jam.PlayerEvent // the PlayerListens that waits for its time; zero for none
	for {
		select {
		case <-ctx.Done():
			return
		case d := <-e.events.C():
			if d.Kind == jam.PlayerListens {
				listens = d
				continue
			}
			if listens.At > 0 && d.At >= listens.At {
				listens.Tell(f)
				listens = jam.PlayerEvent{}
			}
			t, ok := d.Tell(f)
			if m := e.Meter(); t.MeterSure && m != t.Meter {
				e.meter.Store(&t.Meter)
			}
			if ok {
				e.times.TrySend(t)
			}
		}
	}
}
