package midiio

// #cgo LDFLAGS: -Wl,--as-needed -ldl
// #include <stdlib.h>
// #include "alsa_linux.h"
// #include "sequencer_linux.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"unsafe"
)

// sequencer checks for ALSA's sequencer and loads alsa-lib. It does so before the driver, which writes to stderr if there is no
// sequencer.
func sequencer() error {
	f, err := os.OpenFile("/dev/snd/seq", os.O_RDWR, 0)
	switch {
	case err == nil:
		_ = f.Close()
		return loadALSA("libasound.so.2")
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: no right to use /dev/snd/seq; add yourself to the audio group with "+
			"'sudo usermod -aG audio $USER' and log in again", ErrNoSequencer)
	}
	return noSequencer()
}

// noSequencer returns the error of a missing sequencer. It does not use the binding's message, which points to freed memory.
func noSequencer() error {
	return fmt.Errorf("%w: /dev/snd/seq cannot be opened; load it with 'sudo modprobe snd-seq', "+
		"in a container give it with '--device /dev/snd'", ErrNoSequencer)
}

var loading sync.Mutex

// loadALSA loads alsa-lib from the file `name`, as dlopen(3) finds it. After it has succeeded, later calls do nothing.
func loadALSA(name string) error {
	loading.Lock()
	defer loading.Unlock()
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	if !C.jamd_load_alsa(text) {
		return fmt.Errorf("%w: alsa-lib (%s) is missing or too old; install it with 'sudo apt install libasound2'; "+
			"until then jamd plays from the page and from files", ErrNoSequencer, name)
	}
	return nil
}

// A client is ALSA's handle of a driver's device. It tells what the driver does not: overruns and peers. It is closed with the
// device.
type client struct{ seq *C.snd_seq_t }

var opening sync.Mutex // held while a device opens, so that jamd_opened returns the handle of this one

// withClient calls open and returns the handle of the device that it opened.
func withClient(open func() error) (client, error) {
	opening.Lock()
	defer opening.Unlock()
	err := open()
	return client{C.jamd_opened()}, err
}

// overruns returns how often the client's input queue overran. Each overrun loses the whole queue.
func (c client) overruns() uint64 {
	if c.seq == nil {
		return 0
	}
	return uint64(C.jamd_overruns(C.snd_seq_client_id(c.seq)))
}

// mostPeers is how many connections of a port are looked at.
const mostPeers = 64

// peers returns the addresses of the ports that send to the client's port, or that receive from it. It returns false if they are
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
