// Package learn is MIDI learn: MIDI controllers, keys and programs change the settings of a jam.
//
// A [Trigger] is a controller, a key or a program; a [Target] is what it changes. A [Surface] holds all triggers of a player's control
// surface. It takes their events out of the melody and turns them into controls of the jam.
package learn

import (
	"errors"
	"fmt"
	"sync"

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

// A Surface is the player's control surface. A nil Surface has no triggers.
type Surface struct {
	of      [kinds][16][128]uint16 // by channel and number: 1 + the index into targets; 0 for none
	targets []Target
	moves   *jam.Queue[move]
	closed  chan struct{} // closing it ends Steer; moves stays open, because a page may play until the very end
	running sync.WaitGroup
}

// A move is one event of a trigger.
type move struct {
	target uint16
	by     kind
	event  jam.Event
}

// NewSurface makes a surface from triggers and the texts of their targets. A trigger with a channel takes precedence over one
// without. It returns nil if there are no triggers, and an error if a target cannot be read.
func NewSurface(learned map[Trigger]string) (*Surface, error) {
	if len(learned) == 0 {
		return nil, nil
	}
	s := &Surface{moves: jam.NewQueue[move](QueueLength), closed: make(chan struct{})}
	index := map[string]uint16{}
	for _, everyChannel := range []bool{true, false} {
		for t, text := range learned {
			if (t.channel == 0) != everyChannel {
				continue
			}
			target, err := t.Target(text)
			if err != nil {
				return nil, err
			}
			if index[text] == 0 {
				s.targets = append(s.targets, target)
				index[text] = uint16(len(s.targets))
			}
			s.set(t, index[text])
		}
	}
	return s, nil
}

func (s *Surface) set(t Trigger, target uint16) {
	for channel := range byte(16) {
		if t.channel == 0 || t.channel == channel+1 {
			s.of[t.kind][channel][t.number] = target
		}
	}
}

// Handle takes an event from the player. It reports whether the event belongs to a trigger, and so not to the melody. It never
// blocks and is safe for concurrent use, also on the driver's thread. After Close, triggers change nothing.
func (s *Surface) Handle(e jam.Event) bool {
	if s == nil {
		return false
	}
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
	target := s.of[by][e.Status&0x0F][e.Data1&0x7F]
	if target == 0 {
		return false
	}
	if by != key || e.Status&0xF0 == noteOn && e.Data2 > 0 { // releasing a key changes nothing
		s.moves.TrySend(move{target - 1, by, e})
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
	if s == nil {
		return
	}
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
			target := &s.targets[m.target]
			if preset := target.preset; preset != "" {
				change := func() error { return presetError(preset, to.Preset(preset)) }
				if pressed {
					try(func() error { return presetError(preset, later(change)) })
				}
				continue
			}
			c, ok := target.control(m.event, m.by, pressed, to)
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
	if s != nil {
		close(s.closed)
		s.running.Wait()
	}
}
