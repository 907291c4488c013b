package midiio

import "errors"

// OpenOut opens the output port with a name (see match).
func OpenOut(name string) (*Out, error) {
	d, info, err := connect("output", name, VirtualOut, newOutput)
	if err != nil {
		return nil, err
	}
	return newOut(&wire{device: d}, info), nil
}

// OpenVirtualOut makes an output port of jamd's own, to which other programs can connect.
func OpenVirtualOut(name string) (*Out, error) {
	d, info, err := virtual("output", name, newOutput)
	if err != nil {
		return nil, err
	}
	return newOut(&wire{device: d}, info), nil
}

// A wire sends messages to a device through a buffer of its own, so that sending allocates nothing. The mutex of the Out
// guards it.
type wire struct {
	device  outputDevice
	message [3]byte
}

func (w *wire) Send(status, data1, data2 byte) error {
	w.message = [3]byte{status, data1, data2}
	if w.device.SendMessage(w.message[:1+dataBytes(status)]) != nil {
		return errors.New("the MIDI driver could not send")
	}
	return nil
}

func (w *wire) Close() error { return w.device.Close() }
