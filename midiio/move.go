package midiio

import "strings"

// MoveTo connects the Out to another port (see match), and keeps that one as KeepOut does. A name that begins with
// VirtualOut makes a port of jamd's own. The port before is silenced and closed. The next note on of each channel first
// strikes the notes that sound on it according to the ledger, now at the new port. Keeping.Wait is ignored: the new port
// must be there. If MoveTo returns an error, nothing has changed.
func (o *Out) MoveTo(name string, k Keeping) error { return o.moveTo(newOutput, name, k) }

func (o *Out) moveTo(newDevice func(client string) (outputDevice, error), name string, k Keeping) error {
	o.mu.Lock()
	old := o.keeper
	o.keeper = nil
	o.mu.Unlock()
	old.stop() // otherwise it would connect the old port again
	next, err := o.join(newDevice, name, k)
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		go next.stop() // on its own goroutine: stop waits for look, which may wait for o.mu
		return ErrClosed
	case err != nil:
		old.watch()
		o.keeper = old
		return err
	}
	o.keeper = next
	return nil
}

// join connects the Out to a port. A port of jamd's own needs no keeper.
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
		return nil, err // next does not watch yet
	}
	return next, nil
}

// Leave closes the port as Close does. Before it returns, it releases what is held down, by calling receive.
func (in *In) Leave() error {
	err := in.Close()
	in.letGo()
	return err
}
