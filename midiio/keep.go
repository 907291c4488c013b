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

// rescan is how often a kept port is looked for. A port that leaves is noticed by then, at the latest.
const rescan = time.Second

// A Change is what befell a port that is kept.
type Change struct {
	Kind string   `json:"kind"` // "input" or "output"
	Port PortInfo `json:"port"`
	What What     `json:"what"`
}

// What can befall a port.
type What uint8

// A port that is gone or awaited is looked for; it is back when it is connected.
const (
	Gone    What = iota // its notes are let go
	Back                // it is connected again, or at last
	Overrun             // more came than could be taken in time: some is lost, and what was held is let go
	Awaited             // it is not there yet
)

var whats = [...]string{"gone", "back", "overrun", "awaited"}

func (w What) String() string { return whats[w] }

// MarshalJSON writes the word.
func (w What) MarshalJSON() ([]byte, error) { return json.Marshal(w.String()) }

// String tells the player.
func (c Change) String() string {
	switch {
	case c.What == Back:
		return fmt.Sprintf("%s %q is here", c.Kind, c.Port)
	case c.What == Overrun:
		return fmt.Sprintf("%s %q sent more than could be taken: some of it is lost, and what was held is let go", c.Kind, c.Port)
	case c.What == Awaited:
		return fmt.Sprintf("%s %q is not there yet: it is found when you plug it in or start it", c.Kind, c.Port)
	case c.Kind == "input":
		return fmt.Sprintf("input %q is gone: its notes are let go, and the jam goes on; plug it in again", c.Port.Name)
	}
	return fmt.Sprintf("output %q is gone: nothing is heard until it is back; plug it in or start it again", c.Port.Name)
}

// Keeping says how a port is kept: looked for every second, and connected again when it comes back under its name.
type Keeping struct {
	Changes *jam.Queue[Change] // gets what befalls the port; may be nil
	Wait    bool               // a port that is not there yet is awaited, and no error
}

func (k Keeping) tell(kind string, port PortInfo, what What) {
	if k.Changes != nil {
		k.Changes.TrySend(Change{kind, port, what})
	}
}

// A keeper watches over one connection, on a goroutine of its own.
type keeper struct {
	kind    string
	given   string // by the user: a part of the name
	keeping Keeping

	port   PortInfo   // as it was found last; empty before it was first found
	there  bool       // and connected
	others []PortInfo // that were there beside it: none of them is it

	list  func() ([]PortInfo, error)          // what there is
	alive func() bool                         // the connection is, as far as the system tells
	join  func(name string) (PortInfo, error) // connects
	leave func()                              // lets go of what is connected no more
	end   func()                              // frees what list needed

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

// watch looks round again and again until stop, after which it can be called again; nil watches nothing.
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

// stop ends the watch; nil has none. What is connected stays so.
func (k *keeper) stop() {
	if k != nil {
		close(k.stopping)
		<-k.stopped
	}
}

// look notices that the port has left, or that it is back.
func (k *keeper) look() {
	have, err := k.list()
	if err != nil {
		return // the next look may know more
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

// find looks for the port among those that there are: by name and address, else by name, where one that is new has it.
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

// lasting is the name without the number of the process that some programs write into it: "FLUID Synth (4711)".
func lasting(name string) string { return processNumber.ReplaceAllString(name, "()") }

// alive is whether a device is still connected to a port; true where the system does not tell.
func alive(d device, port PortInfo) bool {
	peers, known := d.peers()
	return !known || slices.Contains(peers, port.Address)
}

// KeepIn is OpenIn for a port that may leave and come back. When it leaves, what is held down on it is let go: offs, the
// pedal, and all notes off are given to receive, on another goroutine than the driver's, never at the same time.
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

// KeepOut is OpenOut for a port that may leave and come back. While it is gone the ledger goes on, and no message fails.
// When it is back it is swept, and what sounds by the ledger is struck again with the next note of its channel: so the
// next chord is whole.
func KeepOut(name string, k Keeping) (*Out, error) { return keepOut(newOutput, name, k) }

func keepOut(newDevice func(client string) (outputDevice, error), name string, k Keeping) (*Out, error) {
	out := newOut(nil, PortInfo{Name: name})
	out.keeper = out.keeping(newDevice, name, k)
	if err := out.keeper.start(); err != nil {
		return nil, err
	}
	return out, nil
}

// keeping makes the keeper that connects the Out to a port of that name.
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
