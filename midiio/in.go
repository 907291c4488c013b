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
	device  inputDevice // the keeper's while it runs; nil while there is none
	keeper  *keeper     // nil where nobody keeps the port
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

// OpenIn opens the input port with that name (see match). Every channel message is given to receive, stamped by now
// on arrival. Both are called on the driver's thread, one message at a time: they must not block, nor close the port.
// Everything else that arrives is dropped and counted.
func OpenIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(connect("input", name, VirtualIn, in.newDevice))
}

// OpenVirtualIn makes an input port of that name, which other programs can connect to. Otherwise it is as OpenIn.
func OpenVirtualIn(name string, now func() time.Duration, receive func(jam.Event)) (*In, error) {
	in := &In{make: newInput, now: now, receive: receive}
	return in.open(virtual("input", name, in.newDevice))
}

// newDevice has the callback in place before the port opens, so that the first note is not lost in the driver's queue.
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

// packet takes what the driver received.
func (in *In) packet(packet []byte) {
	if in.closed.Load() {
		return
	}
	if len(packet) == 0 {
		in.overran.Add(1)
		in.letGo() // whose release may be among what was lost
		in.keeping.tell("input", in.Info(), Overrun)
		return
	}
	at := in.now()
	in.parser.parse(packet, func(status, data1, data2 byte) {
		in.held.take(status, data1, data2)
		in.receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	}, in.clockReceiver(at))
}

// letGo releases what is held down. The driver's thread is in no packet but the one that calls it.
func (in *In) letGo() {
	at := in.now()
	in.held.letGo(func(status, data1, data2 byte) {
		in.receive(jam.Event{At: at, Status: status, Data1: data1, Data2: data2})
	})
}

// Info names the port; while a kept port is gone, the one that is looked for.
func (in *In) Info() PortInfo {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.info
}

// Overruns counts how often the driver's queue overran. Each time what was in it is lost, 2,000 messages or so on ALSA, and
// what was held is let go. Other systems do not tell.
func (in *In) Overruns() uint64 { return in.overran.Load() }

// Dropped counts what arrived and was no channel message.
func (in *In) Dropped() Dropped { return in.parser.dropped() }

// Close ends the port. When it has returned, receive is not called any more. Close outputs first: silence, then this.
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
