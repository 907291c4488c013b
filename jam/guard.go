package jam

import "time"

// A Rung says how much of the policy is played. The guard goes down the rungs if the policy is too slow for the grid.
type Rung uint8

// The rungs, from the top.
const (
	RungFull   Rung = iota // the policy plays
	RungFaster             // its faster variant plays
	RungHold               // the chord is held
)

// String returns the rung's name: full, faster or hold.
func (r Rung) String() string {
	switch r {
	case RungFull:
		return "full"
	case RungFaster:
		return "faster"
	case RungHold:
		return "hold"
	}
	return "unknown"
}

// Orders say how the next frame is played.
type Orders struct {
	Lead time.Duration // how long before the line the loop wakes
	Rung Rung
}

// A Guard keeps a jam on the grid: it orders how each frame is played and sees how it went. The loop calls it on its own
// goroutine. It neither blocks nor allocates.
type Guard interface {
	// Orders returns the orders for the next frame, whose length is given.
	Orders(frame time.Duration) Orders
	// Saw tells the guard how a frame went.
	Saw(r *FrameReport)
	// PolicyChanged tells the guard that a policy which was set in mid-jam is active from now on. It has no faster variant.
	PolicyChanged()
}
