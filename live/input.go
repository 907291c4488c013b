package live

import (
	"cmp"
	"strings"
	"sync"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/ports"
	"jamd/ui"
	"jamd/usage"
)

// An input is where the player's notes come from: a claimed port, which the player may change during the jam, or only the page.
// It is safe for concurrent use.
type input struct {
	now       func() time.Duration
	hear      func(jam.Event)       // receives the events of the port
	clock     *midiio.ClockReceiver // gets the MIDI clock of the port; nil if none is used
	reconnect midiio.Reconnect

	mu     sync.Mutex
	closed bool
	asked  string // the port, as the player named it, or Page
	in     *midiio.In
	claim  ports.Claim
}

// OpenInput opens an input port. A name that begins with [midiio.VirtualIn] makes a port of jamd's own; any other is an existing
// port.
func OpenInput(name string, now func() time.Duration, hear func(jam.Event), r midiio.Reconnect) (*midiio.In, error) {
	if strings.HasPrefix(name, midiio.VirtualIn) {
		return midiio.OpenVirtualIn(name, now, hear)
	}
	return midiio.OpenReconnectingIn(name, now, hear, r)
}

// name returns the port's name, or Page if there is no port.
func (i *input) name() string { return cmp.Or(i.info().Name, Page) }

// info describes the port. It is empty if there is none.
func (i *input) info() midiio.PortInfo {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.in == nil {
		return midiio.PortInfo{}
	}
	return i.in.Info()
}

// chosen returns the port to open in the next jam, as the player named it.
func (i *input) chosen() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// move makes the jam hear another port, or only the page, from now on. Notes that are held at the old port end. If there is an
// error, nothing changes.
func (i *input) move(name string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	var next *midiio.In
	var claim ports.Claim
	switch {
	case i.closed:
		return refused(ui.ReasonJamOver, "the jam is over")
	case name == i.asked, i.in != nil && (name == i.in.Info().Name || name == i.in.Info().String()):
		return nil
	case name != Page:
		var err error
		if next, err = OpenInput(name, i.now, i.hear, i.reconnect); err != nil {
			return usage.Error(err)
		}
		if claim, err = ports.NewClaim(ports.Input, next.Info().String()); err != nil {
			_ = next.Close()
			return err
		}
		next.SendClockTo(i.clock)
	case i.clock != nil:
		return refused(ui.ReasonPageClock, "the clock comes from the melody's port, and the page sends none")
	}
	i.leave()
	i.asked, i.in, i.claim = name, next, claim
	i.reconnect.Wait = false // a port that the player chooses during a jam must exist
	return nil
}

// leave closes the port and ends the notes that are held there.
func (i *input) leave() {
	if i.in != nil {
		_ = i.in.Leave() // the port may be gone already
	}
	i.claim.Release()
}

// close closes the port. Later moves fail.
func (i *input) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.leave()
	i.in, i.claim, i.closed = nil, ports.Claim{}, true
}
