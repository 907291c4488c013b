package midiio

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"jamd/jam"
)

func TestMatch(t *testing.T) {
	ports := []PortInfo{
		{"Midi Through:Midi Through Port-0", "14:0"},
		{"Keystation 49:Keystation 49 MIDI 1", "24:0"},
		{"Keystation 49:Keystation 49 MIDI 2", "24:1"},
		{"nanoKEY2:nanoKEY2 MIDI 1", "28:0"},
		{"nanoKEY2:nanoKEY2 MIDI 1", "32:0"},
		{"jamd:jamd in", "128:0"},
		{"Synth", ""},
		{"Synth Two", ""},
	}
	tests := []struct {
		name string
		want int
		err  error
		says []string
	}{
		{"Midi Through:Midi Through Port-0", 0, nil, nil},
		{"Keystation 49:Keystation 49 MIDI 2 24:1", 2, nil, nil},
		{"28:0", 3, nil, nil},
		{"through", 0, nil, nil},
		{"JAMD IN", 5, nil, nil},
		{"Synth", 6, nil, nil}, // exact before part
		{"synth t", 7, nil, nil},
		{"midi 2", 2, nil, nil},
		{"Keystation", 0, ErrPortAmbiguous, []string{`"Keystation 49:Keystation 49 MIDI 1 24:0"`, "MIDI 2 24:1", "more of the name"}},
		{"nanoKEY2:nanoKEY2 MIDI 1", 0, ErrPortAmbiguous, []string{"28:0", "32:0"}},
		{"nanoKEY2:nanoKEY2 MIDI 1 32:0", 4, nil, nil},
		{"piano", 0, ErrPortNotFound, []string{`"piano"`, "Keystation", "Midi Through", "plug in a keyboard"}},
		{"", 0, ErrPortNotFound, []string{"Midi Through"}},
	}
	for _, test := range tests {
		got, err := match("input", test.name, ports)
		if !errors.Is(err, test.err) || err == nil && got != test.want {
			t.Errorf("%q: %d, %v; want %d, %v", test.name, got, err, test.want, test.err)
		}
		for _, s := range test.says {
			if err == nil || !strings.Contains(err.Error(), s) {
				t.Errorf("%q: the error does not say %q: %v", test.name, s, err)
			}
		}
	}
	if _, err := match("output", "x", nil); !errors.Is(err, ErrPortNotFound) || !strings.Contains(err.Error(), "start a synth") {
		t.Errorf("no ports at all: %v", err)
	}
}

func TestPortInfo(t *testing.T) {
	for full, want := range map[string]PortInfo{
		"Midi Through:Midi Through Port-0 14:0": {"Midi Through:Midi Through Port-0", "14:0"},
		"jamd:jamd in 128:0":                    {"jamd:jamd in", "128:0"},
		"USB MIDI Interface":                    {"USB MIDI Interface", ""},
		"Keys 1":                                {"Keys 1", ""},
		" 20:0":                                 {"", "20:0"},
	} {
		if got := portInfo(full); got != want || strings.TrimSpace(got.String()) != strings.TrimSpace(full) {
			t.Errorf("%q: %+v", full, got)
		}
	}
}

// A rig is a fake driver: what it lists before and after a port is opened.
type rig struct {
	before, after []string
	refuse        bool
	opened        int
	closed        bool
}

func (r *rig) PortCount() (int, error) { return len(r.before), nil }

func (r *rig) PortName(i int) (string, error) {
	if i >= len(r.before) {
		return "", errors.New("gone")
	}
	return r.before[i], nil
}

func (r *rig) OpenPort(i int, _ string) error {
	if r.refuse {
		return errors.New("refused")
	}
	r.opened = i
	if r.after != nil {
		r.before = r.after
	}
	return nil
}

func (r *rig) OpenVirtualPort(string) error { return nil }
func (r *rig) Close() error                 { r.closed = true; return nil }
func (r *rig) peers() ([]string, bool)      { return nil, false }

func TestConnect(t *testing.T) {
	still := func() *rig { return &rig{before: []string{"A 20:0", "B 24:0"}} }
	tests := []struct {
		name  string
		rigs  []*rig
		index int
		err   string
	}{
		{"at once", []*rig{still()}, 1, ""},
		{"moved once", []*rig{{before: []string{"A 20:0", "B 24:0"}, after: []string{"Z 16:0", "A 20:0", "B 24:0"}},
			{before: []string{"Z 16:0", "A 20:0", "B 24:0"}}}, 2, ""},
		{"gone while opening", []*rig{{before: []string{"B 24:0"}, after: []string{}}, {before: []string{"A 20:0"}}}, 0, "no such MIDI port"},
		{"refused once", []*rig{{before: []string{"B 24:0"}, refuse: true}, still()}, 1, ""},
		{"always refused", []*rig{{before: []string{"B 24:0"}, refuse: true}, {before: []string{"B 24:0"}, refuse: true},
			{before: []string{"B 24:0"}, refuse: true}}, 0, "could not be opened"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			made := 0
			d, info, err := connect("input", "b", "own", func(string) (*rig, error) {
				made++
				return test.rigs[made-1], nil
			})
			for i, r := range test.rigs[:made] {
				if ok := err == nil && i == made-1; r.closed == ok {
					t.Errorf("device %d: closed is %v", i, r.closed)
				}
			}
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil || d.opened != test.index || info.Name != "B" {
				t.Errorf("opened %d as %+v, %v", d.opened, info, err)
			}
		})
	}
	if _, _, err := connect("input", "b", "own", func(string) (*rig, error) { return nil, fmt.Errorf("x: %w", ErrNoSequencer) }); !errors.Is(err, ErrNoSequencer) {
		t.Errorf("without a sequencer: %v", err)
	}
}

// The pinned binding still has the shape that stopThread needs.
func TestDriverLayout(t *testing.T) {
	if portCloser(rtIn{}) != nil || portCloser(&rtIn{}) != nil {
		t.Error("takes a foreign type for the binding's")
	}
	in, err := newInput(listingClient)
	if err != nil {
		t.Skip("no sequencer here; the emulated machine looks at the binding: ", err)
	}
	defer in.Close()
	if portCloser(in.(rtIn).MIDIIn) == nil {
		t.Error("the binding's input no longer begins with its midi struct: see stopThread")
	}
}

func TestNoSequencer(t *testing.T) {
	if _, err := os.Stat("/dev/snd/seq"); err == nil {
		t.Skip("this machine has a sequencer")
	}
	if sequencer() == nil {
		t.Skip("this system has its MIDI service elsewhere")
	}
	_, _, err := List()
	_, errIn := OpenIn("x", zeroClock, func(jam.Event) {})
	_, errOut := OpenOut("x")
	_, errVirtualIn := OpenVirtualIn("x", zeroClock, func(jam.Event) {})
	_, errVirtualOut := OpenVirtualOut("x")
	for _, err := range []error{err, errIn, errOut, errVirtualIn, errVirtualOut} {
		if !errors.Is(err, ErrNoSequencer) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "modprobe") {
			t.Errorf("not one line with a cure: %v", err)
		}
	}
}
