package learn

import (
	"fmt"
	"strings"

	"jamd/jam"
)

// A Target is what a trigger changes: a param that gets the trigger's own value or, written NAME=VALUE, a param that gets a fixed
// value.
type Target struct {
	param jam.Param
	fixed *jam.Control // nil if the param gets the trigger's own value
}

// ParseTarget reads the name of a param, or NAME=VALUE.
func ParseTarget(text string) (Target, error) {
	name, value, fixed := strings.Cut(text, "=")
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

// control returns the control that an event asks for. pressed means that a key was pressed, or that a controller has just reached
// 64.
//
// A press triggers an action or sets a fixed value. A key toggles a switch. In all other cases the param gets the controller's
// value.
func (t Target) control(e jam.Event, note, pressed bool, s Steerer) (c jam.Control, ok bool) {
	switch kind := t.param.Info().Kind; {
	case t.fixed != nil:
		c, ok = *t.fixed, pressed
	case kind == jam.Action:
		c, ok = jam.Control{Param: t.param}, pressed
	case kind == jam.Switch && note:
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
