package jam

import (
	"math"
	"math/bits"
	"time"
)

const (
	noteOff    = 0x80
	noteOn     = 0x90
	control    = 0xB0
	sustain    = 64  // controller numbers
	soundOff   = 120 // all sound off
	reset      = 121 // reset all controllers
	notesOff   = 123 // all notes off
	backwards  = 50 * time.Millisecond
	maxPending = 1024
)

// A quantiser turns what the player does into one melody token a frame, as the reader of the training data does:
//
//   - a note on or off counts from the grid line nearest to it; every note sounds for one frame at least;
//   - the newest note ends the one before it (last-note priority). When it is released in its turn there is silence,
//     even where the older key is still down: in the data an overlapped note does not come back;
//   - of several notes that begin on one line the highest of those still down counts (a chord, its top note), or the
//     highest of all where none is; so an ornament gives way to the note that it leads to;
//   - the sustain pedal keeps a released note until the pedal goes up or the next note comes;
//   - all notes off (123) and all sound off (120) end the note, reset all controllers (121) lifts the pedal.
//
// Events may come in any order and be nonsense. An event for a frame that is closed counts for the next one to be closed.
// Memory is bounded. Nothing is allocated after newQuantiser.
type quantiser struct {
	grid     *Grid
	channels Channels
	pending  []Event       // events of frames not yet closed, in order of arrival
	last     time.Duration // the newest stamp

	sounding                bool
	note, channel, velocity uint8
	down                    bool   // the key of the sounding note is down; otherwise the pedal holds the note
	pedal                   uint16 // channels whose pedal is down

	// The notes that begin on the line being closed: all of them, those whose key is still down, and those that still sound
	// (key or pedal down).
	struck, held, ringing pitchSet
	by                    [128]struct{ channel, velocity uint8 }
}

// A pitchSet is a set of MIDI pitches.
type pitchSet [2]uint64

func (s *pitchSet) add(p uint8)      { s[p>>6] |= 1 << (p & 63) }
func (s *pitchSet) remove(p uint8)   { s[p>>6] &^= 1 << (p & 63) }
func (s *pitchSet) has(p uint8) bool { return s[p>>6]>>(p&63)&1 == 1 }
func (s *pitchSet) empty() bool      { return s[0]|s[1] == 0 }

func (s *pitchSet) highest() uint8 {
	if s[1] != 0 {
		return uint8(127 - bits.LeadingZeros64(s[1]))
	}
	return uint8(63 - bits.LeadingZeros64(s[0]))
}

// newQuantiser makes a quantiser that listens on the given channels.
func newQuantiser(grid *Grid, channels Channels) *quantiser {
	return &quantiser{grid: grid, channels: channels, pending: make([]Event, 0, maxPending)}
}

// Push takes an event. It ignores everything but notes, the pedal and messages that end notes, on the quantiser's channels.
func (q *quantiser) Push(e Event) {
	if !q.channels.Has(e.Status) || (e.Data1|e.Data2)&0x80 != 0 {
		return
	}
	switch e.Status & 0xF0 {
	case noteOn, noteOff:
	case control:
		if e.Data1 != sustain && e.Data1 != soundOff && e.Data1 != reset && e.Data1 != notesOff {
			return
		}
	default:
		return
	}
	// The order of arrival is the order of playing. A stamp slightly before the last one is jitter. A stamp far before it is
	// believed, so that one wrong stamp far ahead does not hold up all later ones.
	if e.At < q.last && q.last-e.At < backwards {
		e.At = q.last
	}
	q.last = e.At
	if len(q.pending) == cap(q.pending) {
		// More events in a frame than anybody plays: their effect is kept, their times are not.
		for _, old := range q.pending {
			q.apply(old)
		}
		q.pending = q.pending[:0]
	}
	q.pending = append(q.pending, e)
}

// LetGo ends the note and forgets which keys and pedals are down. It is for when events were lost: a key whose release was
// never heard must not sound for ever. Events that no frame has counted yet are counted first.
func (q *quantiser) LetGo() {
	for _, e := range q.pending {
		q.apply(e)
	}
	q.pending = q.pending[:0]
	q.sounding, q.pedal, q.held, q.ringing = false, 0, pitchSet{}, pitchSet{}
}

// Close returns the token of a frame, and the velocity of the note that begins in it (0 if none does). Frames are closed in
// order from 0, each when no more events can count for it: half a frame past its line or later.
func (q *quantiser) Close(frame int64) (token MelodyToken, velocity uint8) {
	if frame == 0 {
		q.applyUpTo(-1)
		q.beginHere()
	}
	q.applyUpTo(frame)
	return q.settle()
}

// Restart makes the next frame to be closed the first one again.
func (q *quantiser) Restart() {
	q.applyUpTo(math.MaxInt64)
	q.beginHere()
}

// beginHere makes the line that is closed next the first one. What was played before counts only if it still sounds, and then
// from this line on.
func (q *quantiser) beginHere() {
	q.settle()
	if q.sounding {
		q.strike(q.note, q.channel, q.velocity)
		if !q.down {
			q.held.remove(q.note)
		}
	}
}

// applyUpTo applies the pending events that count for frames up to the given one.
func (q *quantiser) applyUpTo(frame int64) {
	later := q.pending[:0]
	for _, e := range q.pending {
		if q.grid.Nearest(e.At) <= frame {
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
	case e.Data1 == sustain && e.Data2 >= 64:
		q.pedal |= 1 << channel
	case e.Data1 == sustain || e.Data1 == reset:
		q.lift(channel)
	default:
		q.lift(channel)
		q.releaseAll(channel)
	}
}

func (q *quantiser) strike(pitch, channel, velocity uint8) {
	q.struck.add(pitch)
	q.held.add(pitch)
	q.ringing.add(pitch)
	q.by[pitch].channel, q.by[pitch].velocity = channel, velocity
}

func (q *quantiser) release(pitch, channel uint8) {
	pedal := q.pedal>>channel&1 == 1
	switch {
	case q.struck.has(pitch):
		if q.by[pitch].channel != channel {
			return
		}
		q.held.remove(pitch)
		if !pedal {
			q.ringing.remove(pitch)
		}
	case q.sounding && q.note == pitch && q.channel == channel:
		q.down, q.sounding = false, pedal
	}
}

// releaseAll releases every key of a channel.
func (q *quantiser) releaseAll(channel uint8) {
	for pitch := range uint8(128) {
		q.release(pitch, channel)
	}
}

// lift releases the pedal of a channel.
func (q *quantiser) lift(channel uint8) {
	q.pedal &^= 1 << channel
	if q.channel == channel && !q.down {
		q.sounding = false
	}
	for pitch := range uint8(128) {
		if q.by[pitch].channel == channel && !q.held.has(pitch) {
			q.ringing.remove(pitch)
		}
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
		q.sounding, q.down = q.ringing.has(top), q.held.has(top)
		q.struck, q.held, q.ringing = pitchSet{}, pitchSet{}, pitchSet{}
		return MelodyOnset(top), q.velocity
	case q.sounding:
		return MelodyHold(q.note), 0
	}
	return Silence, 0
}
