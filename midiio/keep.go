package midiio

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"jamd/jam"
)

// rescan is the interval at which a keeper lists the ports. It notices a lost port after one interval at the latest.
const rescan = time.Second

// A Change reports that a kept port was lost or found, or that its queue overran.
type Change struct {
	Kind string   `json:"kind"` // "input" or "output"
	Port PortInfo `json:"port"`
	What What     `json:"what"`
}

// A What says what happened to a port.
type What uint8

// The kinds of Change. A keeper looks for a port that is gone or awaited until it is back.
const (
	Gone    What = iota // disconnected; held notes are released
	Back                // connected again, or for the first time after Awaited
	Overrun             // messages came faster than they could be received; some were lost, and held notes are released
	Awaited             // not connected yet
)

var whats = [...]string{"gone", "back", "overrun", "awaited"}

func (w What) String() string { return whats[w] }

// MarshalJSON writes String.
func (w What) MarshalJSON() ([]byte, error) { return json.Marshal(w.String()) }

// String returns the change as the player reads it.
func (c Change) String() string {
	switch {
	case c.What == Back:
		return fmt.Sprintf("%s %q is here", c.Kind, c.Port)
	case c.What == Overrun:
		return fmt.Sprintf("%s %q sent more than could be received: some messages are lost, and held notes were released", c.Kind, c.Port)
	case c.What == Awaited:
		return fmt.Sprintf("%s %q is not connected yet: it will be used when you plug it in or start it", c.Kind, c.Port)
	case c.Kind == "input":
		return fmt.Sprintf("input %q is gone: its notes were released, and the jam continues; plug it in again", c.Port.Name)
	}
	return fmt.Sprintf("output %q is gone: nothing is heard until it is back; plug it in or start it again", c.Port.Name)
}

// Keeping configures a kept port. jamd lists the ports every second, and connects again when the port comes back under its
// name.
type Keeping struct {
	Changes *jam.Queue[Change] // gets every change of the port; may be nil
	Wait    bool               // wait for a port that is not connected yet, instead of returning an error
}

func (k Keeping) tell(kind string, port PortInfo, what What) {
	if k.Changes != nil {
		k.Changes.TrySend(Change{kind, port, what})
	}
}

// A keeper keeps one connection alive, on a goroutine of its own.
type keeper struct {
	kind    string
	given   string // by the user: the name, or a part of it
	keeping Keeping

	port   PortInfo   // as last found; empty before the first time
	there  bool       // port is connected
	others []PortInfo // the other ports at that time, which the port cannot have become

	list  func() ([]PortInfo, error)          // lists the ports
	alive func() bool                         // whether the connection still exists; true if the system does not tell
	join  func(name string) (PortInfo, error) // connects to a port
	leave func()                              // releases a lost connection
	end   func()                              // frees what list uses

	stopping, stopped chan struct{}
}

// start connects for the first time, and begins to watch.
func (k *keeper) start() error {
	port, err := k.join(k.given)
	if err != nil && !(k.keeping.Wait && errors.Is(err, ErrPortNotFound)) {
		return err
	}
	if k.port, k.there = port, err == nil; err != nil {
		k.keeping.tell(k.kind, PortInfo{Name: k.given}, Awaited)
	}
	k.watch()
	return nil
}

// watch lists the ports at each rescan until stop. It may be called again after stop. On a nil keeper it does nothing.
func (k *keeper) watch() {
	if k == nil {
		return
	}
	k.stopping, k.stopped = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(k.stopped)
		defer k.end()
		ticker := time.NewTicker(rescan)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				k.look()
			case <-k.stopping:
				return
			}
		}
	}()
}

// stop ends watch, and keeps the connection. On a nil keeper it does nothing.
func (k *keeper) stop() {
	if k != nil {
		close(k.stopping)
		<-k.stopped
	}
}

// look checks once whether the port was lost or has come back.
func (k *keeper) look() {
	have, err := k.list()
	if err != nil {
		return // the next look may succeed
	}
	if k.there {
		if slices.Contains(have, k.port) && k.alive() {
			k.others = have
			return
		}
		k.there = false
		k.leave()
		k.keeping.tell(k.kind, k.port, Gone)
	}
	found, ok := k.find(have)
	if !ok {
		return
	}
	if port, err := k.join(found.String()); err == nil {
		k.port, k.there = port, true
		k.keeping.tell(k.kind, port, Back)
	}
}

