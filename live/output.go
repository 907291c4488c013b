package live

import (
	"strings"
	"sync"

	"jamd/midiio"
	"jamd/ports"
	"jamd/usage"
)

// An output is the claimed port of the chords. The player may move it to another port during the jam.
type output struct {
	*midiio.Out

	mu      sync.Mutex
	claim   ports.Claim
	movedTo string // the port that the player chose during the jam; "" for none
}

// OpenOutput opens an output port. "", or a name that begins with [midiio.VirtualOut], makes a port of jamd's own; any other is
// an existing port.
func OpenOutput(name string, r midiio.Reconnect) (*midiio.Out, error) {
	switch {
	case name == "":
		return midiio.OpenVirtualOut(midiio.VirtualOut)
	case strings.HasPrefix(name, midiio.VirtualOut):
		return midiio.OpenVirtualOut(name)
	}
	return midiio.OpenReconnectingOut(name, r)
}

// openOutput opens and claims the chords' port. If the user asked for no port and the machine has no MIDI, the output is silent,
// but chords are still shown and recorded.
func (j *Jam) openOutput() (*output, error) {
	out, err := OpenOutput(j.options.Out, j.reconnect())
	if err != nil && j.options.Out == "" {
		if j.host.server == nil {
			j.log.Warn().Msgf("nothing will sound: %v", err)
		} else {
			j.log.Info().Msgf("only the page will sound: %v", err)
		}
		return &output{Out: midiio.NewOut(nowhere{})}, nil
	}
	if err != nil {
		return nil, usage.Error(err)
	}
	claim, err := ports.NewClaim(ports.Output, out.Info().String())
	if err != nil {
		_ = out.Close()
		return nil, err
	}
	return &output{Out: out, claim: claim}, nil
}

// move makes the jam play to another port from now on. If there is an error, nothing changes.
func (o *output) move(name string, list *ports.List, r midiio.Reconnect) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	port, err := list.Output(name)
	if err != nil {
		return err
	}
	if port == o.Info() {
		return nil
	}
	claim, err := ports.NewClaim(ports.Output, port.String())
	if err != nil {
		return err
	}
	if err := o.MoveTo(port.String(), r); err != nil {
		claim.Release()
		return err
	}
	o.claim.Release()
	o.claim, o.movedTo = claim, name
	return nil
}

// chosen returns the port that the player chose during the jam, or "".
func (o *output) chosen() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.movedTo
}

// close ends every note and releases the port.
func (o *output) close() {
	_ = o.Close() // run has reported the error
	o.claim.Release()
}

// nowhere is the output on a machine without MIDI.
type nowhere struct{}

func (nowhere) Send(_, _, _ byte) error { return nil }
