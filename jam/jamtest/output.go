package jamtest

import (
	"fmt"
	"sync"
	"time"

	"jamd/jam"
)

// An Output remembers what was sent, when, and which notes sound. Any goroutine may use it.
type Output struct {
	clock jam.Clock
	mu    sync.Mutex
	sent  []jam.Event
	notes [16][128]int
	err   error
}

// NewOutput makes an output that stamps with a clock; with nil it does not stamp.
func NewOutput(clock jam.Clock) *Output { return &Output{clock: clock} }

// Send never fails. It notes an error if a note is struck while it sounds, or released while it does not.
func (o *Output) Send(status, data1, data2 byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var at time.Duration
	if o.clock != nil {
		at = o.clock.Now()
	}
	o.sent = append(o.sent, jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	sounding := &o.notes[status&0x0F][data1&0x7F]
	switch {
	case status&0xF0 == 0x90 && data2 > 0:
		*sounding++
	case status&0xF0 == 0x90 || status&0xF0 == 0x80:
		*sounding--
	}
	if (*sounding < 0 || *sounding > 1) && o.err == nil {
		o.err = fmt.Errorf("message %d (%X %d %d) leaves the note sounding %d times", len(o.sent)-1, status, data1, data2, *sounding)
	}
	return nil
}

// Sent returns all that was sent, in order.
func (o *Output) Sent() []jam.Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]jam.Event(nil), o.sent...)
}

// Sounding returns the number of notes that are on.
func (o *Output) Sounding() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for channel := range o.notes {
		for pitch := range o.notes[channel] {
			n += max(o.notes[channel][pitch], 0)
		}
	}
	return n
}

// SoundingOn returns the number of notes that are on, on a channel from 1 to 16.
func (o *Output) SoundingOn(channel int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, count := range &o.notes[channel-1] {
		n += max(count, 0)
	}
	return n
}

// Err returns an error for the first note that was struck while it sounded, or released while it did not.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
