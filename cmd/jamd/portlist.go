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

// A portList is the ports of this machine, as the pages and jamd ctl choose among them. It may be used from any goroutine.
type portList struct {
	mu        sync.Mutex
	lister    *midiio.Lister
	looked    time.Time
	ins, outs []midiio.PortInfo
	err       error // why there are none
}

func newPortList() *portList { return &portList{lister: midiio.NewLister()} }

// look lists the ports, and reports whether they are others than before.
func (p *portList) look() (changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.list()
}

// list is look where p.mu is held.
func (p *portList) list() (changed bool) {
	ins, outs, err := p.lister.List()
	ins, outs = slices.DeleteFunc(ins, ours), slices.DeleteFunc(outs, ours)
	changed = !slices.Equal(ins, p.ins) || !slices.Equal(outs, p.outs) || (err == nil) != (p.err == nil)
	p.ins, p.outs, p.err, p.looked = ins, outs, err, time.Now()
	return changed
}

// ports are those that are there; where nobody looks on, and so follow does not, they are listed now.
func (p *portList) ports() (ins, outs []midiio.PortInfo, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) > 2*lookRound {
		p.list()
	}
	return p.ins, p.outs, p.err
}

// ours is whether a port is one of jamd's own, which would hear itself.
func ours(p midiio.PortInfo) bool {
	return strings.HasPrefix(p.Name, midiio.VirtualIn) || strings.HasPrefix(p.Name, midiio.VirtualOut)
}

// follow looks round for those who look on, and tells of what has changed, until ctx ends: then nothing is listed any more.
func (p *portList) follow(ctx context.Context, watched func() bool, changed func()) {
	tick := time.NewTicker(lookRound)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if watched() && p.look() {
				changed()
			}
		case <-ctx.Done():
			p.close()
			return
		}
	}
}

func (p *portList) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lister.Close()
}

// inputs and outputs are the names to choose among, and why there are none where there is no MIDI.
func (p *portList) inputs() ([]string, error) {
	ins, _, err := p.ports()
	return names(ins), err
}

func (p *portList) outputs() ([]string, error) {
	_, outs, err := p.ports()
	return names(outs), err
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
	_, outs, _ := p.ports()
	for _, port := range outs {
		if port.Name == name || port.String() == name {
			return port, nil
		}
	}
	return midiio.PortInfo{}, fmt.Errorf("output %q: it is not there; there are %v", name, names(outs))
}
