package midiio

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"jamd/jam"
)

// Kinds of channel messages (status & 0xF0), and the controllers that end sound.
const (
	noteOff       = 0x80
	noteOn        = 0x90
	controlChange = 0xB0

	sustainPedal     = 64
	sostenutoPedal   = 66
	allSoundOff      = 120
	resetControllers = 121
	allNotesOff      = 123
)

var (
	// ErrClosed says that an Out was used after Close.
	ErrClosed = errors.New("the MIDI output is closed")
	// ErrNotAChannelMessage says that an Out was given something else than a channel message.
	ErrNotAChannelMessage = errors.New("not a MIDI channel message")
)

// An Out is an output port with a ledger of every note that it made sound, so that each way out ends them all.
// It is safe for concurrent use: the loop's chords and the thru of the melody may share it. Send allocates nothing.
type Out struct {
	mu       sync.Mutex
	keeper   *keeper // nil where nobody keeps the port
	info     PortInfo
	to       jam.Output // nil while a kept port is gone
	closed   bool
	unheard  uint64 // messages while it was gone
	used     [16]bool
	anew     [16]bool        // what sounds on the channel by the ledger, the port has not heard: it came back meanwhile
	sounding [16][128]uint16 // note ons without their off, by channel and pitch
	velocity [16][128]uint8  // of the newest of them
}

var _ jam.Output = (*Out)(nil)

// NewOut keeps the ledger for messages to another output. Close also closes that one, where it is an io.Closer.
func NewOut(to jam.Output) *Out { return newOut(to, PortInfo{}) }

func newOut(to jam.Output, info PortInfo) *Out { return &Out{to: to, info: info} }

// Info names the port; it is empty where there is none, and the one that is looked for while a kept port is gone.
func (o *Out) Info() PortInfo {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.info
}

// Unheard counts the messages that were sent while a kept port was gone.
func (o *Out) Unheard() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unheard
}

// Send sends one channel message. data2 is ignored for kinds that have one data byte.
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

// send enters a note before it is sent and strikes it out after its off was sent: a note of which
// it is not known whether it sounds is in the ledger.
func (o *Out) send(status, data1, data2 byte) error {
	channel := status & 0x0F
	count := &o.sounding[channel][data1]
	kind := status & 0xF0
	o.used[channel] = true
	var err error
	if kind == noteOn && data2 > 0 {
		err = o.strikeAnew(channel)
		if *count < ^uint16(0) {
			*count++
		}
		o.velocity[channel][data1] = data2
	}
	if o.to == nil {
		o.unheard++
	} else {
		err = orElse(err, o.to.Send(status, data1, data2))
	}
	if err == nil && *count > 0 && (kind == noteOff || kind == noteOn && data2 == 0) {
		*count--
	}
	return err
}

// strikeAnew strikes what a port that is back should have sounding on a channel.
func (o *Out) strikeAnew(channel byte) error {
	if !o.anew[channel] || o.to == nil {
		return nil
	}
	o.anew[channel] = false
	var first error
	for pitch, count := range o.sounding[channel] {
		for range count {
			first = orElse(first, o.to.Send(noteOn|channel, byte(pitch), o.velocity[channel][pitch]))
		}
	}
	return first
}

// connected is given a port that is there again, or another one. It is swept before anything else is sent to it, and the one
// before it, where that is still there, is silenced and closed.
func (o *Out) connected(to jam.Output, info PortInfo) {
	o.mu.Lock()
	used := o.used
	o.mu.Unlock()
	swept := NewOut(to)
	for channel, used := range used {
		if used {
			_ = swept.Sweep(byte(channel)) // the port may be gone again: the next look will tell
		}
	}
	o.mu.Lock()
	before := o.to
	if o.closed {
		before = to // nobody sends to it any more
	} else {
		o.leave()
		o.to, o.info = to, info
		for channel := range o.anew {
			o.anew[channel] = true
		}
	}
	o.mu.Unlock()
	if c, ok := before.(io.Closer); ok {
		_ = c.Close() // it is silent
	}
}

// leave ends what sounds at the port, which by the ledger sounds on: another port is to take its place.
func (o *Out) leave() {
	if o.to == nil {
		return
	}
	for c := range o.sounding {
		for pitch, count := range o.sounding[c] {
			for range count {
				_ = o.to.Send(noteOff|byte(c), byte(pitch), 0)
			}
		}
		if o.used[c] {
			for _, controller := range silencers {
				_ = o.to.Send(controlChange|byte(c), controller, 0)
			}
		}
	}
}

// disconnected is told that the port is gone.
func (o *Out) disconnected() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to = nil
}

// Sounding is the number of note ons that have not had their off.
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

// Silence ends everything that sounds: an off for every on in the ledger, then on each used channel pedal up,
// all notes off and all sound off. It tries them all, whatever fails, and returns the first error.
func (o *Out) Silence() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	return o.silence()
}

func (o *Out) silence() error {
	var first error
	for c := range o.sounding {
		for pitch := range o.sounding[c] {
			// The bound is taken before, as a failing send leaves its note in the ledger.
			for range o.sounding[c][pitch] {
				first = orElse(first, o.send(noteOff|byte(c), byte(pitch), 0))
			}
		}
	}
	for c, used := range o.used {
		if used {
			first = orElse(first, o.release(byte(c)))
		}
	}
	return first
}

// A sweep pauses behind so many messages, for so long: a program that hears it has room for 200 on ALSA, and loses them all
// where there are more.
const (
	sweepBurst = 64
	sweepPause = 15 * time.Millisecond
)

// Sweep ends what a predecessor that was killed may have left sounding on the given channels (0 to 15): pedal up, all notes
// off and all sound off, and an off for each of the 128 notes, as many synths ignore all notes off. That takes 30 ms a channel: it is for before a jam.
func (o *Out) Sweep(channels ...byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return ErrClosed
	}
	var first error
	for _, c := range channels {
		first = orElse(first, o.release(c&0x0F))
		for pitch := range byte(128) {
			first = orElse(first, o.send(noteOff|c&0x0F, pitch, 0))
			if (pitch+1)%sweepBurst == 0 {
				time.Sleep(sweepPause)
			}
		}
	}
	return first
}

// silencers are the controllers that end what sounds on a channel, in their order.
var silencers = [...]byte{sustainPedal, allNotesOff, allSoundOff}

func (o *Out) release(channel byte) error {
	var first error
	for _, controller := range silencers {
		first = orElse(first, o.send(controlChange|channel, controller, 0))
	}
	return first
}

// Close silences the port and closes it. A second Close does nothing.
func (o *Out) Close() error {
	o.stopKeeping()
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

func (o *Out) stopKeeping() {
	o.mu.Lock()
	keeper := o.keeper
	o.keeper = nil
	o.mu.Unlock()
	keeper.stop()
}

func orElse(first, err error) error {
	if first != nil {
		return first
	}
	return err
}
