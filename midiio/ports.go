// Package midiio connects jamd to MIDI:
//
//   - Ports of the system: opened by name ([OpenIn], [OpenOut]), reconnected after unplugging ([OpenReconnectingIn],
//     [OpenReconnectingOut]), listed ([List]), or made by jamd for other programs ([OpenVirtualIn], [OpenVirtualOut]). An
//     [Out] ends every note that it has started.
//   - MIDI clock: a [ClockReceiver] turns one into a song position, a [ClockOut] sends one.
//   - Standard MIDI Files: [ReadFile] finds the melody in one, [WriteTake] writes one.
//   - Ports in memory for tests: [Cable], [Recorder].
//
// Input never causes an error. A message that is neither a channel message nor clock is dropped and counted ([midi.Dropped]).
//
// gomidi's smf package writes the files. A reader of jamd's own reads them, because many files break the rules of the format. It
// warns of each fault with the byte offset ([Warning]) and reads on. The library's reader stops at a fault, gives no byte offset,
// allocates whatever length a file claims (4 GiB for a file of 26 bytes), overflows the stack on a chain of empty chunks, and
// fills truncated events with zeros.
package midiio

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

// Errors of ports. Test for them with errors.Is.
var (
	ErrNoSequencer    = errors.New("no MIDI sequencer on this machine")
	ErrPortNotFound   = errors.New("no such MIDI port")
	ErrPortAmbiguous  = errors.New("more than one MIDI port has this name")
	ErrNoVirtualPorts = errors.New("this system has no virtual MIDI ports")
)

// The names of jamd's virtual ports. On ALSA each port belongs to a client of the same name, so that ALSA's tools find it:
// aplaymidi -p "jamd in", aseqdump -p "jamd out".
const (
	VirtualIn  = "jamd in"
	VirtualOut = "jamd out"
)

// listingClient is the name of a client that only lists ports.
const listingClient = "jamd"

// A PortInfo names a port of another program or device.
type PortInfo struct {
	Name    string `json:"name"`              // such as "Keystation 49:Keystation 49 MIDI 1"; it stays the same
	Address string `json:"address,omitempty"` // such as "24:0"; only on ALSA, and it changes when devices are plugged in or out
}

// String returns the name and, if there is one, the address.
func (p PortInfo) String() string {
	if p.Address == "" {
		return p.Name
	}
	return p.Name + " " + p.Address
}

// List returns the input and output ports of other programs and devices. On a machine without a sequencer it returns
// ErrNoSequencer.
func List() (ins, outs []PortInfo, err error) {
	in, err := newInput(listingClient)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	out, err := newOutput(listingClient)
	if err != nil {
		return nil, nil, err
	}
	defer out.Close()
	if ins, err = portsOf(in); err != nil {
		return nil, nil, err
	}
	if outs, err = portsOf(out); err != nil {
		return nil, nil, err
	}
	return ins, outs, nil
}

// portsOf returns the ports that a device can connect to, in the driver's order.
func portsOf(d device) ([]PortInfo, error) {
	n, err := d.PortCount()
	if err != nil {
		return nil, errors.New("the driver could not count the MIDI ports")
	}
	list := make([]PortInfo, 0, n)
	for i := range n {
		full, err := d.PortName(i)
		if err != nil || full == "" { // a port was removed meanwhile, so the numbers have changed
			break
		}
		list = append(list, portInfo(full))
	}
	return list, nil
}

var alsaAddress = regexp.MustCompile(`^(.*) (\d+:\d+)$`)

// portInfo splits RtMidi's name of an ALSA port, "client:port 24:0", into name and address.
func portInfo(full string) PortInfo {
	if m := alsaAddress.FindStringSubmatch(full); m != nil {
		return PortInfo{Name: m[1], Address: m[2]}
	}
	return PortInfo{Name: full}
}

// match returns the index of the port called name: the one with exactly this name (with or without its address, or the address
// alone), or else the only one whose name contains it, in upper or lower case. kind is "input" or "output", for the error.
func match(kind, name string, have []PortInfo) (int, error) {
	var exact, part []int
	for i, p := range have {
		switch {
		case name == p.Name || name == p.String() || name != "" && name == p.Address:
			exact = append(exact, i)
		case name != "" && strings.Contains(strings.ToLower(p.String()), strings.ToLower(name)):
			part = append(part, i)
		}
	}
	found := exact
	if len(found) == 0 {
		found = part
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		matches := make([]PortInfo, len(found))
		for k, i := range found {
			matches[k] = have[i]
		}
		return 0, fmt.Errorf("%s %q: %w: %s; give more of the name", kind, name, ErrPortAmbiguous, quoted(matches))
	case len(have) == 0:
		return 0, fmt.Errorf("%s %q: %w, and no other: %s", kind, name, ErrPortNotFound, plugIn(kind))
	}
	return 0, fmt.Errorf("%s %q: %w; there are %s; choose one, or %s", kind, name, ErrPortNotFound, quoted(have), plugIn(kind))
}

func plugIn(kind string) string {
	if kind == "input" {
		return "plug in a keyboard and try again"
	}
	return "start a synth or a DAW and try again"
}

func quoted(ports []PortInfo) string {
	var b strings.Builder
	for i, p := range ports {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", p)
	}
	return b.String()
}

// connectTries is how often connect tries if the port numbers change.
const connectTries = 3

// connect makes a device and opens the port called name on it. Port numbers change when devices are plugged in or out. So connect
// checks the name again after it has opened the port, and starts again if it is another port.
func connect[D device](kind, name, own string, newDevice func(client string) (D, error)) (D, PortInfo, error) {
	var none D
	for range connectTries {
		d, err := newDevice(own)
		if err != nil {
			return none, PortInfo{}, err
		}
		have, err := portsOf(d)
		if err != nil {
			_ = d.Close()
			return none, PortInfo{}, err
		}
		i, err := match(kind, name, have)
		if err != nil {
			_ = d.Close()
			return none, PortInfo{}, err
		}
		if d.OpenPort(i, own) == nil {
			if full, err := d.PortName(i); err == nil && portInfo(full) == have[i] {
				return d, have[i], nil
			}
		}
		_ = d.Close()
	}
	return none, PortInfo{}, fmt.Errorf("%s %q: the port could not be opened, or the list of ports kept changing; try again", kind, name)
}

// virtual makes a device with a port of jamd's own, which other programs can connect to.
func virtual[D device](kind, name string, newDevice func(client string) (D, error)) (D, PortInfo, error) {
	var none D
	if runtime.GOOS == "windows" {
		return none, PortInfo{}, fmt.Errorf("%s %q: %w; make one with loopMIDI and give its name", kind, name, ErrNoVirtualPorts)
	}
	d, err := newDevice(name)
	if err != nil {
		return none, PortInfo{}, err
	}
	if d.OpenVirtualPort(name) != nil {
		_ = d.Close()
		return none, PortInfo{}, fmt.Errorf("virtual %s %q: the sequencer refused it; close other MIDI programs and try again", kind, name)
	}
	return d, PortInfo{Name: name}, nil
}