// find returns the lost port in a list of ports: the one with the same name and address, else the only new one with the same
// name.
func (k *keeper) find(have []PortInfo) (PortInfo, bool) {
	if k.port.Name == "" {
		i, err := match(k.kind, k.given, have)
		if err != nil {
			return PortInfo{}, false
		}
		return have[i], true
	}
	if slices.Contains(have, k.port) {
		return k.port, true
	}
	var same []PortInfo
	for _, p := range have {
		if lasting(p.Name) == lasting(k.port.Name) && !slices.Contains(k.others, p) {
			same = append(same, p)
		}
	}
	if len(same) != 1 {
		return PortInfo{}, false
	}
	return same[0], true
}

var processNumber = regexp.MustCompile(`\(\d+(:\d+)?\)`)

// lasting returns the name without the process number that some programs put into it: "FLUID Synth (4711)".
func lasting(name string) string { return processNumber.ReplaceAllString(name, "()") }

// alive reports whether a device is still connected to a port; true if the system does not tell.
func alive(d device, port PortInfo) bool {
	peers, known := d.peers()
	return !known || slices.Contains(peers, port.Address)
}

// KeepIn opens an input port as OpenIn does, and reconnects it when it was lost. When the port is lost, KeepIn releases what
// is held down on it: it calls receive with note offs, pedals up and all notes off. These calls come on another goroutine
// than the driver's, but never at the same time.
func KeepIn(name string, now func() time.Duration, receive func(jam.Event), k Keeping) (*In, error) {
	return keepIn(newInput, name, now, receive, k)
}

func keepIn(newDevice func(client string) (inputDevice, error), name string, now func() time.Duration, receive func(jam.Event), k Keeping) (*In, error) {
	in := &In{info: PortInfo{Name: name}, make: newDevice, now: now, receive: receive, keeping: k}
	lister := &lister[inputDevice]{newDevice: newDevice}
	watch := &keeper{kind: "input", given: name, keeping: k, list: lister.list, end: lister.close}
	watch.join = func(name string) (PortInfo, error) {
		d, info, err := connect("input", name, VirtualIn, in.newDevice)
		if err == nil {
			in.connected(d, info)
		}
		return info, err
	}
	watch.alive = func() bool { return alive(in.device, watch.port) }
	watch.leave = func() {
		_ = in.device.Close()
		in.device = nil
		in.letGo()
	}
	in.keeper = watch
	if err := watch.start(); err != nil {
		return nil, err
	}
	return in, nil
}

// KeepOut opens an output port as OpenOut does, and reconnects it when it was lost. While the port is gone, Send still
// updates the ledger and returns no error. When it is back, it is swept (see [Out.Sweep]). Then the next note on of each
// channel first strikes the notes that sound on it according to the ledger, so the next chord is whole.
func KeepOut(name string, k Keeping) (*Out, error) { return keepOut(newOutput, name, k) }

func keepOut(newDevice func(client string) (outputDevice, error), name string, k Keeping) (*Out, error) {
	out := newOut(nil, PortInfo{Name: name})
	out.keeper = out.keeping(newDevice, name, k)
	if err := out.keeper.start(); err != nil {
		return nil, err
	}
	return out, nil
}

// keeping makes the keeper that connects the Out to a port.
func (o *Out) keeping(newDevice func(client string) (outputDevice, error), name string, k Keeping) *keeper {
	var device outputDevice
	lister := &lister[outputDevice]{newDevice: newDevice}
	watch := &keeper{kind: "output", given: name, keeping: k, list: lister.list, end: lister.close}
	watch.join = func(name string) (PortInfo, error) {
		d, info, err := connect("output", name, VirtualOut, newDevice)
		if err == nil {
			device = d
			o.connected(&wire{device: d}, info)
		}
		return info, err
	}
	watch.alive = func() bool { return alive(device, watch.port) }
	watch.leave = func() {
		o.disconnected()
		_ = device.Close()
	}
	return watch
}
