package live

import (
	"slices"
	"sync"
)

// next holds what the player has chosen for the next jam. It lasts from jam to jam and may be used from any goroutine.
type next struct {
	mu      sync.Mutex
	choices nextChoices
}

// nextChoices are the values of next.
type nextChoices struct {
	record bool // this jam too, until it ends
	clock  Clock
	listen int      // beats
	blind  []string // policies that the jam is drawn from; nil if it is not blind
}

// get returns all choices.
func (n *next) get() nextChoices {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.choices
}

// change changes choices and reports whether one of the next jam is different now.
func (n *next) change(set func(*nextChoices)) (changed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.choices
	set(&n.choices)
	return before.clock != n.choices.clock || before.listen != n.choices.listen || !slices.Equal(before.blind, n.choices.blind)
}
