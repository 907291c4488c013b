package jam

import (
	"math"
	"time"
)

const (
	noteOff    = 0x80
	noteOn     = 0x90
	control    = 0xB0
	backwards  = 50 * time.Millisecond
	maxPending = 1024
)

// A quantiser turns the player's events into one melody token for each frame, as the reader of the training data does:
//
//   - a note on or off counts from the grid line nearest to it; every note sounds for one frame at least;
//   - the newest note ends the one before it (last-note priority). When it is released in its turn there is silence,
//     even if the older key is still down: in the data an overlapped note does not come back;
//   - of several notes that begin on one line the highest of those still down counts (a chord, its top note), or the
//     highest of all if none is; so an ornament gives way to the note that it leads to;
//   - the sustain pedal (64) holds a released note until the pedal goes up or the next note comes; so does the sostenuto
//     pedal (66), for the notes whose keys were down when it went down;
//   - all notes off (123) and the mode messages after it release all keys: a note that a pedal holds sounds on. All sound
//     off (120) ends every note. Both leave the pedals as they are; reset all controllers (121) lifts them.
//
// Events may come in any order and may make no sense. An event for a frame that is closed counts for the next one to be closed.
// Memory is bounded. Nothing is allocated after newQuantiser.
type quantiser struct {
	nearest  func(time.Duration) int64 // the frame that an event counts for
	channels Channels
	pending  []Event       // events of frames that are not closed yet, in order of arrival
	last     time.Duration // the newest stamp

	sounding                bool
	note, channel, velocity uint8
	down                    bool // the key of the sounding note is down; otherwise a pedal holds the note
	caught                  bool // the sostenuto pedal has caught the sounding note
	pedals                  pedals

	// The notes that begin on the line being closed: all of them, those whose key is still down, those that still sound (key
	// or pedal down), and those that the sostenuto pedal has caught.
	struck, held, ringing, trapped pitchSet
	by                             [128]struct{ channel, velocity uint8 }
}

// newQuantiser makes a quantiser that listens on the given channels.
func newQuantiser(grid *Grid, channels Channels) *quantiser {
	return &quantiser{nearest: grid.Nearest, channels: channels, pending: make([]Event, 0, maxPending)}
}

// push takes an event. It ignores everything except notes, pedals and messages that end notes, on the quantiser's channels.
func (q *quantiser) push(e Event) {
	if !q.channels.Has(e.Status) || (e.Data1|e.Data2)&0x80 != 0 {
		return
	}
	switch e.Status & 0xF0 {
	case noteOn, noteOff:
	case control:
		if !listensTo(e.Data1) {
			return
		}
	default:
		return
	}
	// The order of arrival is the order of playing. A stamp slightly before the last one is jitter. A stamp far before it is
	// accepted, so that one wrong stamp far in the future does not hold up all later ones.
	if e.At < q.last && q.last-e.At < backwards {
		e.At = q.last
	}
	q.last = e.At
	if len(q.pending) == cap(q.pending) {
		// More events in a frame than anybody plays: apply them at once, without their times.
		for _, old := range q.pending {
			q.apply(old)
		}
		q.pending = q.pending[:0]
	}
	q.pending = append(q.pending, e)
}

// listensTo reports whether a controller can change the melody.
func listensTo(controller uint8) bool {
	switch controller {
	case dataEntry, sustain, sostenuto, parameterLow, parameterHigh, soundOff, reset:
		return true
	}
	return controller >= notesOff
}

// resync ends the note and forgets which keys and pedals are down. Call it when events were lost: a key whose release was lost
// must not sound forever. Events that no frame has counted yet are counted first.
func (q *quantiser) resync() {
	for _, e := range q.pending {
		q.apply(e)
	}
	q.pending = q.pending[:0]
	q.sounding, q.caught, q.held, q.ringing, q.trapped = false, false, pitchSet{}, pitchSet{}, pitchSet{}
	q.pedals.sustained, q.pedals.sostenutos = 0, 0
}

// close returns the token of a frame, and the velocity of the note that begins in it, or 0. Close frames in order from 0, each
// when no more events can count for it: half a frame after its line or later.
func (q *quantiser) close(frame int64) (token MelodyToken, velocity uint8) {
	if frame == 0 {
		q.applyUpTo(-1)
		q.beginHere()
	}
	q.applyUpTo(frame)
	return q.settle()
}

// restart makes the next frame to be closed the first one again.
func (q *quantiser) restart() {
	q.applyUpTo(math.MaxInt64)
	q.beginHere()
}

// beginHere makes the next line to be closed the first one. What was played before it counts only if it still sounds, and then as
// if it began at this line.
func (q *quantiser) beginHere() {
	q.settle()
	if q.sounding {
		caught := q.caught
		q.strike(q.note, q.channel, q.velocity)
		if caught {
			q.trapped.add(q.note)
		}
		if !q.down {
			q.held.remove(q.note)
		}
	}
}

// applyUpTo applies the pending events that count for frames up to the given one.
func (q *quantiser) applyUpTo(frame int64) {
	later := q.pending[:0]
	for _, e := range q.pending {
		if q.nearest(e.At) <= frame {
			q.apply(e)
		} else {
			later = append(later, e)
		}
	}
	q.pending = later
}

// apply applies an event to the line being closed.
func (q *quantiser) apply(e Event) {
	channel := e.Status & 0x0F
	switch status := e.Status & 0xF0; {
	case status == noteOn && e.Data2 > 0:
		q.strike(e.Data1, channel, e.Data2)
	case status != control:
		q.release(e.Data1, channel)
	default:
		q.control(channel, e.Data1, e.Data2)
	}
}

// settle decides the token of the line being closed, and prepares the next line.
func (q *quantiser) settle() (token MelodyToken, velocity uint8) {
	switch {
	case !q.struck.empty():
		top := q.struck.highest()
		if !q.held.empty() {
			top = q.held.highest()
		}
		q.note, q.channel, q.velocity = top, q.by[top].channel, q.by[top].velocity
		q.sounding, q.down, q.caught = q.ringing.has(top), q.held.has(top), q.trapped.has(top)
		q.struck, q.held, q.ringing, q.trapped = pitchSet{}, pitchSet{}, pitchSet{}, pitchSet{}
		return MelodyOnset(top), q.velocity
	case q.sounding:
		return MelodyHold(q.note), 0
	}
	return Silence, 0
}
