package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"jamd/midiio"
)

// lookRound is how often the ports are listed for those who look on.
const lookRound = 2 * time.Second

// A portList is the ports of this machine, as the pages choose among them. It may be used from any goroutine.
type portList struct {
	mu        sync.Mutex
	ins, outs []midiio.PortInfo
	err       error // why there are none
}

// look lists the ports, and reports whether they are others than before.
func (p *portList) look(l *midiio.Lister) (changed bool) {
	ins, outs, err := l.List()
	ins, outs = slices.DeleteFunc(ins, ours), slices.DeleteFunc(outs, ours)
	p.mu.Lock()
	defer p.mu.Unlock()
	changed = !slices.Equal(ins, p.ins) || !slices.Equal(outs, p.outs) || (err == nil) != (p.err == nil)
	p.ins, p.outs, p.err = ins, outs, err
	return changed
}

// ours is whether a port is one of jamd's own, which would hear itself.
func ours(p midiio.PortInfo) bool {
	return strings.HasPrefix(p.Name, midiio.VirtualIn) || strings.HasPrefix(p.Name, midiio.VirtualOut)
}

// follow looks round until ctx ends, and tells of what has changed.
func (p *portList) follow(ctx context.Context, l *midiio.Lister, watched func() bool, changed func()) {
	defer l.Close()
	tick := time.NewTicker(lookRound)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if watched() && p.look(l) {
				changed()
			}
		case <-ctx.Done():
			return
		}
	}
}

// inputs and outputs are the names to choose among, and why there are none where there is no MIDI.
func (p *portList) inputs() ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return names(p.ins), p.err
}

func (p *portList) outputs() ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return names(p.outs), p.err
}

// names are those of ports, with the address where two have the same.
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

// output is the one of that name, for its claim: a port of jamd's own may be made.
func (p *portList) output(name string) (midiio.PortInfo, error) {
	if strings.HasPrefix(name, midiio.VirtualOut) {
		return midiio.PortInfo{Name: name}, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, port := range p.outs {
		if port.Name == name || port.String() == name {
			return port, nil
		}
	}
	return midiio.PortInfo{}, fmt.Errorf("output %q: it is not there; there are %v", name, names(p.outs))
}
