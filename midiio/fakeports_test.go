package midiio

import (
	"errors"
	"slices"
	"sync"

	"jamd/jam"
)

// A rack is a fake system of ports that come and go.
type rack struct {
	mu      sync.Mutex
	names   []string // as the driver writes them: "Keys 24:0"
	devices []*plug  // not closed
	tells   bool     // who is connected to whom
}

// A plug is a device of a rack's, for either direction.
type plug struct {
	rack    *rack
	to      string // its port; "" where there is none
	receive func([]byte)
	sent    [][3]byte
	closed  bool
}

func (r *rack) newPlug() *plug {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &plug{rack: r}
	r.devices = append(r.devices, p)
	return p
}

func (r *rack) input(string) (inputDevice, error)   { return r.newPlug(), nil }
func (r *rack) output(string) (outputDevice, error) { return r.newPlug(), nil }

// set is what there is from now on; connections to what is not there end.
func (r *rack) set(names ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = names
	for _, d := range r.devices {
		if !slices.Contains(names, d.to) {
			d.to = ""
		}
	}
}

// blink takes everything away and brings it back between two looks.
func (r *rack) blink() {
	names := r.names
	r.set()
	r.set(names...)
}

// on is the open device at a port.
func (r *rack) on(name string) *plug {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.devices {
		if d.to == name {
			return d
		}
	}
	return nil
}

// open counts the devices that are not closed.
func (r *rack) open() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.devices)
}

func (p *plug) PortCount() (int, error) {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	return len(p.rack.names), nil
}

func (p *plug) PortName(i int) (string, error) {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if i >= len(p.rack.names) {
		return "", errors.New("gone")
	}
	return p.rack.names[i], nil
}

func (p *plug) OpenPort(i int, _ string) error {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if i >= len(p.rack.names) {
		return errors.New("gone")
	}
	p.to = p.rack.names[i]
	return nil
}

func (p *plug) OpenVirtualPort(string) error { return nil }

func (p *plug) peers() ([]string, bool) {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if p.to == "" {
		return nil, p.rack.tells
	}
	return []string{portInfo(p.to).Address}, p.rack.tells
}

func (p *plug) Close() error {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	p.closed = true
	p.rack.devices = slices.DeleteFunc(p.rack.devices, func(d *plug) bool { return d == p })
	return nil
}

func (p *plug) listen(receive func([]byte)) error { p.receive = receive; return nil }

func (p *plug) SendMessage(m []byte) error {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if p.to != "" { // a driver says nothing of a port that is gone
		p.sent = append(p.sent, [3]byte(append(slices.Clone(m), 0, 0)[:3]))
	}
	return nil
}

// told are the changes that were told since.
func told(q *jam.Queue[Change]) (list []string) {
	for n := len(q.C()); n > 0; n-- {
		c := <-q.C()
		list = append(list, c.Event.String()+" "+c.Port.String())
	}
	return list
}

func statuses(events []jam.Event) (list [][3]byte) {
	for _, e := range events {
		list = append(list, [3]byte{e.Status, e.Data1, e.Data2})
	}
	return list
}
