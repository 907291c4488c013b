package live

import (
	"slices"
	"sync"
	"time"

	"jamd/ui"
)

const (
	remembered = 64          // steps
	oneMove    = time.Second // changes of a setting that follow each other so fast are one: those of a slider
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
}

// add stores a step. It returns false if there is nothing to undo in it, or if the last step was the same move of a slider.
func (h *history) add(s step) bool {
	if len(s.before) == 0 {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.steps); n > 0 {
		last := &h.steps[n-1]
		if last.jam == s.jam && s.at-last.at < oneMove && len(last.before) == 1 && len(s.before) == 1 && last.before[0].Name == s.before[0].Name {
			last.at = s.at
			return false
		}
	}
	if h.steps = append(h.steps, s); len(h.steps) > remembered {
		h.steps = slices.Delete(h.steps, 0, 1)
	}
	return true
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
