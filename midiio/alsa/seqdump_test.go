package alsa

import (
	"slices"
	"strings"
	"testing"
)

const dump = `Waiting for data. Press Ctrl+C to end.
Source  Event                  Ch  Data
  0:1   Port subscribed            129:0 -> 128:0
129:0   Note on                 1, note 60, velocity 100
129:0   Clock
129:0   Control change          1, controller 64, value 0
129:0   Note on                 1, note 64, velocity 90
129:0   Pitch bend              1, value -8192
129:0   Program change          0, program 5
129:0   System exclusive           F0 01 02 F7
129:0   Note off                1, note 60, velocity 0
129:0   Note on                 1, note 64, velocity 0
`

func TestParseDump(t *testing.T) {
	got, err := ParseDump(dump)
	want := []Message{
		{"129:0", "Note on", 1, 60, 100}, {"129:0", "Control change", 1, 64, 0}, {"129:0", "Note on", 1, 64, 90},
		{"129:0", "Pitch bend", 1, -8192, 0}, {"129:0", "Program change", 0, 5, 0},
		{"129:0", "Note off", 1, 60, 0}, {"129:0", "Note on", 1, 64, 0},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"Cannot connect from port 129:0 - No such file", "129:0   Note on                 1, note 60, velocity loud"} {
		if got, err := ParseDump(bad); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}

func TestBalance(t *testing.T) {
	const (
		on    = "129:0   Note on                 1, note 60, velocity 1\n"
		other = "130:0   Note on                 1, note 60, velocity 1\n"
		zero  = "129:0   Note on                 1, note 60, velocity 0\n"
		off   = "129:0   Note off                1, note 60, velocity 64\n"
		low   = "129:0   Note off                2, note 60, velocity 64\n"
	)
	tests := []struct {
		text    string
		began   int
		hanging string
	}{
		{"", 0, ""},
		{dump, 2, ""},
		{on + off, 1, ""},
		{on + zero, 1, ""},
		{on, 1, "129:0 channel 1 note 60"},
		{on + low, 1, "129:0 channel 1 note 60"},
		{on + on + off, 2, "129:0 channel 1 note 60"},
		{on + other + off, 2, "130:0 channel 1 note 60"},
		{off + on, 1, "129:0 channel 1 note 60"},
	}
	for _, test := range tests {
		messages, err := ParseDump(test.text)
		began, hanging := Balance(messages)
		if err != nil || began != test.began || strings.Join(hanging, "; ") != test.hanging {
			t.Errorf("%q: %d, %v, %v", test.text, began, hanging, err)
		}
	}
}

func TestConsole(t *testing.T) {
	r, ended := parseConsole("one\r\n--- begin dump\r\na\r\nb\r\n--- end dump\r\n\r\nalsa: exit 3\r\n[ 4.1] reboot: Power down\r\n")
	if !ended || r.Exit != 3 || strings.Contains(r.Console, "\r") {
		t.Errorf("%+v, %v", r, ended)
	}
	if s, err := Section(r.Console, "dump"); err != nil || s != "a\nb\n" {
		t.Errorf("%q, %v", s, err)
	}
	if _, err := Section(r.Console, "other"); err == nil {
		t.Error("a section that is not there")
	}
	for _, torn := range []string{"", "boot\nKernel panic", "x\nalsa: exit "} {
		if _, ended := parseConsole(torn); ended {
			t.Errorf("%q has ended", torn)
		}
	}
}
