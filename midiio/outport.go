package midiio

import (
	"errors"
	"io"
	"strings"

	"jamd/jam"
	"jamd/midi"
)

// OpenOut opens the output port called name (see match). The caller must close it.
func OpenOut(name string) (*Out, error) {
	d, info, err := connect("output", name, VirtualOut, newOutput)
	if err != nil {
		return nil, err
	}
	return newOut(&deviceOutput{device: d}, info), nil
}

// OpenVirtualOut makes an output port of that name, which other programs can connect to. The caller must close it.
func OpenVirtualOut(name string) (*Out, error) {
	d, info, err := virtual("output", name, newOutput)
	if err != nil {
		return nil, err
	}
	return newOut(&deviceOutput{device: d}, info), nil
}

// OpenReconnectingOut is OpenOut for a port that may leave and come back. While the port is gone, Send does not fail, and the
// ledger stays up to date. When the port comes back, it is swept. The channel's notes in the ledger are then sent again with its
// next note, so that the next chord is complete.
func OpenReconnectingOut(name string, r Reconnect) (*Out, error) {
	return openReconnectingOut(newOutput, name, r)
}

func openReconnectingOut(newDevice func(client string) (outputDevice, error), name string, r Reconnect) (*Out, error) {
	out := newOut(nil, PortInfo{Name: name})
	out.reconnector = out.newReconnector(newDevice, name, r)
	if err := out.reconnector.start(); err != nil {
		return nil, err
	}
	return out, nil
}

// newReconnector makes the reconnector that connects the Out to the port of that name.
func (o *Out) newReconnector(newDevice func(client string) (outputDevice, error), name string, r Reconnect) *reconnector {
	var device outputDevice
	lister := &lister[outputDevice]{newDevice: newDevice}
	rc := &reconnector{kind: "output", given: name, reconnect: r, list: lister.list, end: lister.close}
	rc.connect = func(name string) (PortInfo, error) {
		d, info, err := connect("output", name, VirtualOut, newDevice)
		if err == nil {
			device = d
			o.connect(&deviceOutput{device: d}, info)
		}
		return info, err
	}
	rc.alive = func() bool { return alive(device, rc.port) }
	rc.disconnect = func() {
		o.disconnect()
		_ = device.Close()
	}
	return rc
}

// MoveTo makes the Out play to the port called name (see match), which must exist, and reconnects it as OpenReconnectingOut does.
// A name that begins with VirtualOut makes a virtual port. The old port is silenced and closed. The channel's notes in the ledger
// are sent to the new port with its next note. If there is an error, nothing changes.
func (o *Out) MoveTo(name string, r Reconnect) error { return o.moveTo(newOutput, name, r) }

func (o *Out) moveTo(newDevice func(client string) (outputDevice, error), name string, r Reconnect) error {
	o.mu.Lock()
	old := o.reconnector
	o.reconnector = nil
	o.mu.Unlock()
	old.stop() // otherwise it would mistake the new port for the old one
	next, err := o.openNext(newDevice, name, r)
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		go next.stop() // stop waits for a check, and the check may wait for our lock
		return ErrClosed
	case err != nil:
		old.watch()
		o.reconnector = old
		return err
	}
	o.reconnector = next
	return nil
}

// openNext connects the Out to the port of that name. It returns the port's reconnector, or nil for a virtual port.
func (o *Out) openNext(newDevice func(client string) (outputDevice, error), name string, r Reconnect) (*reconnector, error) {
	if strings.HasPrefix(name, VirtualOut) {
		d, info, err := virtual("output", name, newDevice)
		if err == nil {
			o.connect(&deviceOutput{device: d}, info)
		}
		return nil, err
	}
	r.Wait = false
	next := o.newReconnector(newDevice, name, r)
	if err := next.start(); err != nil {
		return nil, err
	}
	return next, nil
}

// connect makes the Out play to `to`, which it sweeps first. The output before it, if any, is silenced and closed.
func (o *Out) connect(to jam.Output, info PortInfo) {
	o.mu.Lock()
	used := o.used
	o.mu.Unlock()
	swept := NewOut(to)
	for channel, used := range used {
		if used {
			_ = swept.Sweep(byte(channel)) // if the port is gone again, the next check notices
		}
	}
	o.mu.Lock()
	before := o.to
	if o.closed {
		before = to // the Out is closed, so nobody sends to the new output
	} else {
		o.silenceOld()
		o.to, o.info = to, info
		for channel := range o.restrike {
			o.restrike[channel] = true
		}
	}
	o.mu.Unlock()
	if c, ok := before.(io.Closer); ok {
		_ = c.Close() // it has been silenced
	}
}

// silenceOld ends the notes at a port that another one replaces. They stay in the ledger, because they go on at the new port.
func (o *Out) silenceOld() {
	if o.to == nil {
		return
	}
	for c := range o.sounding {
		for pitch, count := range o.sounding[c] {
			for range count {
				_ = o.to.Send(midi.NoteOff|byte(c), byte(pitch), 0)
			}
		}
		if o.used[c] {
			for _, controller := range silencers {
				_ = o.to.Send(midi.ControlChange|byte(c), controller, 0)
			}
		}
	}
}

// disconnect tells the Out that its port is gone.
func (o *Out) disconnect() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to = nil
}

// stopReconnecting stops the reconnector, if there is one.
func (o *Out) stopReconnecting() {
	o.mu.Lock()
	old := o.reconnector
	o.reconnector = nil
	o.mu.Unlock()
	old.stop()
}

// A deviceOutput sends messages to a device. It reuses one buffer, so that Send allocates nothing; Out's lock guards it.
type deviceOutput struct {
	device  outputDevice
	message [3]byte
}

func (d *deviceOutput) Send(status, data1, data2 byte) error {
	d.message = [3]byte{status, data1, data2}
	if d.device.SendMessage(d.message[:1+midi.DataBytes(status)]) != nil {
		return errors.New("the MIDI driver could not send")
	}
	return nil
}

func (d *deviceOutput) Close() error { return d.device.Close() }
