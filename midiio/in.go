package midiio

import (
	"sync"
	"sync/atomic"
	"time"

	"jamd/jam"
	"jamd/midi"
)

// An In is an open input port.
type In struct {
	make        func(client string) (inputDevice, error)
	device      inputDevice  // nil while there is no port; the reconnector owns it while it runs
	reconnector *reconnector // nil if the port is not reconnected
	reconnect   Reconnect
	closed      atomic.Bool
	keyboard    midi.Keyboard
	now         func() time.Duration
	receive     func(jam.Event)
	clock       atomic.Pointer[ClockReceiver]

	mu   sync.Mutex // guards info
	info PortInfo
}

// OpenIn opens the input port called name (see match). It calls receive with every channel message, and now for the time of its
// arrival. Both run on the driver's thread, one message at a time: they must not block, and must not close the port. Other
// messages are dropped and counted. The caller must close the port.
func OpenIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(connect("input", name, VirtualIn, in.newDevice))
}

// OpenVirtualIn makes an input port of that name, which other programs can connect to. Otherwise it is like OpenIn.
func OpenVirtualIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(virtual("input", name, in.newDevice))
}

// OpenReconnectingIn is OpenIn for a port that may leave and come back. When it leaves, everything that is held on it is
// released: receive gets note offs, pedal ups and all notes off. Those calls come from another goroutine, but never at the same
// time as one from the driver's thread.
func OpenReconnectingIn(name string, now func() time.Duration, receive func(jam.Event), r Reconnect) (*In, error) {
	return openReconnectingIn(newInput, name, now, receive, r)
}

func openReconnectingIn(newDevice func(client string) (inputDevice, error), name string, now func() time.Duration, receive func(jam.Event), r Reconnect) (*In, error) {
	in := &In{info: PortInfo{Name: name}, make: newDevice, now: now, receive: receive, reconnect: r}
	lister := &lister[inputDevice]{newDevice: newDevice}
	rc := &reconnector{kind: "input", given: name, reconnect: r, list: lister.list, end: lister.close}
	rc.connect = func(name string) (PortInfo, error) {
		d, info, err := connect("input", name, VirtualIn, in.newDevice)
		if err == nil {
			in.connected(d, info)
		}
		return info, err
	}
	rc.alive = func() bool { return alive(in.device, rc.port) }
	rc.disconnect = func() {
		_ = in.device.Close()
		in.device = nil
		in.release()
	}
	in.reconnector = rc
	if err := rc.start(); err != nil {
		return nil, err
	}
	return in, nil
}

// newDevice makes a device and sets its callback before the port opens. Otherwise the first note would be lost in the driver's
// queue.
func (in *In) newDevice(client string) (inputDevice, error) {
	d, err := in.make(client)
	if err != nil {
		return nil, err
	}
	if err := d.listen(in.packet); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func (in *In) open(d inputDevice, info PortInfo, err error) (*In, error) {
	if err != nil {
		return nil, err
	}
	in.connected(d, info)
	return in, nil
}

func (in *In) connected(d inputDevice, info PortInfo) {
	in.device = d
	in.mu.Lock()
	defer in.mu.Unlock()
	in.info = info
}

// packet handles a packet from the driver. An empty packet means that the driver's queue overran: the whole queue is lost, about 2,000
// messages on ALSA. Other systems do not report overruns.
func (in *In) packet(packet []byte) {
	if in.closed.Load() {
		return
	}
	if len(packet) == 0 {
		in.release() // the lost messages may include note offs
		in.reconnect.tell("input", in.Info(), Overrun)
		return
	}
	at := in.now()
	in.keyboard.Packet(at, packet, in.receive, in.clockHandler(at))
}

// release calls receive with what releases everything that is held. packet must not run at the same time.
func (in *In) release() { in.keyboard.Release(in.now(), in.receive) }

// Info names the port. While a reconnecting port is gone, Info names the port that is awaited.
func (in *In) Info() PortInfo {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.info
}

// Dropped returns the number of messages that arrived and were not passed on.
func (in *In) Dropped() midi.Dropped { return in.keyboard.Dropped() }

// Close closes the port. receive is not called after Close has returned. Close the outputs first, so that they are silent before
// the input ends.
func (in *In) Close() error {
	if in.closed.Swap(true) {
		return nil
	}
	in.reconnector.stop()
	if in.device == nil {
		return nil
	}
	return in.device.Close()
}

// Leave is Close, and then releases everything that is held: receive gets the note offs before Leave returns.
func (in *In) Leave() error {
	err := in.Close()
	in.release()
	return err
}
