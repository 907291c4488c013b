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
	device      inputDevice  // nil while there is none; the reconnector owns it while it runs
	reconnector *reconnector // nil if the port is not reconnected
	reconnect   Reconnect
	closed      atomic.Bool
	keyboard    midi.Keyboard
	overran     atomic.Uint64
	now         func() time.Duration
	receive     func(jam.Event)
	clock       atomic.Pointer[Follower]

	mu   sync.Mutex // guards info
	info PortInfo
}

// OpenIn opens the input port with that name (see match). It gives every channel message to receive, with the time that now
// returned on arrival. The driver's thread calls both, one message at a time: they must not block, and must not close the port.
// Everything else that arrives is dropped and counted.
func OpenIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(connect("input", name, VirtualIn, in.newDevice))
}

// OpenVirtualIn makes an input port of that name, which other programs can connect to. Apart from that it does what OpenIn does.
func OpenVirtualIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(virtual("input", name, in.newDevice))
}

// OpenReconnectingIn is OpenIn for a port that may leave and come back. When it leaves, everything held down on it is released:
// receive gets the offs, the pedals and all notes off. This call comes from another goroutine than the driver's, but never
// at the same time as one of the driver's.
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

// newDevice sets the callback before the port opens. Otherwise the first note would be lost in the driver's queue.
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

// packet handles a packet from the driver. An empty one says that the driver's queue overran.
func (in *In) packet(packet []byte) {
	if in.closed.Load() {
		return
	}
	if len(packet) == 0 {
		in.overran.Add(1)
		in.release() // the lost messages may contain the offs
		in.reconnect.tell("input", in.Info(), Overrun)
		return
	}
	at := in.now()
	in.keyboard.Packet(at, packet, in.receive, in.clockReceiver(at))
}

// release gives receive the offs of everything held down. Its caller makes sure that packet does not run at the same time.
func (in *In) release() { in.keyboard.Release(in.now(), in.receive) }

// Info names the port. While a reconnecting port is gone, it names the port awaited.
func (in *In) Info() PortInfo {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.info
}

// Overruns counts how often the driver's queue overran. Each overrun loses the whole queue, about 2,000 messages on ALSA, and
// releases what was held. Other systems do not report overruns.
func (in *In) Overruns() uint64 { return in.overran.Load() }

// Dropped counts the messages that arrived and were not channel messages.
func (in *In) Dropped() midi.Dropped { return in.keyboard.Dropped() }

// Close closes the port. After it has returned, receive is not called any more. Close the outputs first, so that they fall silent
// before the input ends.
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

// Leave is Close, and also releases what is held down: receive gets the offs before Leave returns.
func (in *In) Leave() error {
	err := in.Close()
	in.release()
	return err
}
