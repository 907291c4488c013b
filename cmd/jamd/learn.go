package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/rs/zerolog"

	"jamd/jam"
)

// learnedLength is room for every knob of a controller turned at once.
const learnedLength = 256

const (
	noteOn        = 0x90
	noteOff       = 0x80
	controlChange = 0xB0
)

// A trigger is a controller or a key that steers a jam: "cc 74 ch 1", "note 36 ch 10"; without a channel, on every one.
type trigger struct {
	note    bool
	number  byte
	channel byte // 1 to 16; 0 is every one
}

func (t trigger) String() string {
	kind, channel := "cc", ""
	if t.note {
		kind = "note"
	}
	if t.channel > 0 {
		channel = fmt.Sprintf(" ch %d", t.channel)
	}
	return fmt.Sprintf("%s %d%s", kind, t.number, channel)
}

// parseTrigger reads a trigger. Controllers from 120 on are no controllers but orders, such as all notes off.
func parseTrigger(text string) (trigger, error) {
	wrong := fmt.Errorf("%q: must be a controller or a note, such as \"cc 74 ch 1\" or \"note 36 ch 10\"; the channel may be left out", text)
	words := strings.Fields(strings.ToLower(text))
	if len(words) != 2 && len(words) != 4 {
		return trigger{}, wrong
	}
	t := trigger{note: words[0] == "note"}
	number, ok := numberUpTo(words[1], 127)
	if !ok || !t.note && words[0] != "cc" || !t.note && number >= 120 {
		return trigger{}, wrong
	}
	t.number = number
	if len(words) == 4 {
		if t.channel, ok = numberUpTo(words[3], 16); !ok || t.channel == 0 || words[2] != "ch" {
			return trigger{}, wrong
		}
	}
	return t, nil
}

func numberUpTo(text string, most int) (byte, bool) {
	n := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + int(c-'0'); n > most {
			return 0, false
		}
	}
	return byte(n), text != ""
}

// triggerOf is what an event would be learned as; ok is false of what cannot be: notes that end, and all that is neither
// note nor controller.
func triggerOf(e jam.Event) (t trigger, ok bool) {
	t = trigger{number: e.Data1, channel: e.Status&0x0F + 1}
	switch e.Status & 0xF0 {
	case noteOn:
		t.note = true
		return t, e.Data2 > 0
	case controlChange:
		return t, e.Data1 < 120
	}
	return t, false
}

// An effect is what a trigger does: it steers a param, or, as NAME=VALUE, sets one to a value when it is struck.
type effect struct {
	param jam.Param
	fixed *jam.Control // nil where the trigger's own value counts
}

// parseEffect reads the name of a param, or NAME=VALUE.
func parseEffect(text string) (effect, error) {
	name, value, fixed := strings.Cut(text, "=")
	p, err := jam.ParseParam(name)
	if err != nil {
		return effect{}, err
	}
	if !fixed {
		if p.Info().Kind == jam.Text {
			return effect{}, fmt.Errorf("%s: give the one that is to be set, such as %s=NAME", name, name)
		}
		return effect{param: p}, nil
	}
	if p.Info().Kind == jam.Action {
		return effect{}, fmt.Errorf("%s: it is done at once, and has no value", name)
	}
	c, err := jam.ParseControl(name, value)
	return effect{param: p, fixed: &c}, err
}

// learned reads the table of what was learned.
func (f *configFile) learned(value any, keys []string, into map[trigger]entry) error {
	table, ok := value.(map[string]any)
	if !ok {
		return f.mistake(keys, "must be a table")
	}
	for _, name := range sorted(table) {
		at := append(slices.Clone(keys), name)
		t, err := parseTrigger(name)
		if err != nil {
			return f.mistake(at, "must be a controller or a note, such as \"cc 74 ch 1\" or \"note 36 ch 10\"; the channel may be left out")
		}
		text, ok := table[name].(string)
		if !ok {
			return f.mistake(at, `must be a setting in quotes, such as "temperature"`)
		}
		if _, err := parseEffect(text); err != nil {
			return f.mistake(at, err.Error())
		}
		if _, twice := into[t]; twice {
			return f.mistake(at, "is there twice")
		}
		into[t] = entry{text, f.where(at)}
	}
	return nil
}

// Knobs are the controllers and keys that steer a live jam. Nil has none.
type knobs struct {
	of      [2][16][128]uint8 // by note or not, channel and number: 1 + the index into effects; 0 is none
	effects []effect
	turned  *jam.Queue[turn]
	running sync.WaitGroup
}

