package live

import (
	"context"
	"slices"
)

// watchPorts tells the pages of ports that have come or gone, and calls told for keyboards that have come and that nobody hears,
// until ctx ends. told may be nil.
func (h *Host) watchPorts(ctx context.Context, told func(name string, heard bool)) {
	if told == nil {
		h.ports.Watch(ctx, h.server.Watched, func() { h.server.Changed(0) })
		return
	}
	var come arrivals
	if ins, err := h.ports.Inputs(); err == nil {
		come.since(ins)
	}
	h.ports.Watch(ctx, func() bool { return true }, func() {
		h.server.Changed(0)
		ins, err := h.ports.Inputs()
		if err != nil {
			return
		}
		for _, name := range come.since(ins) {
			if h.hearsNobody() {
				told(name, false)
			}
		}
	})
}

// hearsNobody reports whether a jam hears only its page, and no page is open. A page hears keyboards by itself.
func (h *Host) hearsNobody() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.jam != nil && h.jam.input != nil && h.jam.input.chosen() == Page && !h.server.Watched()
}

// arrivals are the input ports that are there, by name.
type arrivals []string

// since takes the ports that are there now, and returns the keyboards that were not there the last time.
func (a *arrivals) since(now []string) (come []string) {
	for _, name := range now {
		if !slices.Contains(*a, name) && !isLoopBack(name) {
			come = append(come, name)
		}
	}
	*a = now
	return come
}
