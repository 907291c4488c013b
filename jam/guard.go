package jam

import "time"

// A Rung says how much of the policy is played. If the policy is too slow for the grid, the guard goes down the rungs.
type Rung uint8

// The rungs, from the top down.
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

// Orders say how to play the next frame.
type Orders struct {
	Lead time.Duration // how long before the line the loop wakes
	Rung Rung
}

// A Guard keeps a jam on time: it orders how to play each frame, and sees how the frame went. The loop calls it on its own
// goroutine. A Guard neither blocks nor allocates.
type Guard interface {
	// Orders returns the orders for the next frame. frame is the length of that frame.
	Orders(frame time.Duration) Orders
	// Saw tells the guard how a frame went.
	Saw(r *FrameReport)
	// PolicyChanged tells the guard that another policy, which the player chose during the jam, is active from now on. It has no
	// faster variant.
	PolicyChanged()
}
