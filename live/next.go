package live

import "sync"

// next holds what the player has chosen for the next jam. It lasts as long as the host and is safe for concurrent use.
type next struct {
	mu      sync.Mutex
	choices nextChoices
}

// nextChoices are the player's choices for the next jam.
type nextChoices struct {
	record bool // also holds for the current jam, until it ends
	clock  Clock
	listen int // number of beats in which jamd only listens
	blind  Blind
}

// get returns all choices.
func (n *next) get() nextChoices {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.choices
}

// change changes the choices and reports whether that changed one that only the next jam can use.
func (n *next) change(set func(*nextChoices)) (changed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.choices
	set(&n.choices)
	return before.clock != n.choices.clock || before.listen != n.choices.listen || !before.blind.same(n.choices.blind)
}
