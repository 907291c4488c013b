package main

import (
	"strings"

	"jamd/midiio"
	"jamd/ports"
)

// output opens the port that the chords go to, and claims it. Without a sequencer, and without a port asked for, nothing
// sounds, but the chords are printed and kept all the same.
func (l *live) output() (*midiio.Out, error) {
	out, err := l.flags.openOutput(l.keeping())
	if err != nil && l.flags.Out == "" {
		l.to.Log.Warn().Msgf("nothing will sound: %v", err)
		return midiio.NewOut(nowhere{}), nil
	}
	if err != nil {
		return nil, asInput(err)
	}
	if l.claimed, err = ports.NewClaim(ports.Output, out.Info().String()); err != nil {
		_ = out.Close()
		return nil, err
	}
	return out, nil
}

func (f *liveFlags) openOutput(k midiio.Keeping) (*midiio.Out, error) {
	switch {
	case f.Out == "":
		return midiio.OpenVirtualOut(midiio.VirtualOut)
	case strings.HasPrefix(f.Out, midiio.VirtualOut):
		return midiio.OpenVirtualOut(f.Out)
	}
	return midiio.KeepOut(f.Out, k)
}

func (l *live) keeping() midiio.Keeping {
	return midiio.Keeping{Changes: l.portChanges, Wait: l.flags.Wait}
}

// moveOut lets the jam play to another port from now on. On an error nothing has changed.
func (l *live) moveOut(name string, list *ports.List) error {
	l.moving.Lock()
	defer l.moving.Unlock()
	port, err := list.Output(name)
	if err != nil {
		return err
	}
	if port == l.out.Info() {
		return nil
	}
	c, err := ports.NewClaim(ports.Output, port.String())
	if err != nil {
		return err
	}
	if err := l.out.MoveTo(port.String(), l.keeping()); err != nil {
		c.Release()
		return err
	}
	l.claimed.Release()
	l.claimed, l.movedTo = c, name
	return nil
}

// nowhere is the output of a machine that has no port.
type nowhere struct{}

func (nowhere) Send(_, _, _ byte) error { return nil }

func portName(out *midiio.Out) string {
	if name := out.Info().Name; name != "" {
		return name
	}
	return "nothing (no MIDI port)"
}
