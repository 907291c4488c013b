//go:build cgo

package midiio

import (
	"errors"
	"reflect"
	"unsafe"

	"gitlab.com/gomidi/midi/v2/drivers/rtmididrv/imported/rtmidi"
)

// Only this file uses the driver: RtMidi, through the bindings inside gomidi's rtmididrv. It does not use that package's own
// ports, because they round times to milliseconds, install their callback from a goroutine that may run after Close, and name
// every client "RtMidi Input Client".

// unusedQueue is the size of the driver's own queue. That queue is only for polling: with a callback it stays empty.
const unusedQueue = 1

const systemReset = 0xFF

type rtIn struct {
	rtmidi.MIDIIn
	client client
}

// newInput makes an input. Other programs see it under the client name.
func newInput(client string) (inputDevice, error) {
	if err := sequencer(); err != nil {
		return nil, err
	}
	var in rtIn
	var err error
	in.client, err = withClient(func() (err error) {
		in.MIDIIn, err = rtmidi.NewMIDIIn(rtmidi.APIUnspecified, client, unusedQueue)
		return err
	})
	if err != nil {
		return nil, noSequencer()
	}
	return in, nil
}

func (in rtIn) listen(receive func([]byte)) error {
	// The driver drops SysEx and active sensing, because it would collect an endless SysEx in memory. It passes on the clock.
	if err := in.IgnoreTypes(true, false, true); err != nil {
		return errors.New("the driver refused the input filter")
	}
	seen := uint64(0)
	err := in.SetCallback(func(_ rtmidi.MIDIIn, packet []byte, _ float64) {
		if len(packet) == 1 && packet[0] == systemReset { // sequencer_linux.c sends one after an overrun
			if n := in.client.overruns(); n != seen {
				seen, packet = n, nil
			}
		}
		receive(packet)
	})
	if err != nil {
		return errors.New("the driver refused the input callback")
	}
	return nil
}

func (in rtIn) peers() ([]string, bool) { return in.client.peers(true) }

// Close stops the driver's thread and only then removes the callback. The binding's own Close does this in the opposite order: a
// message in between makes the driver's thread use a nil pointer, which ends the program.
func (in rtIn) Close() error {
	stopThread(in.MIDIIn)
	if in.MIDIIn.Close() != nil { // an earlier error stays set in the device; then the binding does not free it
		in.Destroy()
	}
	return nil
}

// stopThread closes the port, through the Close of the struct that the binding's input embeds first. TestDriverLayout checks that
// the pinned version of the library has this layout.
func stopThread(in rtmidi.MIDIIn) {
	if c := portCloser(in); c != nil {
		_ = c.Close() // the error is only that of an earlier call
	}
}

// portCloser returns that embedded struct, or nil if the layout is different.
func portCloser(in rtmidi.MIDIIn) interface{ Close() error } {
	v := reflect.ValueOf(in)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct || v.Elem().NumField() == 0 {
		return nil
	}
	f := v.Elem().Field(0)
	if f.Type().Name() != "midi" {
		return nil
	}
	c, _ := reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Interface().(interface{ Close() error })
	return c
}

type rtOut struct {
	rtmidi.MIDIOut
	client client
}

// newOutput makes an output. Other programs see it under the client name.
func newOutput(client string) (outputDevice, error) {
	if err := sequencer(); err != nil {
		return nil, err
	}
	var out rtOut
	var err error
	out.client, err = withClient(func() (err error) {
		out.MIDIOut, err = rtmidi.NewMIDIOut(rtmidi.APIUnspecified, client)
		return err
	})
	if err != nil {
		return nil, noSequencer()
	}
	return out, nil
}

func (out rtOut) peers() ([]string, bool) { return out.client.peers(false) }

func (out rtOut) Close() error {
	if out.MIDIOut.Close() != nil {
		out.Destroy()
	}
	return nil
}
