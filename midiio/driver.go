package midiio

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"unsafe"

	"gitlab.com/gomidi/midi/v2/drivers/rtmididrv/imported/rtmidi"
)

// This file alone knows the driver: RtMidi as bound by gomidi's rtmididrv. It uses the binding beneath that
// package's ports, because those round times to milliseconds, install their callback from a goroutine that
// may run after Close, and name every client "RtMidi Input Client".

// Devices of the driver, as the rest of the room sees them.
type (
	device interface {
		PortCount() (int, error)
		PortName(int) (string, error)
		OpenPort(port int, name string) error
		OpenVirtualPort(name string) error
		Close() error
		// peers are the addresses that the device's port is connected to; false where the system does not tell.
		peers() ([]string, bool)
	}
	inputDevice interface {
		device
		// listen sets the receiver of every packet. It is called before a port is opened. An empty packet says that the
		// driver's queue overran: what was in it is lost.
		listen(func(packet []byte)) error
	}
	outputDevice interface {
		device
		SendMessage([]byte) error
	}
)

// unusedQueue is the size of the driver's own queue, which serves polling alone; with a callback it stays empty.
const unusedQueue = 1

const systemReset = 0xFF

type rtIn struct {
	rtmidi.MIDIIn
	client client
}

// newInput makes an input that other programs see under the given name.
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
	// SysEx and active sensing stay in the driver: an endless SysEx would be collected in its memory. The clock does not.
	if err := in.IgnoreTypes(true, false, true); err != nil {
		return errors.New("the driver refused the input filter")
	}
	seen := uint64(0)
	err := in.SetCallback(func(_ rtmidi.MIDIIn, packet []byte, _ float64) {
		if len(packet) == 1 && packet[0] == systemReset { // see sequencer_linux.c
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

// Close stops the driver's thread, and only then forgets the callback. The binding's own Close does it the other
// way round, and a message between the two is a nil pointer in C's thread: the end of the program.
func (in rtIn) Close() error {
	stopThread(in.MIDIIn)
	if in.MIDIIn.Close() != nil { // an earlier error sticks to the device, and the binding would not free it
		in.Destroy()
	}
	return nil
}

// stopThread closes the port beneath the binding's Close: the method of the struct that it embeds first.
// TestDriverLayout holds it to the pinned version of the library.
func stopThread(in rtmidi.MIDIIn) {
	if c := portCloser(in); c != nil {
		_ = c.Close() // says only that an earlier call had failed
	}
}

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

// newOutput is newInput for outputs.
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

// sequencer looks for ALSA's before the driver does, which would write to stderr where it finds none.
func sequencer() error {
	if runtime.GOOS != "linux" {
		return nil
	}
	f, err := os.OpenFile("/dev/snd/seq", os.O_RDWR, 0)
	switch {
	case err == nil:
		return f.Close()
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: no right to use /dev/snd/seq; add yourself to the audio group with "+
			"'sudo usermod -aG audio $USER' and log in again", ErrNoSequencer)
	}
	return noSequencer()
}

// noSequencer has words of its own: the binding's message points into memory that is already free.
func noSequencer() error {
	if runtime.GOOS == "linux" {
		return fmt.Errorf("%w: /dev/snd/seq cannot be opened; load it with 'sudo modprobe snd-seq', "+
			"in a container give it with '--device /dev/snd'", ErrNoSequencer)
	}
	return fmt.Errorf("%w: the system's MIDI service does not answer; restart it or the machine", ErrNoSequencer)
}
