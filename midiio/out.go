package midiio

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"jamd/jam"
)

// Kinds of channel messages (status & 0xF0), and the controllers that hold or end notes.
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
	// ErrClosed is returned if an Out or a Cable is used after Close.
	ErrClosed = errors.New("the MIDI output is closed")
	// ErrNotAChannelMessage is returned if the message to send is not a channel message.
	ErrNotAChannelMessage = errors.New("not a MIDI channel message")
)

// An Out is an output port with a ledger: it counts the notes that sound, so that it can end all of them whenever it is
// silenced, moved or closed. Any goroutine may use it: the loop's chords and the player's melody may share one. Send
// allocates nothing.
type Out struct {
	mu       sync.Mutex
	keeper   *keeper // nil if the port is not kept
	info     PortInfo
	to       jam.Output // nil while the port is gone
	closed   bool
	unheard  uint64 // messages sent while the port was gone
	used     [16]bool
	anew     [16]bool        // by channel: the port was connected since, and must be told the notes of the ledger
	sounding [16][128]uint16 // note ons without a note off, by channel and pitch
	velocity [16][128]uint8  // of the newest note on, by channel and pitch
}

var _ jam.Output = (*Out)(nil)

// NewOut makes an Out that sends to another output. If that is an io.Closer, [Out.Close] closes it too.
func NewOut(to jam.Output) *Out { return newOut(to, PortInfo{}) }

func newOut(to jam.Output, info PortInfo) *Out { return &Out{to: to, info: info} }

// Info returns the port; while a kept port is gone, the port that is looked for. It is empty if the Out has no port.
func (o *Out) Info() PortInfo {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.info
}

// Unheard returns the number of messages that were sent while a kept port was gone.
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

// send counts a note on before it sends it, and takes a note off from the count after it was sent. So if a message fails,
// the ledger still holds the note that may sound.
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

// strikeAnew strikes the notes of the ledger on one channel of a port that was connected since.
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

// connected takes over a port that was opened. It sweeps the port before anything else is sent to it. The port before, if it
// is still open, is silenced and closed.
func (o *Out) connected(to jam.Output, info PortInfo) {
	o.mu.Lock()
	used := o.used
	o.mu.Unlock()
	swept := NewOut(to)
	for channel, used := range used {
		if used {
			_ = swept.Sweep(byte(channel)) // the port may be gone again: the keeper's next look finds out
		}
	}
	o.mu.Lock()
	before := o.to
	if o.closed {
		before = to // the Out is closed, so the new port is closed too
	} else {
		o.leave()
		o.to, o.info = to, info
		for channel := range o.anew {
			o.anew[channel] = true
		}
	}
	o.mu.Unlock()
	if c, ok := before.(io.Closer); ok {
		_ = c.Close() // no note sounds there
	}
}

// leave ends all notes at the present port, and keeps them in the ledger for the next port.
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

// disconnected notes that the port is gone.
func (o *Out) disconnected() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to = nil
}

// Sounding returns the number of note ons that had no note off yet.
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

// Silence ends everything that sounds: it sends a note off for each note on in the ledger and then, on each channel that was
// used, pedal up, all notes off and all sound off. It sends them all even if some fail, and returns the first error.
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
			// range takes the count before the first send: a failing send does not lower it.
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

// Sweep pauses for sweepPause after each sweepBurst messages. On ALSA a program's input queue has room for 200, and loses all
// of them if more arrive.
const (
	sweepBurst = 64
	sweepPause = 15 * time.Millisecond
)

// Sweep ends notes on the given channels (0 to 15) that are not in the ledger, such as those of a jamd that was killed. It
// sends pedal up, all notes off and all sound off, and then a note off for each of the 128 pitches, because many synths
// ignore all notes off. It takes 30 ms a channel, so call it before a jam.
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

// silencers are the controllers that end all sound on a channel, in the order in which they are sent.
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
