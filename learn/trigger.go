package learn

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"jamd/jam"
)

const (
	noteOff       = 0x80
	noteOn        = 0x90
	controlChange = 0xB0
)

// errTrigger says how to write a trigger.
const errTrigger = `must be a controller or a note, such as "cc 74 ch 1" or "note 36 ch 10"; the channel may be left out`

// A Trigger is a controller or a key that changes a setting, such as "cc 74 ch 1" or "note 36 ch 10". Without a channel it is one
// on every channel.
type Trigger struct {
	note    bool
	number  byte
	channel byte // 1 to 16, or 0 for every channel
}

// String returns the trigger as [ParseTrigger] reads it.
func (t Trigger) String() string {
	kind, channel := "cc", ""
	if t.note {
		kind = "note"
	}
	if t.channel > 0 {
		channel = fmt.Sprintf(" ch %d", t.channel)
	}
	return fmt.Sprintf("%s %d%s", kind, t.number, channel)
}

// ParseTrigger reads a trigger. Controllers from 120 on are commands, such as all notes off, and cannot be learned.
func ParseTrigger(text string) (Trigger, error) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) != 2 && len(words) != 4 {
		return Trigger{}, errors.New(errTrigger)
	}
	t := Trigger{note: words[0] == "note"}
	number, ok := parseNumber(words[1], 127)
	if !ok || !t.note && words[0] != "cc" || !t.note && number >= 120 {
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

// triggerOf returns the trigger that an event would be learned as. ok is false if the event is neither a controller nor the start
// of a note.
func triggerOf(e jam.Event) (t Trigger, ok bool) {
	t = Trigger{number: e.Data1, channel: e.Status&0x0F + 1}
	switch e.Status & 0xF0 {
	case noteOn:
		t.note = true
		return t, e.Data2 > 0
	case controlChange:
		return t, e.Data1 < 120
	}
	return t, false
}

// Next waits for the next event that can be a trigger, and returns that trigger. It returns an error when ctx ends.
func Next(ctx context.Context, events *jam.Queue[jam.Event]) (Trigger, error) {
	for {
		select {
		case e := <-events.C():
			if t, ok := triggerOf(e); ok {
				return t, nil
			}
		case <-ctx.Done():
			return Trigger{}, errors.New("nothing came: turn a knob or press a key while jamd listens")
		}
	}
}
