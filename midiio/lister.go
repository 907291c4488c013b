package midiio

// A Lister lists ports as [List] does, but keeps its devices open between calls, because the system has few handles. Only one
// goroutine at a time may use it.
type Lister struct {
	ins  lister[inputDevice]
	outs lister[outputDevice]
}

// NewLister makes a lister. The caller must close it.
func NewLister() *Lister {
	return &Lister{lister[inputDevice]{newDevice: newInput}, lister[outputDevice]{newDevice: newOutput}}
}

// List returns the input and output ports. On a machine without a sequencer it returns [ErrNoSequencer].
func (l *Lister) List() (ins, outs []PortInfo, err error) {
	if ins, err = l.ins.list(); err != nil {
		return nil, nil, err
	}
	outs, err = l.outs.list()
	return ins, outs, err
}

// Close frees the devices.
func (l *Lister) Close() {
	l.ins.close()
	l.outs.close()
}

// A lister lists the ports of one direction. It keeps one device open.
type lister[D device] struct {
	newDevice func(client string) (D, error)
	device    D
	open      bool
}

func (l *lister[D]) list() ([]PortInfo, error) {
	if !l.open {
		d, err := l.newDevice(listingClient)
		if err != nil {
			return nil, err
		}
		l.device, l.open = d, true
	}
	have, err := portsOf(l.device)
	if err != nil {
		l.close()
	}
	return have, err
}

func (l *lister[D]) close() {
	if l.open {
		_ = l.device.Close()
		l.open = false
	}
}
