package live

import (
	"slices"
	"sync"
	"time"

	"jamd/ui"
)

const (
	remembered = 64          // steps
	oneMove    = time.Second // changes of a number that follow each other so fast are one: the move of a slider
)

// A history has the changes of settings that can be undone, the newest last. It is safe for concurrent use.
type history struct {
	mu    sync.Mutex
	steps []step
}

// A step is what one undo takes back: settings with their values before. at is when they changed, on the clock of that jam.
type step struct {
	jam    *Jam
	at     time.Duration
	before []ui.NamedValue
	slides bool   // one number has changed, as by a slider
	now    string // of a step that slides: the value after it
}

// add stores a step. A step that continues the last one, as part of one move of a slider, is joined to it; if the slider is
// then back where the move began, the joined step is dropped. add returns false if what can be undone is still the same: the
// step has no changes, or was joined.
func (h *history) add(s step) bool {
	if len(s.before) == 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.steps); n > 0 {
		last := &h.steps[n-1]
		if last.goesOn(&s) {
			if last.before[0].Value == s.now {
				h.steps = h.steps[:n-1]
				return true
			}
			last.at, last.now = s.at, s.now
			return false
		}
	}
	if h.steps = append(h.steps, s); len(h.steps) > remembered {
		h.steps = slices.Delete(h.steps, 0, 1)
	}
	return true
}

// goesOn reports whether next is part of the same move of a slider. It must begin with the value that the move has reached;
// otherwise something else, such as a controller, has moved the setting in between.
func (s *step) goesOn(next *step) bool {
	if !s.slides || !next.slides || s.jam != next.jam || next.at-s.at >= oneMove {
		return false
	}
	return s.before[0].Name == next.before[0].Name && s.now == next.before[0].Value
}

// take removes the newest step and returns it.
func (h *history) take() (s step, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := len(h.steps)
	if n == 0 {
		return step{}, false
	}
	s, h.steps = h.steps[n-1], h.steps[:n-1]
	return s, true
}

// names returns the settings of the newest step.
func (h *history) names() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	names := []string{}
	if n := len(h.steps); n > 0 {
		for _, v := range h.steps[n-1].before {
			names = append(names, v.Name)
		}
	}
	return names
}
