package jam

import (
	"errors"
	"time"
)

// Pulses that are late by less than a beat are sent at once, so that receivers catch up with the jam. After a longer delay,
// receivers are sent the song position instead.
const latePulses = PulsesPerFrame * FramesPerBeat

// pulses send the jam's time as MIDI clock. The zero value has no output and sends nothing.
type pulses struct {
	out     Output
	next    int64 // number of the next pulse, counted from frame 0
	begun   bool
	started bool
}

// begin starts the pulses at the line of a frame. Pulses before frame 0 carry the tempo of the count-in.
func (p *pulses) begin(frame int64) {
	p.next, p.begun = frame*PulsesPerFrame, true
}

// join starts the clock at the line of a frame in the middle of the music.
func (p *pulses) join(frame int64) error {
	p.begin(frame)
	if p.out == nil || frame == 0 {
		return nil
	}
	p.started = true
	return p.leap(frame)
}

// due returns the time of the next pulse.
func (p *pulses) due(grid *Grid) time.Duration {
	if p.out == nil || !p.begun {
		return forever
	}
	return grid.Pulse(p.next)
}

// send sends the pulses that are due.
func (p *pulses) send(grid *Grid, now time.Duration) error {
	var err error
	for p.due(grid) <= now {
		if p.started && grid.Pulse(p.next+latePulses) <= now {
			err = errors.Join(err, p.leap(grid.current(now)+1))
			continue
		}
		if p.next == 0 {
			p.started = true
			err = errors.Join(err, p.out.Send(ClockStart, 0, 0))
		}
		err = errors.Join(err, p.out.Send(ClockPulse, 0, 0))
		p.next++
	}
	return err
}

// leap skips pulses and continues at the line of a frame.
func (p *pulses) leap(frame int64) error {
	p.next = frame * PulsesPerFrame
	if frame > maxSongPosition { // a song position cannot express the frame
		return nil
	}
	return errors.Join(p.out.Send(ClockStop, 0, 0), p.out.Send(SongPosition(frame)), p.out.Send(ClockContinue, 0, 0))
}

// stop stops the clock.
func (p *pulses) stop() error {
	if !p.started {
		return nil
	}
	p.begun, p.started = false, false
	return p.out.Send(ClockStop, 0, 0)
}