// A turn is one move of a knob, or stroke of a key.
type turn struct {
	effect uint8
	note   bool
	event  jam.Event
}

// newKnobs makes knobs of what was learned; a trigger with a channel comes before one without.
func newKnobs(learned map[trigger]entry) *knobs {
	if len(learned) == 0 {
		return nil
	}
	k := &knobs{turned: jam.NewQueue[turn](learnedLength)}
	index := map[string]uint8{}
	for _, everywhere := range []bool{true, false} {
		for t, e := range learned {
			if (t.channel == 0) != everywhere {
				continue
			}
			text := e.value.(string)
			if index[text] == 0 {
				effect, _ := parseEffect(text) // it was looked at when it was read
				k.effects = append(k.effects, effect)
				index[text] = uint8(len(k.effects))
			}
			for channel := range byte(16) {
				if t.channel == 0 || t.channel == channel+1 {
					k.of[btoi(t.note)][channel][t.number] = index[text]
				}
			}
		}
	}
	return k
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// take takes an event where it steers, and reports whether it did: then it is no melody. It never blocks: it is called on
// the driver's thread.
func (k *knobs) take(e jam.Event) bool {
	if k == nil {
		return false
	}
	kind := e.Status & 0xF0
	if kind != noteOn && kind != noteOff && kind != controlChange {
		return false
	}
	note := kind != controlChange
	effect := k.of[btoi(note)][e.Status&0x0F][e.Data1&0x7F]
	if effect == 0 {
		return false
	}
	if kind != noteOff && !(note && e.Data2 == 0) { // the end of a key's stroke steers nothing
		k.turned.TrySend(turn{effect - 1, note, e})
	}
	return true
}

// A steerer is the jam that knobs steer.
type steerer interface {
	ask(c jam.Control) error
	inForce() (settings jam.Settings, policy string)
}

// follow lets the knobs steer, until stop.
func (k *knobs) follow(s steerer, log zerolog.Logger) {
	if k == nil {
		return
	}
	var down [16][128]bool // by channel and number: a controller at 64 or more
	policies := make(chan jam.Control, 1)
	k.running.Go(func() { // a policy takes its time to load, and no knob waits for it
		for c := range policies {
			steer(s, c, log)
		}
	})
	k.running.Go(func() {
		defer close(policies)
		for t := range k.turned.C() {
			pressed := t.note || t.event.Data2 >= 64
			before := &down[t.event.Status&0x0F][t.event.Data1&0x7F]
			struck := pressed && (t.note || !*before)
			if !t.note {
				*before = pressed
			}
			c, ok := k.effects[t.effect].control(t, struck, s)
			switch {
			case !ok:
			case c.Param == jam.ParamPolicy:
				select {
				case policies <- c:
				default:
					log.Warn().Msgf("%v: another policy is being loaded: try again", c)
				}
			default:
				steer(s, c, log)
			}
		}
	})
}

// stop ends the knobs, whose port is closed.
func (k *knobs) stop() {
	if k != nil {
		k.turned.Close()
		k.running.Wait()
	}
}

func steer(s steerer, c jam.Control, log zerolog.Logger) {
	if err := s.ask(c); err != nil {
		log.Warn().Msg(err.Error())
	}
}

// control is what a turn does. A controller that passes 64 strikes, as a key does: an action is done, a value set, and
// nothing again until it was below. A key turns a switch over.
func (e effect) control(t turn, struck bool, s steerer) (c jam.Control, ok bool) {
	switch kind := e.param.Info().Kind; {
	case e.fixed != nil:
		c, ok = *e.fixed, struck
	case kind == jam.Action:
		c, ok = jam.Control{Param: e.param}, struck
	case kind == jam.Switch && t.note:
		settings, _ := s.inForce()
		c, ok = jam.Control{Param: e.param, Value: 1}, true
		if settings.Get(e.param) == (jam.Control{Param: e.param, Value: 1}).ValueText() {
			c.Value = 0
		}
	default:
		c, ok = jam.FromMIDI(e.param, t.event.Data2)
	}
	c.At = t.event.At
	return c, ok
}

// with is the file with a trigger that has an effect, in its table [learn].
func (t trigger) with(f *configFile, effect string) ([]byte, error) {
	return f.with([]string{"learn"}, t.String(), quote(effect), func(key string) bool {
		other, err := parseTrigger(key)
		return err == nil && other == t
	})
}

var errNothingLearned = errors.New("nothing came: turn a knob or strike a key while jamd listens")
