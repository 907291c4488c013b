package midiio

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"jamd/jam"
	"jamd/midi"
)

var (
	// ErrClosed says that an Out or a Cable was used after Close.
	ErrClosed = errors.New("the MIDI output is closed")
	// ErrNotAChannelMessage says that an Out was given something other than a channel message.
	ErrNotAChannelMessage = errors.New("not a MIDI channel message")
)

// An Out is an output port with a ledger of the notes that it has started. So it can end all of them, however the Out itself
// ends. It is safe for concurrent use: the loop's chords and the melody that is passed on may share one. Send allocates nothing.
type Out struct {
	mu          sync.Mutex
	reconnector *reconnector // nil if the port is not reconnected
	info        PortInfo
	to          jam.Output // nil while a reconnecting port is gone
	closed      bool
	used        [16]bool
	restrike    [16]bool        // the port came back or was replaced: it has not received this channel's notes in the ledger
	sounding    [16][128]uint16 // number of note ons without a note off, by channel and pitch
	velocity    [16][128]uint8  // velocity of the newest of these note ons
}

var _ jam.Output = (*Out)(nil)

// NewOut makes an Out that sends to another output. If that one is an io.Closer, Close closes it too.
func NewOut(to jam.Output) *Out { return newOut(to, PortInfo{}) }

func newOut(to jam.Output, info PortInfo) *Out { return &Out{to: to, info: info} }

// Info names the port. It is empty if there is none. While a reconnecting port is gone, Info names the port that is awaited.
func (o *Out) Info() PortInfo {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.info
}

// Send sends one channel message. It ignores data2 if the message has only one data byte.
func (o *Out) Send(status, data1, data2 byte) error {
	if status < 0x80 || status >= 0xF0 || data1 > 0x7F || data2 > 0x7F {
		return ErrNotAChannelMessage
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	return o.send(status, data1, data2)
}

// send enters a note in the ledger before it sends the note on, and removes it after it has sent the note off. So a note that may
// be sounding is always in the ledger.
func (o *Out) send(status, data1, data2 byte) error {
	channel := status & 0x0F
	count := &o.sounding[channel][data1]
	kind := status & 0xF0
	o.used[channel] = true
	var err error
	if kind == midi.NoteOn && data2 > 0 {
		err = o.strikeAgain(channel)
		if *count < ^uint16(0) {
			*count++
		}
		o.velocity[channel][data1] = data2
	}
	if o.to != nil {
		err = orElse(err, o.to.Send(status, data1, data2))
	}
	if err == nil && *count > 0 && (kind == midi.NoteOff || kind == midi.NoteOn && data2 == 0) {
		*count--
	}
	return err
}

// strikeAgain sends the channel's notes in the ledger to a port that has not received them.
func (o *Out) strikeAgain(channel byte) error {
	if !o.restrike[channel] || o.to == nil {
		return nil
	}
	o.restrike[channel] = false
	var first error
	for pitch, count := range o.sounding[channel] {
		for range count {
			first = orElse(first, o.to.Send(midi.NoteOn|channel, byte(pitch), o.velocity[channel][pitch]))
		}
	}
	return first
}

// Sounding returns the number of note ons that have had no note off.
func (o *Out) Sounding() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for c := range o.sounding {
		for _, count := range o.sounding[c] {
			n += int(count)
		}
	}
	return n
}

// Close silences the port and closes it. Later calls do nothing.
func (o *Out) Close() error {
	o.stopReconnecting()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil
	}
	err := o.silence()
	o.closed = true
	if c, ok := o.to.(io.Closer); ok {
		err = orElse(err, c.Close())
	}
	if err != nil {
		return fmt.Errorf("output %q: closing: %w", o.info, err)
	}
	return nil
}

// orElse returns the first of two errors that is not nil.
func orElse(first, err error) error {
	if first != nil {
		return first
	}
	return err
}
