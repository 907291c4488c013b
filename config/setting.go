package config

import (
	"errors"
	"fmt"
	"strings"

	"jamd/jam"
)

// A Setting is a param and its value, written NAME=VALUE, that a jam can start with.
type Setting struct{ jam.Control }

// UnmarshalText reads NAME=VALUE.
func (s *Setting) UnmarshalText(text []byte) (err error) {
	name, value, given := strings.Cut(string(text), "=")
	if p, err := jam.ParseParam(name); err == nil && !given && p.Info().Kind != jam.Action {
		return fmt.Errorf("%q: must be NAME=VALUE, such as temperature=0.8", name)
	}
	if s.Control, err = jam.ParseControl(name, value); err != nil {
		return err
	}
	switch {
	case s.Param == jam.ParamTempo:
		return errors.New("tempo: give it with --tempo")
	case jam.DefaultSettings().Get(s.Param) == "":
		return fmt.Errorf("%s: it can be set only during a jam", name)
	}
	return nil
}
