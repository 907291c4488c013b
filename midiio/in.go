package midiio

import (
	"sync"
	"sync/atomic"
	"time"

	"jamd/jam"
)

// An In is an open input port.
type In struct {
	make    func(client string) (inputDevice, error)
	device  inputDevice // used by the keeper alone while it runs; nil if not connected
	keeper  *keeper     // nil if the port is not kept
	keeping Keeping
	closed  atomic.Bool
	parser  parser
	held    held
	overran atomic.Uint64
	now     func() time.Duration
	receive func(jam.Event)
	clock   atomic.Pointer[Follower]

	mu   sync.Mutex // guards info
	info PortInfo
}

// OpenIn opens the input port with a name (see match). It calls receive with each channel message, stamped by now on
// arrival. Both functions are called on the driver's thread, one message at a time. They must not block, and must not close
// the port. All other messages are dropped and counted.
func OpenIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(connect("input", name, VirtualIn, in.newDevice))
}

// OpenVirtualIn makes an input port of jamd's own, to which other programs can connect. Otherwise it is like OpenIn.
func OpenVirtualIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(virtual("input", name, in.newDevice))
}

// newDevice sets the callback before the port opens, so that the first note is not lost in the driver's queue.
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

// packet handles a packet from the driver.
func (in *In) packet(packet []byte) {
	if in.closed.Load() {
		return
	}
	if len(packet) == 0 {
		in.overran.Add(1)
		in.letGo() // a note off may have been lost
		in.keeping.tell("input", in.Info(), Overrun)
		return
	}
	at := in.now()
	in.parser.parse(packet, func(status, data1, data2 byte) {
		in.held.take(status, data1, data2)
		in.receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	}, in.clockReceiver(at))
}

// letGo releases what is held down. The caller makes sure that no packet is being handled at the same time, except its own.
func (in *In) letGo() {
	at := in.now()
	in.held.letGo(func(status, data1, data2 byte) {
		in.receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	})
}

// Info returns the port; while a kept port is gone, the port that is looked for.
func (in *In) Info() PortInfo {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.info
}

// Overruns returns how often the driver's queue overran. Each overrun loses the content of the queue, about 2,000 messages
// on ALSA, and releases what is held down. Only ALSA reports overruns.
func (in *In) Overruns() uint64 { return in.overran.Load() }

// Dropped counts what arrived and was not a channel message.
func (in *In) Dropped() Dropped { return in.parser.dropped() }

// Close closes the port. After it returns, receive is not called again. Close the outputs before the inputs, so that silence
// comes first.
func (in *In) Close() error {
	if in.closed.Swap(true) {
		return nil
	}
	in.keeper.stop()
	if in.device == nil {
		return nil
	}
	return in.device.Close()
}
