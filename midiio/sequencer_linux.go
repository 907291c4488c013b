package midiio

// #cgo LDFLAGS: -lasound -Wl,--wrap=snd_seq_open -Wl,--wrap=snd_seq_event_input -Wl,--wrap=snd_seq_event_input_pending
// #include "sequencer_linux.h"
import "C"

import (
	"fmt"
	"sync"
)

// A client is ALSA's handle of a device of the driver's: it tells what the driver does not. It ends with the device.
type client struct{ seq *C.snd_seq_t }

var opening sync.Mutex // one at a time, so that each finds its own handle

// withClient gives the handle of the device that open opens.
func withClient(open func() error) (client, error) {
	opening.Lock()
	defer opening.Unlock()
	err := open()
	return client{C.jamd_opened()}, err
}

// overruns counts how often the client's input queue overran: each time all that was in it was lost.
func (c client) overruns() uint64 {
	if c.seq == nil {
		return 0
	}
	return uint64(C.jamd_overruns(C.snd_seq_client_id(c.seq)))
}

// mostPeers bounds how many connections of one port are looked at.
const mostPeers = 64

// peers are the addresses of the ports that are connected to the client's, as senders or as receivers; false where that is
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
