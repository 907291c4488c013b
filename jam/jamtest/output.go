package jamtest

import (
	"fmt"
	"sync"
	"time"

	"jamd/jam"
)

// An Output records what was sent and when, and which notes sound. It is safe for concurrent use.
type Output struct {
	clock jam.Clock
	mu    sync.Mutex
	sent  []jam.Event
	notes [16][128]int
	err   error
}

// NewOutput makes an output that stamps messages with a clock. If clock is nil, it does not stamp them.
func NewOutput(clock jam.Clock) *Output { return &Output{clock: clock} }

// Send never fails. It records an error if a note begins while it sounds, or ends while it does not.
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

// Sent returns all messages so far, in order.
func (o *Output) Sent() []jam.Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]jam.Event(nil), o.sent...)
}

// Sounding returns the number of notes that sound.
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

// SoundingOn returns the number of notes that sound on a channel, 1 to 16.
func (o *Output) SoundingOn(channel int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, count := range &o.notes[channel-1] {
		n += max(count, 0)
	}
	return n
}

// Err returns an error for the first note that began while it sounded, or ended while it did not.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
