package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"jamd/config"
	"jamd/learn"
	"jamd/ui"
)

// learned are the triggers of the player's control surface. What changes holds in this jam, in the next ones, and, if there is a
// configuration file, whenever jamd starts. They are safe for concurrent use.
type learned struct {
	bindings *learn.Bindings
	file     *config.Defaults // nil if nothing can be saved

	mu    sync.Mutex
	steps []learnStep // that can be undone, the newest last
}

// A learnStep is what a trigger changed before a Learn or Forget: in force, and in the file.
type learnStep struct {
	trigger learn.Trigger
	target  string
	saved   config.Learned
	where   string // path and table of the file; "" if there is none
}

// bind lets a trigger change a target, or nothing if target is "".
func (l *learned) bind(t learn.Trigger, target string) (ui.Learned, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	step := learnStep{trigger: t, target: l.bindings.All()[t]}
	if target != "" {
		if _, err := t.Target(target); err != nil {
			return ui.Learned{}, err
		}
	}
	if l.file != nil {
		var err error
		if step.saved, step.where, err = l.file.Learn(t, target); err != nil {
			return ui.Learned{}, err
		}
	}
	l.steps = append(l.steps, step)
	return ui.Learned{Trigger: t.String(), Target: target, File: step.where}, l.bindings.Bind(t, target)
}

// undo takes back the last bind.
func (l *learned) undo() (ui.Learned, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.steps)
	if n == 0 {
		return ui.Learned{}, &ui.Reason{Code: ui.ReasonNothingToUndo, Err: errors.New("nothing was learned since jamd began")}
	}
	step := l.steps[n-1]
	if l.file != nil {
		if err := l.file.Relearn(step.trigger, step.saved); err != nil {
			return ui.Learned{}, err
		}
	}
	l.steps = l.steps[:n-1]
	return ui.Learned{Trigger: step.trigger.String(), Target: step.target, File: step.where}, l.bindings.Bind(step.trigger, step.target)
}

// Learned returns what each trigger changes.
func (j *Jam) Learned() []ui.Learned {
	all := j.host.learned.bindings.All()
	list := make([]ui.Learned, 0, len(all))
	for _, t := range slices.SortedFunc(maps.Keys(all), learn.Trigger.Compare) {
		list = append(list, ui.Learned{Trigger: t.String(), Target: all[t]})
	}
	return list
}

// Learn lets a trigger change a target from now on: the one that is named, or the next one that the player touches.
func (j *Jam) Learn(ctx context.Context, trigger, target string) (told ui.Learned, err error) {
	l := j.host.learned
	bind := func(t learn.Trigger) (err error) {
		told, err = l.bind(t, target)
		return err
	}
	if trigger == "" {
		err = l.bindings.Listen(ctx, target, bind)
	} else {
		var t learn.Trigger
		if t, err = triggerNamed(trigger); err == nil {
			err = bind(t)
		}
	}
	return told, j.relearned(err)
}

// Forget lets a trigger change nothing from now on.
func (j *Jam) Forget(trigger string) (ui.Learned, error) {
	t, err := triggerNamed(trigger)
	if err != nil {
		return ui.Learned{}, asRefusal(err)
	}
	if _, ok := j.host.learned.bindings.All()[t]; !ok {
		return ui.Learned{}, refusal{fmt.Errorf("%v: changes nothing", t), ui.ErrUnknown}
	}
	told, err := j.host.learned.bind(t, "")
	return told, j.relearned(err)
}

// UndoLearn takes back the last Learn or Forget.
func (j *Jam) UndoLearn() (ui.Learned, error) {
	told, err := j.host.learned.undo()
	return told, j.relearned(err)
}

// relearned tells the pages what is learned now. After an error it returns the error as one that the client can mend.
func (j *Jam) relearned(err error) error {
	if err == nil {
		j.changed(0)
	}
	return asRefusal(err)
}

func triggerNamed(text string) (learn.Trigger, error) {
	t, err := learn.ParseTrigger(text)
	if err != nil {
		err = fmt.Errorf("%q: %w", text, err)
	}
	return t, err
}

// asRefusal returns an error as one that the client can mend.
func asRefusal(err error) error {
	if err == nil {
		return nil
	}
	return refusal{worded("", err), ui.ErrRefused}
}
