package jam

import (
	"errors"
	"time"
)

// System messages of MIDI's clock.
const (
	songPosition  = 0xF2
	timingClock   = 0xF8
	clockStart    = 0xFA
	clockContinue = 0xFB
	clockStop     = 0xFC
)

const (
	pulsesPerFrame = 6 // 24 to a quarter note
	// Pulses that are late by less than a beat are sent at once, and those who follow are where the jam is. After more
	// than that they are told the position.
	latePulses = pulsesPerFrame * FramesPerBeat
	// lastPosition is the last frame that a song position can say: it has 14 bits, and counts sixteenths.
	lastPosition = 1<<14 - 1
)

// Pulses is MIDI clock, sent to those who follow the jam. The zero value without an output sends nothing.
type pulses struct {
	out     Output
	next    int64 // counted from frame 0
	begun   bool
	started bool
}

// begin lets pulses be sent from the line of a frame on; those before frame 0 tell the tempo of the count-in.
func (p *pulses) begin(frame int64) {
	p.next, p.begun = frame*pulsesPerFrame, true
}

// due is when the next pulse is to be sent.
func (p *pulses) due(grid *Grid) time.Duration {
	if p.out == nil || !p.begun {
		return forever
	}
	return grid.At(float64(p.next) / pulsesPerFrame)
}

// send sends the pulses that are due.
func (p *pulses) send(grid *Grid, now time.Duration) error {
	var err error
	for p.due(grid) <= now {
		if p.started && grid.At(float64(p.next+latePulses)/pulsesPerFrame) <= now {
			err = errors.Join(err, p.leap(grid.Current(now)+1))
			continue
		}
		if p.next == 0 {
			p.started = true
			err = errors.Join(err, p.out.Send(clockStart, 0, 0))
		}
		err = errors.Join(err, p.out.Send(timingClock, 0, 0))
		p.next++
	}
	return err
}

// leap goes on at the line of a frame.
func (p *pulses) leap(frame int64) error {
	p.next = frame * pulsesPerFrame
	if frame > lastPosition {
		return nil
	}
	return errors.Join(p.out.Send(clockStop, 0, 0),
		p.out.Send(songPosition, byte(frame&0x7F), byte(frame>>7)), p.out.Send(clockContinue, 0, 0))
}

// stop ends the clock.
func (p *pulses) stop() error {
	if !p.started {
		return nil
	}
	p.begun, p.started = false, false
	return p.out.Send(clockStop, 0, 0)
}
