package midiio

import (
	"math"
	"sync"
	"time"

	"jamd/jam"
)

// freewheel is the number of missing pulses after which the clock is lost: two beats. In that time a cable can be pulled out
// and put back, with an error of a few milliseconds. It is also short enough if the band has really stopped.
const freewheel = 2 * pulsesPerBeat

// A Follower follows the MIDI clock of another device; it is a jam.Transport. Pass it to [In.Follow]. Any goroutine may use
// it. It holds its lock for a fraction of a millisecond at most, and allocates nothing.
//
//   - Start puts the next pulse at frame 0, also while the song runs. Continue puts it one after the last pulse, and song
//     position at the position that it gives, whether the song runs or not.
//   - A second Start before the next pulse, and a Continue while the song runs, change nothing.
//   - Pulses without a Start set the tempo; the song does not run.
//   - Missing pulses are detected by their time and counted. The song runs on without pulses for two beats. Then the clock
//     is lost and the song stops until Start or Continue. Continue goes on from where the clock was lost.
type Follower struct {
	changed func()

	mu      sync.Mutex
	count   pulseCount
	last    time.Duration // when the newest pulse came
	heard   bool          // a pulse has come since the clock was last lost
	running bool
	armed   bool  // the next pulse has the number next
	pulse   int64 // running: the number of the newest pulse
	next    int64 // not running, or armed: the number of the next pulse
	passed  int64 // running: the highest pulse number that is past; never decreases
	dropped int64
}

// NewFollower makes a follower that assumes the tempo bpm until two pulses have come. It returns an error if bpm is out of
// range. It calls changed, which may be nil, when Start, Continue, song position or Stop begins, moves or stops the song,
// but not when the clock is lost. changed is called on the driver's thread and must not block.
func NewFollower(bpm float64, changed func()) (*Follower, error) {
	if err := jam.CheckTempo(bpm); err != nil {
		return nil, err
	}
	if changed == nil {
		changed = func() {}
	}
	return &Follower{changed: changed, count: newPulseCount(bpm)}, nil
}

// Receive takes a clock message that arrived at a time, not before that of the last message. data1 and data2 are those of a
// song position. Other messages are ignored.
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

// hear takes a pulse, and reports whether the song begins or moves with it.
func (f *Follower) hear(at time.Duration) bool {
	if uncounted := f.armed || !f.running; !f.heard || uncounted && float64(at-f.last) > max(2.5*f.count.period, longestBlock) {
		f.count.restart() // the clock has paused, so its phase is new
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
		f.dropped += periods - 1 // periods is below 1 if an earlier count is corrected
	}
	return false
}

// stop stops a running song where it is.
func (f *Follower) stop() {
	if !f.running {
		return
	}
	if !f.armed {
		f.next = f.pulse + 1
	}
	f.running, f.armed = false, false
}

// lost reports whether pulses had come and have stopped coming.
func (f *Follower) lost(now time.Duration) bool {
	return f.heard && float64(now-f.last) > freewheel*f.count.period
}

// Position returns where the song is at a time, now or a little later: the line of seg.Frame is at seg.At, at the tempo
// seg.BPM. That line is the next one, or one that was passed less than a pulse ago. While the song runs, the frame never
// goes back, except after Start, Continue or song position.
//
// ok is true while pulses come at a tempo that jamd plays. running is true while the song also runs. If it does not,
// seg.Frame is the frame at which it would go on, and seg.At is now.
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

// Dropped returns the number of pulses that were lost while a song was running.
func (f *Follower) Dropped() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dropped
}

// tempo returns the tempo of the clock within the loop's range. Jitter may move a tempo at the edge of the range a little
// outside; it is taken as the edge.
func (f *Follower) tempo() (bpm float64, ok bool) {
	bpm = float64(time.Minute) / pulsesPerBeat / f.count.period
	ok = bpm > jam.MinTempo*0.95 && bpm < jam.MaxTempo*1.05
	return min(max(bpm, jam.MinTempo), jam.MaxTempo), ok
}

// frameFrom returns the first frame whose line is at or after a pulse.
func frameFrom(pulse int64) int64 { return (pulse + jam.PulsesPerFrame - 1) / jam.PulsesPerFrame }
