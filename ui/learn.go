package ui

import (
	"context"
	"net/http"
)

// A Learner has MIDI learn: knobs, keys and programs of the player's keyboard that change settings. Its errors wrap ErrRefused.
type Learner interface {
	// Learned returns what each trigger changes, in the order of the triggers.
	Learned() []Learned
	// Learn lets a trigger change a target from now on. If trigger is "", it waits for the next event that can be one, until ctx ends.
	Learn(ctx context.Context, trigger, target string) (Learned, error)
	// Forget lets a trigger change nothing from now on.
	Forget(trigger string) (Learned, error)
	// UndoLearn takes back the last Learn or Forget.
	UndoLearn() (Learned, error)
}

// Learned is what a trigger changes.
type Learned struct {
	Trigger string `json:"trigger"`        // such as cc 74 ch 1, note 36 or program 5
	Target  string `json:"target"`         // such as temperature, style=arpeggio or preset=waltz; "" for nothing
	File    string `json:"file,omitempty"` // path of the configuration file that has it now, and the table; "" if it holds until jamd ends
}

// learn waits for the trigger if the request names none. The request ends when the client leaves.
func learn(j Jam, r *http.Request) (any, error) {
	var l struct{ Trigger, Target string }
	if err := body(r, &l); err != nil {
		return nil, err
	}
	return result(j.Learn(r.Context(), l.Trigger, l.Target))
}
