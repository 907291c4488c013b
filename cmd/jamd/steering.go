package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"jamd/jam"
	"jamd/model"
)

// appliedLength is room for what happens in a jam while nobody looks.
const appliedLength = 1024

// errUnknownSetting says that there is nothing of that name to be set.
var errUnknownSetting = errors.New("there is no such setting")

// A steering is how a live jam is set while it goes on, whoever asks: a page, jamd ctl, a controller. It may be used from
// any goroutine.
type steering struct {
	live     *live
	controls *jam.Controls
	entries  *jam.Reader // for the controls that hold
	running  sync.WaitGroup

	mu       sync.Mutex
	settings jam.Settings // in force
	policy   string       // that plays
	asked    string       // that is to play as soon as it can, in the next jam where this one ends before; "" where it does
}

func newSteering(l *live) *steering {
	s := &steering{
		live: l, controls: jam.NewControls(), entries: jam.NewReader(appliedLength),
		settings: l.config.Settings, policy: l.policy.Metadata().Name,
	}
	l.config.Controls, l.config.Readers = s.controls, append(l.config.Readers, s.entries)
	return s
}

// follow keeps what is in force, and tells of each control that holds, until stop.
func (s *steering) follow(told func(jam.Applied)) {
	s.running.Go(func() {
		for e := range s.entries.C() {
			a := e.Applied
			if e.Kind != jam.EntryApplied {
				continue
			}
			s.mu.Lock()
			if a.Param == jam.ParamPolicy {
				if s.policy = a.Text; s.asked == a.Text {
					s.asked = ""
				}
			} else {
				_ = s.settings.Set(a.Control) // the engine has taken it
			}
			s.mu.Unlock()
			told(a)
		}
	})
}

// stop ends follow, after the loop's end. What is asked for from then on is for the next jam.
func (s *steering) stop() {
	release(s.controls.Close()) // asked for after the loop's end
	s.entries.Close()
	s.running.Wait()
}

// inForce are the settings and the policy at this moment.
func (s *steering) inForce() (jam.Settings, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings, s.policy
}

// Settings are those in force at this moment.
func (s *steering) Settings() jam.Settings {
	settings, _ := s.inForce()
	return settings
}

// wanted is the policy that plays, or that is to play as soon as it can.
func (s *steering) wanted() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cmp.Or(s.asked, s.policy)
}

// set asks for a setting by its name and value as users write them. It holds from the next frame on, a policy when it has
// caught up. The error is the asker's.
func (s *steering) set(name, value string) error {
	if _, err := jam.ParseParam(name); err != nil {
		return fmt.Errorf("%q: %w", name, errUnknownSetting)
	}
	c, err := jam.ParseControl(name, value)
	if err != nil {
		return err
	}
	return s.Ask(c)
}

// Ask asks for a control. Of policies it takes the names of those that come with jamd: whoever asks may be a page, which is
// not to read files.
func (s *steering) Ask(c jam.Control) error {
	if c.At == 0 { // a tap of the player's has the time of its arrival
		c.At = s.live.clock.Now()
	}
	if err := s.allowed(c); err != nil {
		return err
	}
	if c.Param == jam.ParamPolicy {
		return s.askPolicy(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.controls.Ask(c)
	_ = s.settings.Set(c) // a jam that waits for its first note tells of it only then
	return nil
}

// askPolicy brings the policy that a control names, which takes a moment: where the jam is over by then, it is the next one's.
func (s *steering) askPolicy(c jam.Control) error {
	if s.live.blind != nil {
		return errors.New("policy: " + blindRefusal)
	}
	if names := policyNames(); !slices.Contains(names, c.Text) {
		return fmt.Errorf("policy %q: must be one of %v", c.Text, names)
	}
	before := s.expect(c.Text)
	policy, _, err := s.live.flags.Music.warmPlayer(s.live.to, c.Text, model.Chords)
	if err != nil {
		s.expect(before)
		return err
	}
	c.Policy = policy
	s.mu.Lock()
	defer s.mu.Unlock()
	release(s.controls.Ask(c)) // one that this one takes the place of, or, where the jam is over, this one: the next jam opens its own
	return nil
}

// release closes a policy that no loop takes, if there is one.
func release(p jam.Policy) {
	if p, ok := p.(*model.Policy); ok {
		_ = p.Close()
	}
}

// expect notes the policy that is to play, and gives the one that was to before.
func (s *steering) expect(policy string) (before string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, s.asked = s.asked, policy
	return before
}

// allowed returns an error for what the engine would refuse, and for what this jam cannot have.
func (s *steering) allowed(c jam.Control) error {
	settings, _ := s.inForce()
	switch c.Param {
	case jam.ParamPolicy, jam.ParamPanic, jam.ParamTap:
		return nil
	case jam.ParamTranspose, jam.ParamSplit:
		if s.live.agent {
			return errors.New("an agent plays: its melody is neither split nor transposed")
		}
	}
	return settings.Set(c)
}

// policyNames are the chord policies that come with jamd.
func policyNames() []string { return model.Names(model.Chords) }
