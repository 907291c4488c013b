package learn

import (
	"fmt"
	"strings"
	"unicode"

	"jamd/jam"
)

// A Target is what a trigger changes: a param that gets the trigger's own value or, written NAME=VALUE, a param that gets a fixed
// value; or a preset that it changes to.
type Target struct {
	param  jam.Param
	fixed  *jam.Control // nil if the param gets the trigger's own value
	preset string       // "" for a param
}

// ParseTarget reads the name of a param, NAME=VALUE, or preset=NAME.
func ParseTarget(text string) (Target, error) {
	name, value, fixed := strings.Cut(text, "=")
	if name == "preset" {
		if value == "" || strings.ContainsFunc(value, func(c rune) bool { return c == '"' || c == '\\' || !unicode.IsPrint(c) }) {
			return Target{}, fmt.Errorf("preset %q: give its name too, such as preset=waltz", value)
		}
		return Target{preset: value}, nil
	}
	p, err := jam.ParseParam(name)
	if err != nil {
		return Target{}, err
	}
	if !fixed {
		if p.Info().Kind == jam.Text {
			return Target{}, fmt.Errorf("%s: give the value too, such as %s=NAME", name, name)
		}
		return Target{param: p}, nil
	}
	if p.Info().Kind == jam.Action {
		return Target{}, fmt.Errorf("%s: an action has no value", name)
	}
	c, err := jam.ParseControl(name, value)
	return Target{param: p, fixed: &c}, err
}

// Target reads the target of a trigger, as ParseTarget does. A program has no value of its own, so it needs a target that needs none.
func (t Trigger) Target(text string) (Target, error) {
	target, err := ParseTarget(text)
	if err == nil && t.kind == program && target.preset == "" && target.fixed == nil && target.param.Info().Kind != jam.Action {
		err = fmt.Errorf("%s: a program has no value: give it one, such as preset=waltz or style=arpeggio", text)
	}
	return target, err
}

// control returns the control that an event asks for. pressed means that a key was pressed, or that a controller has just reached
// 64.
//
// A press triggers an action or sets a fixed value. A key toggles a switch. In all other cases the param gets the controller's
// value.
func (t Target) control(e jam.Event, by kind, pressed bool, s Steerer) (c jam.Control, ok bool) {
	switch kind := t.param.Info().Kind; {
	case t.fixed != nil:
		c, ok = *t.fixed, pressed
	case kind == jam.Action:
		c, ok = jam.Control{Param: t.param}, pressed
	case kind == jam.Switch && by == key:
		settings := s.Settings()
		on := jam.Control{Param: t.param, Value: 1}
		if c, ok = on, true; settings.Get(t.param) == on.ValueText() {
			c.Value = 0
		}
	default:
		c, ok = jam.FromMIDI(t.param, e.Data2)
	}
	c.At = e.At
	return c, ok
}
