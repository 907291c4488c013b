// Package ports lists the MIDI ports of this machine that a player can choose, and claims those that this jamd uses.
package ports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"jamd/midiio"
)

// interval is how often the ports are listed while a page is open.
const interval = 2 * time.Second

// A List holds this machine's ports, except those of jamd itself. It is safe for concurrent use.
type List struct {
	mu        sync.Mutex
	lister    Lister
	updated   time.Time
	ins, outs []midiio.PortInfo
	err       error // why there are no ports
}

// A Lister lists the ports of the machine, as [midiio.Lister] does.
type Lister interface {
	List() (ins, outs []midiio.PortInfo, err error)
	Close()
}

// NewList makes a list that owns l. [List.Watch] closes both.
func NewList(l Lister) *List { return &List{lister: l} }

// Update lists the ports now and reports whether they have changed.
func (p *List) Update() (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.updateLocked()
}

// updateLocked is Update for a caller that holds p.mu.
func (p *List) updateLocked() (changed bool) {
	ins, outs, err := p.lister.List()
	ins, outs = slices.DeleteFunc(ins, ours), slices.DeleteFunc(outs, ours)
	changed = !slices.Equal(ins, p.ins) || !slices.Equal(outs, p.outs) || (err == nil) != (p.err == nil)
	p.ins, p.outs, p.err, p.updated = ins, outs, err, time.Now()
	return changed
}

// ports returns the ports as they were a few seconds ago at most. If they are older, it lists them again, because Watch does
// not list them while no page is open.
func (p *List) ports() (ins, outs []midiio.PortInfo, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.updated) > 2*interval {
		p.updateLocked()
	}
	return p.ins, p.outs, p.err
}

// ours reports whether a port is one of jamd's own. jamd would hear itself through it.
func ours(p midiio.PortInfo) bool {
	return strings.HasPrefix(p.Name, midiio.VirtualIn) || strings.HasPrefix(p.Name, midiio.VirtualOut)
}

// Watch lists the ports every two seconds while watched returns true, and calls changed when they have changed. When ctx ends, it
// closes the list and returns.
func (p *List) Watch(ctx context.Context, watched func() bool, changed func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if watched() && p.Update() {
				changed()
			}
		case <-ctx.Done():
			p.close()
			return
		}
	}
}

func (p *List) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lister.Close()
}

// Inputs returns the names of the input ports. The error says why there are none.
func (p *List) Inputs() ([]string, error) {
	ins, _, err := p.ports()
	return names(ins), err
}

// Outputs returns the names of the output ports. The error says why there are none.
func (p *List) Outputs() ([]string, error) {
	_, outs, err := p.ports()
	return names(outs), err
}

// names returns the names of ports. A name that several ports have is followed by the address.
func names(ports []midiio.PortInfo) []string {
	all := make([]string, 0, len(ports))
	for _, p := range ports {
		same := slices.IndexFunc(ports, func(o midiio.PortInfo) bool { return o.Name == p.Name && o != p })
		if same >= 0 {
			all = append(all, p.String())
		} else {
			all = append(all, p.Name)
		}
	}
	return all
}

// Output returns the output port called name. A port of jamd's own need not exist yet.
func (p *List) Output(name string) (midiio.PortInfo, error) {
	if strings.HasPrefix(name, midiio.VirtualOut) {
		return midiio.PortInfo{Name: name}, nil
	}
	_, outs, _ := p.ports()
	for _, port := range outs {
		if port.Name == name || port.String() == name {
			return port, nil
		}
	}
	return midiio.PortInfo{}, fmt.Errorf("output %q: there is no such port; the ports are %v", name, names(outs))
}
