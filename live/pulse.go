package live

import (
	"sync/atomic"
	"time"

	"jamd/jam"
)

// A pulse is the clock of a loop. It counts how often the loop has waited on it, which costs the loop one atomic addition and
// makes it wait for nobody. To check that the loop still runs, wake it and see whether it has waited again.
type pulse struct {
	jam.Clock
	waits atomic.Uint64
	seen  uint64 // waits when alive last looked
}

func (p *pulse) Wait(until time.Duration) {
	p.Clock.Wait(until)
	p.waits.Add(1)
}

// alive reports whether the loop has waited since the last call, and makes it do so before the next one. One goroutine at a time
// may call it.
func (p *pulse) alive() bool {
	waits := p.waits.Load()
	moved := waits != p.seen
	p.seen = waits
	p.Wake()
	return moved
}

// Alive reports whether the loop of the jam that plays, or waits for its first note, has gone round since the last call. It is
// false between jams. It takes no lock, so that nothing on the way of a frame waits for it, nor it for a loop that hangs. One
// goroutine at a time may call it, with time between the calls for the loop to wake.
func (h *Host) Alive() bool {
	p := h.pulse.Load()
	return p != nil && p.alive()
}
