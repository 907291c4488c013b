package midiio

import (
	"strings"
	"testing"
)

func TestChangeText(t *testing.T) {
	port := PortInfo{Name: "Keys", Address: "24:0"}
	for _, test := range []struct {
		change Change
		says   string
	}{
		{Change{"input", port, Gone}, "plug it in again"},
		{Change{"output", port, Gone}, "you hear nothing"},
		{Change{"input", port, Back}, "is connected"},
		{Change{"input", port, Overrun}, "lost"},
		{Change{"input", port, Awaited}, "not connected yet"},
	} {
		if s := test.change.String(); !strings.Contains(s, test.says) || !strings.Contains(s, `"Keys`) {
			t.Errorf("%q does not say %q", s, test.says)
		}
	}
}
