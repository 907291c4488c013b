package learn

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"jamd/jam"
)

const (
	noteOff       = 0x80
	noteOn        = 0x90
	controlChange = 0xB0
	programChange = 0xC0
)

// errTrigger says how to write a trigger.
const errTrigger = `must be a controller, a note or a program, such as "cc 74 ch 1", "note 36 ch 10" or "program 5"; the channel may be left out`

// A Trigger is a controller, a key or a program that changes a setting, such as "cc 74 ch 1", "note 36 ch 10" or "program 5". Without a
// channel it is one on every channel.
type Trigger struct {
	kind    kind
	number  byte // as in MIDI, 0 to 127; programs are written from 1 on, as keyboards have them
	channel byte // 1 to 16, or 0 for every channel
}

// A kind is what kind of MIDI message triggers.
type kind uint8

const (
	controller kind = iota
	key
	program
	kinds = iota
)

var kindNames = [kinds]string{"cc", "note", "program"}

// String returns the trigger as [ParseTrigger] reads it.
func (t Trigger) String() string {
	number, channel := int(t.number), ""
	if t.kind == program {
		number++
	}
	if t.channel > 0 {
		channel = fmt.Sprintf(" ch %d", t.channel)
	}
	return fmt.Sprintf("%s %d%s", kindNames[t.kind], number, channel)
}

// Compare orders triggers: controllers, keys, programs, each by number and channel.
func (t Trigger) Compare(other Trigger) int {
	return cmp.Or(cmp.Compare(t.kind, other.kind), cmp.Compare(t.number, other.number), cmp.Compare(t.channel, other.channel))
}

// ParseTrigger reads a trigger. Controllers from 120 on are commands, such as all notes off, and cannot be learned.
func ParseTrigger(text string) (Trigger, error) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) != 2 && len(words) != 4 {
		return Trigger{}, errors.New(errTrigger)
	}
	t := Trigger{kind: kind(max(slices.Index(kindNames[:], words[0]), 0))}
	number, ok := parseNumber(words[1], 128)
	if t.kind == program {
		number-- // of 0 it makes 255
	}
	if !ok || number > 127 || kindNames[t.kind] != words[0] || t.kind == controller && number >= 120 {
		return Trigger{}, errors.New(errTrigger)
	}
	t.number = number
	if len(words) == 4 {
		if t.channel, ok = parseNumber(words[3], 16); !ok || t.channel == 0 || words[2] != "ch" {
			return Trigger{}, errors.New(errTrigger)
		}
	}
	return t, nil
}

// parseNumber reads a decimal number from 0 to limit.
func parseNumber(text string, limit int) (byte, bool) {
	n := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + int(c-'0'); n > limit {
			return 0, false
		}
	}
	return byte(n), text != ""
}

// triggerOf returns the trigger that an event would be learned as. ok is false if the event is neither a controller, nor the start
// of a note, nor a program.
func triggerOf(e jam.Event) (t Trigger, ok bool) {
	t = Trigger{number: e.Data1, channel: e.Status&0x0F + 1}
	switch e.Status & 0xF0 {
	case noteOn:
		t.kind = key
		return t, e.Data2 > 0
	case controlChange:
		return t, e.Data1 < 120
	case programChange:
		t.kind = program
		return t, true
	}
	return t, false
}
