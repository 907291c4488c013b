//go:build !linux

package midiio

import "fmt"

// sequencer has nothing to check: the system's MIDI service needs no set-up.
func sequencer() error { return nil }

// noSequencer returns the error of a MIDI service that does not answer.
func noSequencer() error {
	return fmt.Errorf("%w: the system's MIDI service does not answer; restart it or the machine", ErrNoSequencer)
}

// A client is empty on systems other than Linux, which report neither overruns nor peers.
type client struct{}

func withClient(open func() error) (client, error) { return client{}, open() }

func (client) overruns() uint64 { return 0 }

func (client) peers(bool) ([]string, bool) { return nil, false }
