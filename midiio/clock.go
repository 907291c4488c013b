package midiio

import (
	"math"
	"sync"
	"time"

	"jamd/jam"
)

// freewheel is the number of missing pulses after which the clock is lost: two beats. That is long enough to unplug a cable and
// plug it in again, with an error of a few milliseconds, and short enough if the band has really stopped.
const freewheel = 2 * pulsesPerBeat

// A ClockReceiver turns the MIDI clock of another device into a song position; it is a jam.Transport. Pass it to
// [In.SendClockTo]. It is safe for concurrent use. It holds its lock for a fraction of a millisecond at most, and allocates
// nothing.
//
//   - Start puts the next pulse at frame 0, even while the song runs. Continue puts the next pulse one after the last, and song
//     position puts it at the position in the message, whether or not the song runs.
//   - A second Start before the next pulse, and a Continue while the song runs, change nothing.
//   - Pulses without a Start set the tempo; the song does not run.
//   - Missing pulses are detected by their time and counted. The song runs on without pulses for two beats. Then the clock counts
//     as lost, and the song stops until Start or Continue. Continue goes on from where the clock was lost.
type ClockReceiver struct {
	changed func()

	mu      sync.Mutex
	count   clockCount
	last    time.Duration // arrival of the newest pulse
	heard   bool          // a pulse has come since the clock was last lost
	running bool          // the song runs
	armed   bool          // the next pulse gets the number next
	pulse   int64         // while running: number of the newest pulse
	next    int64         // while not running, or armed: number of the next pulse
	passed  int64         // while running: the highest pulse number that has passed; never decreases
	dropped int64         // number of pulses lost while the song ran
}

// NewClockReceiver makes a receiver that assumes the tempo bpm until two pulses have come. It returns an error if bpm is out of
// range. It calls changed, which may be nil, when a message starts, moves or stops the song, but not when the clock is lost.
// changed runs on the driver's thread and must not block.
func NewClockReceiver(bpm float64, changed func()) (*ClockReceiver, error) {
	if err := jam.CheckTempo(bpm); err != nil {
		return nil, err
	}
	if changed == nil {
		changed = func() {}
	}
	return &ClockReceiver{changed: changed, count: newClockCount(bpm)}, nil
}

// Receive takes a clock message that arrived at the given time, which must not be before that of the last message. data1 and
// data2 are the data of a song position. Other messages are ignored.
func (r *ClockReceiver) Receive(at time.Duration, status, data1, data2 byte) {
	if r.receive(at, status, data1, data2) {
		r.changed()
	}
}

// receive reports whether the message started, moved or stopped the song.
func (r *ClockReceiver) receive(at time.Duration, status, data1, data2 byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at = max(at, r.last)
	was := r.running
	if r.lost(at) {
		r.stop()
		r.heard = false
	}
	switch status {
	case jam.ClockPulse:
		return r.hear(at)
	case jam.ClockStart:
		r.running, r.armed, r.next = false, true, 0
		return was
	case jam.ClockContinue:
		r.armed = r.armed || !r.running
	case jam.ClockPosition:
		r.next = jam.SongFrame(data1, data2) * jam.PulsesPerFrame
		r.armed = r.armed || r.running
	case jam.ClockStop:
		r.stop()
		r.armed = false
		return was
	}
	return false
}

// hear takes a pulse, and reports whether the song starts or moves with it.
func (r *ClockReceiver) hear(at time.Duration) bool {
	uncounted := r.armed || !r.running
	paused := !r.heard || uncounted && float64(at-r.last) > max(2.5*r.count.period, longestBlock)
	r.last, r.heard = at, true
	periods := r.count.hear(float64(at), paused)
	switch {
	case r.armed:
		r.count.settle()
		r.armed, r.running, r.pulse, r.passed = false, true, r.next, r.next
		return true
	case r.running:
		r.pulse += periods
		r.passed = max(r.passed, r.pulse)
		r.dropped += periods - 1 // periods is below 1 if an earlier count is corrected
	}
	return false
}

// stop stops a running song where it is.
func (r *ClockReceiver) stop() {
	if !r.running {
		return
	}
	if !r.armed {
		r.next = r.pulse + 1
	}
	r.running, r.armed = false, false
}

// lost reports whether pulses came and have stopped.
func (r *ClockReceiver) lost(now time.Duration) bool {
	return r.heard && float64(now-r.last) > freewheel*r.count.period
}

// Position returns where the song is at the time now: the line of seg.Frame is at seg.At, at the tempo seg.BPM. now may be a
// little in the future. That line is the next one, or one that passed less than a pulse ago. While the song runs, the frame never
// goes back, except after Start, Continue or song position.
//
// ok is true while pulses come at a tempo that jamd can play. running is true if the song also runs. If it does not, seg.Frame is
// the frame at which it would continue, and seg.At is now.
func (r *ClockReceiver) Position(now time.Duration) (seg jam.Segment, running, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	bpm, ok := r.tempo()
	ok = ok && r.heard && !r.lost(now)
	if !ok || !r.running {
		next := r.next
		if r.running && !r.armed {
			next = r.pulse + 1
		}
		return jam.Segment{Frame: frameFrom(next), At: now, BPM: bpm}, false, ok
	}
	since := int64(math.Floor((float64(now) - r.count.at) / r.count.period))
	r.passed = max(r.passed, r.pulse+since)
	frame := frameFrom(r.passed)
	at := r.count.at + float64(frame*jam.PulsesPerFrame-r.pulse)*r.count.period
	return jam.Segment{Frame: frame, At: time.Duration(math.Round(at)), BPM: bpm}, true, true
}

// Dropped returns the number of pulses that were lost while a song was running.
func (r *ClockReceiver) Dropped() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dropped
}

// tempo returns the tempo of the clock, within the loop's range. Jitter may push a tempo at the edge of the range a little
// outside; tempo then returns the edge. ok is false if it is farther outside.
func (r *ClockReceiver) tempo() (bpm float64, ok bool) {
	bpm = float64(time.Minute) / pulsesPerBeat / r.count.period
	ok = bpm > jam.MinTempo*0.95 && bpm < jam.MaxTempo*1.05
	return min(max(bpm, jam.MinTempo), jam.MaxTempo), ok
}

// frameFrom returns the first frame whose line is at or after a pulse.
func frameFrom(pulse int64) int64 { return (pulse + jam.PulsesPerFrame - 1) / jam.PulsesPerFrame }
