package learn

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Bindings say what each trigger changes. They can change while a [Surface] uses them, and are safe for concurrent use.
type Bindings struct {
	table     atomic.Pointer[table] // of targets; what the driver's thread reads
	listening atomic.Pointer[listener]

	mu      sync.Mutex
	targets map[Trigger]string
}

// A table has the target of each event, by kind, channel and number; nil for none.
type table struct {
	of [kinds][16][128]*Target
}

// NewBindings makes bindings from triggers and the texts of their targets. It returns an error if a target cannot be read.
func NewBindings(targets map[Trigger]string) (*Bindings, error) {
	b := &Bindings{targets: map[Trigger]string{}}
	maps.Copy(b.targets, targets)
	err := b.lay()
	return b, err
}

// All returns the text of each trigger's target.
func (b *Bindings) All() map[Trigger]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.targets)
}

// Bind lets a trigger change a target from now on, or nothing if target is "".
func (b *Bindings) Bind(t Trigger, target string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if target == "" {
		delete(b.targets, t)
		return b.lay()
	}
	if _, err := t.Target(target); err != nil {
		return err
	}
	b.targets[t] = target
	return b.lay()
}

// lay makes the table anew. A trigger with a channel takes precedence over one without. The caller holds b.mu, or has the only
// reference.
func (b *Bindings) lay() error {
	var all table
	for _, everyChannel := range []bool{true, false} {
		for t, text := range b.targets {
			if (t.channel == 0) != everyChannel {
				continue
			}
			target, err := t.Target(text)
			if err != nil {
				return err
			}
			for channel := range byte(16) {
				if t.channel == 0 || t.channel == channel+1 {
					all.of[t.kind][channel][t.number] = &target
				}
			}
		}
	}
	b.table.Store(&all)
	return nil
}
