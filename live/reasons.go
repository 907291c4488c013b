package live

import (
	"errors"
	"fmt"
	"strconv"

	"jamd/config"
	"jamd/jam"
	"jamd/learn"
	"jamd/ports"
	"jamd/ui"
)

// A refusal is an error that the client can mend. It has the text of error, and errors.Is finds kind: ErrUnknown or ErrRefused of
// package ui.
type refusal struct {
	error
	kind error
}

func (r refusal) Is(target error) bool { return target == r.kind }
func (r refusal) Unwrap() error        { return r.error }

// refused returns a refusal with a reason that the pages word themselves.
func refused(code ui.ReasonCode, text string) error {
	return refusal{&ui.Reason{Code: code, Err: errors.New(text)}, ui.ErrRefused}
}

// reasons are the errors of other rooms that a player may meet, and their codes.
var reasons = []struct {
	err  error
	code ui.ReasonCode
}{
	{jam.ErrRegister, ui.ReasonRegister},
	{jam.ErrBassRegister, ui.ReasonBassRegister},
	{jam.ErrNotFollowed, ui.ReasonNotFollowed},
	{jam.ErrExternalTempo, ui.ReasonExternalTempo},
	{jam.ErrPlayersTempo, ui.ReasonPlayersTempo},
	{learn.ErrLoading, ui.ReasonLoading},
	{learn.ErrReplaced, ui.ReasonLearnsOther},
	{config.ErrPresetName, ui.ReasonPresetName},
	{config.ErrNothingSaved, ui.ReasonNothingToUndo},
}

// worded returns an error with its reason, if the pages have words for it. name is the setting, port or preset that it is
// about; "" for none.
func worded(name string, err error) error {
	var known *ui.Reason
	if err == nil || errors.As(err, &known) {
		return err
	}
	var out *jam.RangeError
	var changed *config.ChangedError
	reason := &ui.Reason{Err: err}
	switch {
	case errors.As(err, &out):
		reason.Code, reason.Args = ui.ReasonRange, args{"setting": name, "min": number(out.Min), "max": number(out.Max)}
	case errors.As(err, &changed):
		reason.Code, reason.Args = ui.ReasonConfigChanged, args{"file": changed.Path}
	case errors.Is(err, ports.ErrTaken):
		reason.Code, reason.Args = ui.ReasonPortTaken, args{"port": name}
	default:
		for _, r := range reasons {
			if errors.Is(err, r.err) {
				reason.Code = r.code
				return reason
			}
		}
		return err
	}
	return reason
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// portError returns why a port that the player has chosen cannot be used.
func portError(port string, err error) error {
	var known *ui.Reason
	if err = worded(port, err); err == nil || errors.As(err, &known) {
		return err
	}
	return &ui.Reason{Code: ui.ReasonPortFailed, Args: args{"port": port, "text": err.Error()}, Err: err}
}

// fixedError returns why a choice cannot be changed now.
func fixedError(p *ui.Param) error {
	err := fmt.Errorf("%s: %s", p.Name, p.Fixed)
	if p.FixedCode == "" {
		return err
	}
	return &ui.Reason{Code: p.FixedCode, Err: err}
}

// problem describes an error for the pages.
func problem(name string, err error) *ui.Problem {
	p := ui.ProblemOf(worded(name, err))
	return &p
}
