package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"jamd/config"
	"jamd/ui"
)

// A setup is what of a jam lies outside its music, as pages and jamd ctl change it. It goes from jam to jam. It may be used
// from any goroutine.
type setup struct {
	config *config.Defaults // nil if nothing can be saved

	mu     sync.Mutex
	record bool              // the jam is kept
	clock  clockFlags        // of the next jam
	listen int               // beats, of the next jam
	blind  []string          // policies that the next jam is drawn from; nil for a jam that is not blind
	first  map[string]string // values with which jamd began, or that were saved since, by name; nil before the first jam
	saved  config.Value      // what undoSave takes back: the first value before
}

func newSetup(f *liveFlags, blind []string, defaults *config.Defaults) *setup {
	return &setup{config: defaults, record: f.Record, clock: f.Clock, listen: f.Music.Listen, blind: blind}
}

func (s *setup) recording() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record
}

// nextClock is the clock of the next jam.
func (s *setup) nextClock() clockFlags {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

// nextBlind are the policies that the next jam is drawn from; nil where it is not blind.
func (s *setup) nextBlind() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blind
}

// nextListen is how many beats the next jam listens.
func (s *setup) nextListen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listen
}

// begin notes the values with which jamd began, where this is its first jam.
func (s *setup) begin(j *pageJam) {
	params := j.Params()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first == nil {
		s.first = map[string]string{}
		for _, p := range params {
			s.first[p.Name] = p.Value
		}
	}
}

// withDefaults adds the default of each param that can be saved.
func (s *setup) withDefaults(params []ui.Param) []ui.Param {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range params {
		if value, ok := s.first[params[i].Name]; ok && s.config != nil && config.CanSave(params[i].Name) {
			params[i].Default = &value
		}
	}
	return params
}

// save saves the value of one of params in the configuration file.
func (s *setup) save(name string, params []ui.Param) (ui.Saved, error) {
	i := slices.IndexFunc(params, func(p ui.Param) bool { return p.Name == name })
	switch {
	case i < 0:
		return ui.Saved{}, refusal{fmt.Errorf("%q: %w", name, errUnknownSetting), ui.ErrUnknown}
	case params[i].Default == nil || params[i].Value == hiddenPolicy:
		return ui.Saved{}, refusal{fmt.Errorf("%s: cannot be saved as default", name), ui.ErrRefused}
	}
	p := params[i]
	values := []config.Value{{Name: p.Name, Value: p.Value}}
	if name == partClock || name == partClockIn { // one makes no sense without the other
		c := s.nextClock()
		c = c.inForce()
		values = []config.Value{{Name: partClockIn, Value: c.ClockIn}, {Name: partClock, Value: c.Clock}}
	}
	line, err := s.config.Save(values...)
	if err != nil {
		return ui.Saved{}, refusal{err, ui.ErrRefused}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved = config.Value{Name: name, Value: s.first[name]}
	s.first[name] = p.Value
	return ui.Saved{Line: line.Line, File: line.Path}, nil
}

// undoSave takes back the last save.
func (s *setup) undoSave() error {
	if s.config == nil {
		return refusal{errors.New("nothing was saved"), ui.ErrRefused}
	}
	if err := s.config.Undo(); err != nil {
		return refusal{err, ui.ErrRefused}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.first[s.saved.Name] = s.saved.Value
	return nil
}
