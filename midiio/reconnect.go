package midiio

import (
	"errors"
	"regexp"
	"slices"
	"time"

	"jamd/jam"
)

// rescan is how often the ports are listed, so a port that leaves is noticed within this time.
const rescan = time.Second

// Reconnect says how to watch a port that may leave. The ports are listed every second. When the port is back under its name, it
// is connected again.
type Reconnect struct {
	Changes *jam.Queue[Change] // receives the events of the port; may be nil
	Wait    bool               // wait for a port that does not exist yet, instead of returning an error
}

func (r Reconnect) tell(kind string, port PortInfo, event PortEvent) {
	if r.Changes != nil {
		r.Changes.TrySend(Change{kind, port, event})
	}
}

// A reconnector watches one connection on a goroutine of its own, and connects again after it is lost.
type reconnector struct {
	kind      string // "input" or "output"
	given     string // the name, or part of it, that the user gave
	reconnect Reconnect

	port      PortInfo // the port as last found; empty until it is first found
	connected bool
	others    []PortInfo // the other ports that existed with it; none of them can be this port under a new address

	list       func() ([]PortInfo, error)          // lists the ports that exist now
	alive      func() bool                         // reports whether the connection still exists, if the system can say
	connect    func(name string) (PortInfo, error) // opens the port
	disconnect func()                              // closes the device of a lost connection
	end        func()                              // frees what list uses

	stopping, stopped chan struct{}
}

// start connects for the first time and starts watching. After an error it does not watch.
func (r *reconnector) start() error {
	port, err := r.connect(r.given)
	if err != nil && !(r.reconnect.Wait && errors.Is(err, ErrPortNotFound)) {
		return err
	}
	if r.port, r.connected = port, err == nil; err != nil {
		r.reconnect.tell(r.kind, PortInfo{Name: r.given}, Awaited)
	}
	r.watch()
	return nil
}

// watch checks the connection every rescan until stop, on a goroutine of its own. It may be called again after stop. On a nil
// reconnector it does nothing.
func (r *reconnector) watch() {
	if r == nil {
		return
	}
	r.stopping, r.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(r.stopped)
		defer r.end()
		ticker := time.NewTicker(rescan)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.check()
			case <-r.stopping:
				return
			}
		}
	}()
}

// stop ends watch and leaves the port connected. On a nil reconnector it does nothing.
func (r *reconnector) stop() {
	if r != nil {
		close(r.stopping)
		<-r.stopped
	}
}

// check notices that the port has left, and connects it again when it is back.
func (r *reconnector) check() {
	have, err := r.list()
	if err != nil {
		return // the next check may succeed
	}
	if r.connected {
		if slices.Contains(have, r.port) && r.alive() {
			r.others = have
			return
		}
		r.connected = false
		r.disconnect()
		r.reconnect.tell(r.kind, r.port, Gone)
	}
	found, ok := r.find(have)
	if !ok {
		return
	}
	if port, err := r.connect(found.String()); err == nil {
		r.port, r.connected = port, true
		r.reconnect.tell(r.kind, port, Back)
	}
}

// find looks for the port in a list: by name and address, or else by name alone among the ports that are new in the list. It
// finds nothing if several match.
func (r *reconnector) find(have []PortInfo) (PortInfo, bool) {
	if r.port.Name == "" {
		i, err := match(r.kind, r.given, have)
		if err != nil {
			return PortInfo{}, false
		}
		return have[i], true
	}
	if slices.Contains(have, r.port) {
		return r.port, true
	}
	var same []PortInfo
	for _, p := range have {
		if stableName(p.Name) == stableName(r.port.Name) && !slices.Contains(r.others, p) {
			same = append(same, p)
		}
	}
	if len(same) != 1 {
		return PortInfo{}, false
	}
	return same[0], true
}

var processNumber = regexp.MustCompile(`\(\d+(:\d+)?\)`)

// stableName returns the port's name without the process number that some programs put into it: "FLUID Synth (4711)".
func stableName(name string) string { return processNumber.ReplaceAllString(name, "()") }

// alive reports whether a device is still connected to a port. It is true if the system cannot say.
func alive(d device, port PortInfo) bool {
	peers, known := d.peers()
	return !known || slices.Contains(peers, port.Address)
}
