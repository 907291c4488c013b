// Package learn is MIDI learn: MIDI controllers, keys and programs change the settings of a jam.
//
// A [Trigger] is a controller, a key or a program; a [Target] is what it changes. [Bindings] say which trigger changes what, and may
// change at any time. A [Surface] takes the events of all triggers out of the melody and turns them into controls of the jam.
package learn

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"jamd/jam"
)

// QueueLength is enough if all controllers of a surface move at once.
const QueueLength = 256

// A Steerer is a jam whose settings can be changed.
type Steerer interface {
	// Ask asks for a control. It may block, for example to load a policy.
	Ask(jam.Control) error
	Settings() jam.Settings
	// Preset changes to the settings of a preset. It may block.
	Preset(name string) error
}

// A Surface is the player's control surface in one jam.
type Surface struct {
	bindings *Bindings
	taken    [16][2]atomic.Uint64 // by channel and bit, the keys that were taken out of the melody when they were struck
	moves    *jam.Queue[move]
	closed   chan struct{} // closing it ends Steer; moves stays open, because a page may play until the very end
	running  sync.WaitGroup
}

// A move is one event of a trigger.
type move struct {
	target *Target
	by     kind
	event  jam.Event
}

// NewSurface makes a surface whose triggers are those of the bindings at each moment.
func NewSurface(b *Bindings) *Surface {
	return &Surface{bindings: b, moves: jam.NewQueue[move](QueueLength), closed: make(chan struct{})}
}

// Handle takes an event from the player. It reports whether the event belongs to a trigger, or is being learned as one, and so not to
// the melody. The release of a key belongs to what its stroke belonged to, so that a key that is learned or forgotten while it is held ends
// its note. Handle never blocks and is safe for concurrent use, also on the driver's thread. After Close, triggers change nothing.
func (s *Surface) Handle(e jam.Event) bool {
	var by kind
	switch e.Status & 0xF0 {
	case noteOn, noteOff:
		by = key
	case controlChange:
		by = controller
	case programChange:
		by = program
	default:
		return false
	}
	channel, number := e.Status&0x0F, e.Data1&0x7F
	taken, bit := &s.taken[channel][number/64], uint64(1)<<(number%64)
	if by == key {
		before := taken.And(^bit)
		if e.Status&0xF0 == noteOff || e.Data2 == 0 { // releasing a key changes nothing
			return before&bit != 0
		}
	}
	learns := s.bindings.learns(e)
	target := s.bindings.table.Load().of[by][channel][number]
	if !learns && target == nil {
		return false
	}
	if by == key {
		taken.Or(bit)
	}
	if !learns {
		s.moves.TrySend(move{target, by, e})
	}
	return true
}

// ErrLoading is the error of a trigger that asks for a policy or a preset while others are still being loaded.
var ErrLoading = errors.New("a policy or preset before it is still being loaded: try again")

// A PresetError says that a trigger has asked for a preset in vain.
type PresetError struct {
	Name string
	Err  error
}

func (e *PresetError) Error() string { return fmt.Sprintf("preset %s: %v", e.Name, e.Err) }
func (e *PresetError) Unwrap() error { return e.Err }

// Steer lets the surface change a jam until Close, without blocking. It calls warn with each error of to.
func (s *Surface) Steer(to Steerer, warn func(error)) {
	try := func(change func() error) {
		if err := change(); err != nil {
			warn(err)
		}
	}
	slow := make(chan func() error, 4)
	s.running.Go(func() { // loading a policy takes time, and no other control should wait for it
		for change := range slow {
			try(change)
		}
	})
	later := func(change func() error) (err error) {
		select {
		case slow <- change:
		default:
			err = ErrLoading
		}
		return err
	}
	s.running.Go(func() {
		defer close(slow)
		var down [16][128]bool // by channel and number: the controller is at 64 or more
		for m, ok := s.next(); ok; m, ok = s.next() {
			high := m.by != controller || m.event.Data2 >= 64
			before := &down[m.event.Status&0x0F][m.event.Data1&0x7F]
			pressed := high && (m.by != controller || !*before)
			if m.by == controller {
				*before = high
			}
			if preset := m.target.preset; preset != "" {
				change := func() error { return presetError(preset, to.Preset(preset)) }
				if pressed {
					try(func() error { return presetError(preset, later(change)) })
				}
				continue
			}
			c, ok := m.target.control(m.event, m.by, pressed, to)
			switch change := func() error { return to.Ask(c) }; {
			case !ok:
			case c.Param == jam.ParamPolicy:
				if err := later(change); err != nil {
					warn(fmt.Errorf("%v: %w", c, err))
				}
			default:
				try(change)
			}
		}
	})
}

func presetError(name string, err error) error {
	if err == nil {
		return nil
	}
	return &PresetError{name, err}
}

// next returns the next move. After Close it returns the moves that are left, and then false.
func (s *Surface) next() (m move, ok bool) {
	select {
	case m = <-s.moves.C():
		return m, true
	case <-s.closed:
	}
	select {
	case m = <-s.moves.C():
		return m, true
	default:
		return m, false
	}
}

// Close ends Steer after it has handled the moves that are left.
func (s *Surface) Close() {
	close(s.closed)
	s.running.Wait()
}
