package midiio

import (
	"math"
	"sync"
	"time"

	"jamd/jam"
)

// freewheel is how many pulses may be missing before the clock is lost: two beats. That bridges a cable that is pulled out
// and put back, with an error of a few milliseconds, and is short enough for a band that has stopped.
const freewheel = 2 * pulsesPerBeat

// A Follower follows the MIDI clock of another device: give it to [In.Follow]. It is safe for concurrent use. It holds its
// lock for a fraction of a millisecond at most, and allocates nothing.
//
//   - Start puts the next pulse at frame 0, also while running; Continue the one after the last; a song position those
//     after it, stopped or running. A Start before the first pulse of another, and a Continue while running, change nothing.
//   - Pulses without a Start tell the tempo, and the song waits.
//   - Missing pulses are recognised by the time and counted, and the song goes on without them for two beats. Then the clock
//     is lost and the song has stopped, until a Start, or a Continue, which goes on from where the clock was lost.
type Follower struct {
	changed func()

	mu      sync.Mutex
	count   pulseCount
	last    time.Duration // when the newest pulse came
	heard   bool          // any pulse did, since the clock was last lost
	running bool
	armed   bool  // the next pulse begins at next
	pulse   int64 // running: the number of the newest
	next    int64 // not running, or armed: the number that the next one will have
	passed  int64 // running: the newest pulse that is over; never goes back
	dropped int64
}

// NewFollower makes a follower that takes bpm for the tempo until two pulses have come. changed, which may be nil, is
// called when a song begins, moves or stops, by Start, Continue, song position and Stop (not where the clock is lost), on
// the driver's thread: it must not block.
func NewFollower(bpm float64, changed func()) (*Follower, error) {
	if err := jam.CheckTempo(bpm); err != nil {
		return nil, err
	}
	if changed == nil {
		changed = func() {}
	}
	return &Follower{changed: changed, count: newPulseCount(bpm)}, nil
}

// Receive takes a clock message that came at a time, which must not be before that of the last. The data are those of a
// song position; messages that are none of a clock's are ignored.
func (f *Follower) Receive(at time.Duration, status, data1, data2 byte) {
	if f.receive(at, status, data1, data2) {
		f.changed()
	}
}

// receive reports whether a song has begun, moved or stopped.
func (f *Follower) receive(at time.Duration, status, data1, data2 byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at = max(at, f.last)
	was := f.running
	if f.lost(at) {
		f.stop()
		f.heard = false
	}
	switch status {
	case jam.ClockPulse:
		return f.hear(at)
	case jam.ClockStart:
		f.running, f.armed, f.next = false, true, 0
		return was
	case jam.ClockContinue:
		f.armed = f.armed || !f.running
	case jam.ClockPosition:
		f.next = jam.SongFrame(data1, data2) * jam.PulsesPerFrame
		f.armed = f.armed || f.running
	case jam.ClockStop:
		f.stop()
		f.armed = false
		return was
	}
	return false
}

// hear takes a pulse, and reports whether a song begins or moves with it.
func (f *Follower) hear(at time.Duration) bool {
	if uncounted := f.armed || !f.running; !f.heard || uncounted && float64(at-f.last) > max(2.5*f.count.period, longestBlock) {
		f.count.restart() // the clock paused, and has a phase of its own now
	}
	f.last, f.heard = at, true
	periods := f.count.hear(float64(at))
	switch {
	case f.armed:
		f.count.settle()
		f.armed, f.running, f.pulse, f.passed = false, true, f.next, f.next
		return true
	case f.running:
		f.pulse += periods
		f.passed = max(f.passed, f.pulse)
		f.dropped += periods - 1 // less where some are taken back
	}
	return false
}

// stop leaves a running song where it is.
func (f *Follower) stop() {
	if !f.running {
		return
	}
	if !f.armed {
		f.next = f.pulse + 1
	}
	f.running, f.armed = false, false
}

// lost reports whether pulses have come and then ceased.
func (f *Follower) lost(now time.Duration) bool {
	return f.heard && float64(now-f.last) > freewheel*f.count.period
}

// Position says where the song is at a time, now or a little later: the line of seg.Frame was, is or will be at seg.At,
// at the tempo seg.BPM. The frame is that of the next line, or of one that was passed less than a pulse ago. While a song
// runs it never goes back, except by a Start, a Continue or a song position.
//
// ok says that pulses are coming, at a tempo that jamd plays; running, which is never without ok, that the song goes on.
// Where it does not, seg.Frame is where it would, and seg.At is now.
func (f *Follower) Position(now time.Duration) (seg jam.Segment, running, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	bpm, ok := f.tempo()
	ok = ok && f.heard && !f.lost(now)
	if !ok || !f.running {
		next := f.next
		if f.running && !f.armed {
			next = f.pulse + 1
		}
		return jam.Segment{Frame: frameFrom(next), At: now, BPM: bpm}, false, ok
	}
	since := int64(math.Floor((float64(now) - f.count.at) / f.count.period))
	f.passed = max(f.passed, f.pulse+since)
	frame := frameFrom(f.passed)
	at := f.count.at + float64(frame*jam.PulsesPerFrame-f.pulse)*f.count.period
	return jam.Segment{Frame: frame, At: time.Duration(math.Round(at)), BPM: bpm}, true, true
}

// Dropped is the number of pulses that never came while a song was running.
func (f *Follower) Dropped() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dropped
}

// tempo is the loop's. One at the edge of the range, where jitter moves it to and fro, is taken as the edge.
func (f *Follower) tempo() (bpm float64, ok bool) {
	bpm = float64(time.Minute) / pulsesPerBeat / f.count.period
	ok = bpm > jam.MinTempo*0.95 && bpm < jam.MaxTempo*1.05
	return min(max(bpm, jam.MinTempo), jam.MaxTempo), ok
}

// frameFrom is the frame whose line is the first from a pulse on.
func frameFrom(pulse int64) int64 { return (pulse + jam.PulsesPerFrame - 1) / jam.PulsesPerFrame }
