package jam

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Param is a setting that can be changed during a jam, or an action.
type Param uint8

// A Control changes a Param from the next frame on.
type Control struct {
	At     time.Duration `json:"at"` // time of the request, on the jam's clock
	Param  Param         `json:"param"`
	Value  float64       `json:"value"`          // in the Param's unit; for a list, the number of the entry from 0; for a switch, 0 or 1
	Text   string        `json:"text,omitempty"` // for a Param of kind Text: the name of a policy
	Policy Policy        `json:"-"`              // for ParamPolicy: loaded and warm; the loop owns it from now on
}

// ParseControl reads a control as users write it: the name of a param, and its value. An action has no value. The error names the
// param and its possible values.
func ParseControl(name, value string) (Control, error) {
	p, err := ParseParam(name)
	if err != nil {
		return Control{}, err
	}
	info := p.Info()
	c := Control{Param: p}
	value = strings.TrimSpace(value)
	switch info.Kind {
	case Action:
		if value != "" {
			return Control{}, fmt.Errorf("%s %q: an action has no value", name, value)
		}
		return c, nil
	case Text:
		if c.Text = value; value == "" {
			return Control{}, fmt.Errorf("%s: must not be empty", name)
		}
		return c, nil
	case Switch:
		on, err := switches.find(name, strings.ToLower(value))
		c.Value = float64(on % 2)
		return c, err
	case List:
		i, err := info.find(name, value)
		c.Value = float64(i)
		return c, err
	}
	if c.Value, err = strconv.ParseFloat(value, 64); err != nil {
		return Control{}, &RangeError{info.Min, info.Max, fmt.Sprintf("%s %q: must be a number from %v to %v", name, value, info.Min, info.Max)}
	}
	if c.Value == 0 {
		c.Value = 0 // not -0
	}
	return c, info.check(c.Value)
}

// switches are the ways to write the value of a switch: off, on, off, on and so on.
var switches = words{"off", "on", "false", "true", "no", "yes", "0", "1"}

// ValueText returns the value as ParseControl reads it, or "" for an action.
func (c Control) ValueText() string {
	if info := c.Param.Info(); info.Kind != Text {
		return info.text(c.Value)
	}
	return c.Text
}

// String returns name=value, or only the name of an action.
func (c Control) String() string {
	if c.Param.Info().Kind == Action {
		return c.Param.String()
	}
	return c.Param.String() + "=" + c.ValueText()
}

// FromMIDI returns the control of a param for a controller's value or a note's velocity, 0 to 127. A number moves across the
// range of its knob. A value of at least 64 turns a switch on and triggers an action. ok is false if there is nothing to do.
func FromMIDI(p Param, value byte) (c Control, ok bool) {
	info := p.Info()
	v := float64(min(value, 127))
	c = Control{Param: p}
	switch info.Kind {
	case Text:
		return c, false
	case Action:
		return c, v >= 64
	case Switch:
		c.Value = math.Floor(v / 64)
	case List:
		c.Value = math.Floor(v * float64(len(info.Words)) / 128)
	default:
		c.Value = info.round(info.Knob[0] + (info.Knob[1]-info.Knob[0])*v/127)
	}
	return c, true
}
