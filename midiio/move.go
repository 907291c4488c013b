package midiio

import "strings"

// MoveTo lets the Out play to another port of that name (see match) from now on, and keeps it as KeepOut does; a name that
// begins as VirtualOut does is that of a port of our own. The port before it is silenced and closed. What sounds by the ledger
// is struck at the new port with the next note of its channel. The new port must be there. On an error nothing has changed.
func (o *Out) MoveTo(name string, k Keeping) error { return o.moveTo(newOutput, name, k) }

func (o *Out) moveTo(newDevice func(client string) (outputDevice, error), name string, k Keeping) error {
	o.mu.Lock()
	old := o.keeper
	o.keeper = nil
	o.mu.Unlock()
	old.stop() // or it would take the new port for the old one
	next, err := o.join(newDevice, name, k)
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		go next.stop() // which waits for a look that may wait for us
		return ErrClosed
	case err != nil:
		old.watch()
		o.keeper = old
		return err
	}
	o.keeper = next
	return nil
}

// join connects the Out to the port of that name. A port of our own needs no keeper.
func (o *Out) join(newDevice func(client string) (outputDevice, error), name string, k Keeping) (*keeper, error) {
	if strings.HasPrefix(name, VirtualOut) {
		d, info, err := virtual("output", name, newDevice)
		if err == nil {
			o.connected(&wire{device: d}, info)
		}
		return nil, err
	}
	k.Wait = false
	next := o.keeping(newDevice, name, k)
	if err := next.start(); err != nil {
		return nil, err // it watches nothing
	}
	return next, nil
}

// Leave is Close, and lets go what is held down: its offs are given to receive before it returns.
func (in *In) Leave() error {
	err := in.Close()
	in.letGo()
	return err
}
