package live

import (
	"cmp"
	"errors"
	"strings"
	"sync"
	"time"

	"jamd/jam"
	"jamd/midiio"
	"jamd/ports"
	"jamd/usage"
)

// An input is the source of the player's notes: a claimed port, which the player may change during the jam, or the page alone. It may be
// used from any goroutine.
type input struct {
	now       func() time.Duration
	hear      func(jam.Event)  // gets the events of the port
	follower  *midiio.Follower // of a clock that comes with the melody; nil if none does
	reconnect midiio.Reconnect

	mu     sync.Mutex
	closed bool
	asked  string // the port, as the player named it; Page for the page alone
	in     *midiio.In
	claim  ports.Claim
}

// OpenInput opens an input port by its name: one of jamd's own, or another program's.
func OpenInput(name string, now func() time.Duration, hear func(jam.Event), r midiio.Reconnect) (*midiio.In, error) {
	if strings.HasPrefix(name, midiio.VirtualIn) {
		return midiio.OpenVirtualIn(name, now, hear)
	}
	return midiio.OpenReconnectingIn(name, now, hear, r)
}

// name returns the name of the port; Page if there is none.
func (i *input) name() string { return cmp.Or(i.info().Name, Page) }

// info describes the port; it is empty if there is none.
func (i *input) info() midiio.PortInfo {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.in == nil {
		return midiio.PortInfo{}
	}
	return i.in.Info()
}

// chosen returns what to open to hear the same melody again.
func (i *input) chosen() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// move makes the jam hear another port from now on. Notes that are held at the old one end. On an error nothing changes.
func (i *input) move(name string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	var next *midiio.In
	var claim ports.Claim
	switch {
	case i.closed:
		return errors.New("the jam is over")
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
		next.Follow(i.follower)
	case i.follower != nil:
		return errors.New("the clock comes with the melody, and a page has none")
	}
	i.leave()
	i.asked, i.in, i.claim = name, next, claim
	i.reconnect.Wait = false // a port that is chosen during a jam must be there
	return nil
}

// leave closes the port and ends the notes that are held there.
func (i *input) leave() {
	if i.in != nil {
		_ = i.in.Leave() // it may be gone already
	}
	i.claim.Release()
}

// close ends the input.
func (i *input) close() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.leave()
	i.in, i.claim, i.closed = nil, ports.Claim{}, true
}
