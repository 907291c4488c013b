package jam

import (
	"errors"
	"time"
)

// Pulses that are late by less than a beat are sent at once, and those who follow are where the jam is. After more than
// that they are told the position.
const latePulses = PulsesPerFrame * FramesPerBeat

// Pulses is MIDI clock, sent to those who follow the jam. The zero value without an output sends nothing.
type pulses struct {
	out     Output
	next    int64 // counted from frame 0
	begun   bool
	started bool
}

// begin lets pulses be sent from the line of a frame on; those before frame 0 tell the tempo of the count-in.
func (p *pulses) begin(frame int64) {
	p.next, p.begun = frame*PulsesPerFrame, true
}

// due is when the next pulse is to be sent.
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

// leap goes on at the line of a frame.
func (p *pulses) leap(frame int64) error {
	p.next = frame * PulsesPerFrame
	if frame > maxSongPosition { // cannot be said
		return nil
	}
	return errors.Join(p.out.Send(ClockStop, 0, 0), p.out.Send(SongPosition(frame)), p.out.Send(ClockContinue, 0, 0))
}

// stop ends the clock.
func (p *pulses) stop() error {
	if !p.started {
		return nil
	}
	p.begun, p.started = false, false
	return p.out.Send(ClockStop, 0, 0)
}
