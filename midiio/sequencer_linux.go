package midiio

// #cgo LDFLAGS: -lasound -Wl,--wrap=snd_seq_open -Wl,--wrap=snd_seq_event_input -Wl,--wrap=snd_seq_event_input_pending
// #include "sequencer_linux.h"
import "C"

import (
	"fmt"
	"sync"
)

// A client is ALSA's handle of a driver's device. It gives what the driver does not: overruns and peers. It is closed with
// the device.
type client struct{ seq *C.snd_seq_t }

var opening sync.Mutex // held while a device opens, so that jamd_opened returns the handle of this one

// withClient calls open, and returns the handle of the device that it opened.
func withClient(open func() error) (client, error) {
	opening.Lock()
	defer opening.Unlock()
	err := open()
	return client{C.jamd_opened()}, err
}

// overruns returns how often the client's input queue overran. Each overrun loses the whole content of the queue.
func (c client) overruns() uint64 {
	if c.seq == nil {
		return 0
	}
	return uint64(C.jamd_overruns(C.snd_seq_client_id(c.seq)))
}

// mostPeers is the largest number of connections of a port that are looked at.
const mostPeers = 64

// peers returns the addresses of the ports that are connected to the client's, as senders or as receivers; false if they are
// not known.
func (c client) peers(senders bool) ([]string, bool) {
	if c.seq == nil {
		return nil, false
	}
	var found [mostPeers]C.int
	into := C.int(0)
	if senders {
		into = 1
	}
	n := int(C.jamd_peers(c.seq, into, &found[0], mostPeers))
	addresses := make([]string, n)
	for i, a := range found[:n] {
		addresses[i] = fmt.Sprintf("%d:%d", a>>8, a&0xFF)
	}
	return addresses, true
}
