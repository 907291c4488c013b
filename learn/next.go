package learn

import (
	"context"
	"errors"

	"jamd/jam"
)

// Errors of learning.
var (
	ErrNothing  = errors.New("nothing came: turn a knob or press a key while jamd listens")
	ErrReplaced = errors.New("jamd now listens for the knob or key of another setting")
)

// Next waits for the next event that can be a trigger of a target, and returns that trigger. It returns ErrNothing when ctx ends.
func Next(ctx context.Context, events *jam.Queue[jam.Event], target Target) (Trigger, error) {
	for {
		select {
		case e := <-events.C():
			if t, ok := target.learns(e); ok {
				return t, nil
			}
		case <-ctx.Done():
			return Trigger{}, ErrNothing
		}
	}
}

// learns returns the trigger that an event is learned as. Only a preset is learned for a program, and the choice of a bank, which
// keyboards send before the program, is then passed over.
func (t Target) learns(e jam.Event) (Trigger, bool) {
	trigger, ok := triggerOf(e)
	preset := t.preset != ""
	bank := trigger.kind == controller && (trigger.number == 0 || trigger.number == 32)
	return trigger, ok && (trigger.kind != program || preset) && !(bank && preset)
}

// A listener gets the events that can be triggers of its target.
type listener struct {
	target Target
	events *jam.Queue[jam.Event]
	end    context.CancelCauseFunc
}

// Listen waits for the next event at a [Surface] of these bindings that can be a trigger of a target, and calls heard with that
// trigger. Until heard returns, such events belong neither to the melody nor to what they trigger now. Listen returns the error of
// heard, ErrNothing when ctx ends, and ErrReplaced when another Listen begins: the player has turned to another setting.
func (b *Bindings) Listen(ctx context.Context, text string, heard func(Trigger) error) error {
	target, err := ParseTarget(text)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	l := &listener{target, jam.NewQueue[jam.Event](QueueLength), end}
	if before := b.listening.Swap(l); before != nil {
		before.end(ErrReplaced)
	}
	defer b.listening.CompareAndSwap(l, nil)
	t, err := Next(ctx, l.events, target)
	switch {
	case errors.Is(context.Cause(ctx), ErrReplaced):
		return ErrReplaced
	case err != nil:
		return err
	}
	return heard(t)
}

// learns reports whether an event is heard by a Listen.
func (b *Bindings) learns(e jam.Event) bool {
	l := b.listening.Load()
	if l == nil {
		return false
	}
	_, ok := l.target.learns(e)
	if ok {
		l.events.TrySend(e)
	}
	return ok
}
