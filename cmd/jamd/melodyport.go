package main

import (
	"cmp"
	"errors"
	"fmt"
	"sync"

	"jamd/jam"
	"jamd/midiio"
	"jamd/ports"
)

// A melodyPort is where a live jam hears its melody: an input port, which another may take the place of amid the jam, or the
// page alone. It may be used from any goroutine.
type melodyPort struct {
	live     *live
	hear     func(jam.Event)  // takes what comes from the port
	follower *midiio.Follower // of a clock that comes with the melody; nil where none is followed
	keeping  midiio.Keeping

	mu     sync.Mutex
	closed bool
	given  string // the port, as it was asked for; pageMelody for the page alone
	in     *midiio.In
	claim  ports.Claim
}

// name is the port's; pageMelody where there is none.
func (m *melodyPort) name() string {
	return cmp.Or(m.info().Name, pageMelody)
}

// info names the port; it is empty where there is none.
func (m *melodyPort) info() midiio.PortInfo {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.in == nil {
		return midiio.PortInfo{}
	}
	return m.in.Info()
}

// askedFor is what to open for the same melody again.
func (m *melodyPort) askedFor() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.given
}

// moveTo lets the jam hear another port from now on; what is held at the one before is let go. On an error nothing has
// changed.
func (m *melodyPort) moveTo(given string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var next *midiio.In
	var claimed ports.Claim
	switch {
	case m.closed:
		return errors.New("the jam is over")
	case given == m.given, m.in != nil && (given == m.in.Info().Name || given == m.in.Info().String()):
		return nil
	case given != pageMelody:
		var err error
		if next, err = (source{port: given}).open(m.live.clock.Now, m.hear, m.keeping); err != nil {
			return asInput(err)
		}
		if claimed, err = ports.NewClaim(ports.Input, next.Info().String()); err != nil {
			_ = next.Close()
			return err
		}
		next.Follow(m.follower)
	case m.follower != nil:
		return fmt.Errorf("the clock comes from %s, and a page has none", m.in.Info().Name)
	}
	m.leave()
	m.given, m.in, m.claim = given, next, claimed
	m.keeping.Wait = false // a port that is asked for amid a jam is there
	return nil
}

// leave lets go of the port.
func (m *melodyPort) leave() {
	if m.in != nil {
		_ = m.in.Leave() // it may be gone already
	}
	m.claim.Release()
}

// close ends the melody.
func (m *melodyPort) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leave()
	m.in, m.claim, m.closed = nil, ports.Claim{}, true
}
