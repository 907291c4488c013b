package jam

import "time"

// A Rung is how much of itself a jam gives up to stay on the grid.
type Rung uint8

// The rungs of the ladder, from the top.
const (
	RungFull   Rung = iota // the policy plays
	RungFaster             // its faster variant plays
	RungHold               // the chord is held
)

// String is the rung's name: full, faster or hold.
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

// Orders say how the next frame is to be played.
type Orders struct {
	Lead time.Duration // how long before the line to wake
	Rung Rung
}

// A Guard keeps a jam on the grid: it sees how each frame went, and orders the next. It is the loop's own, called on its
// goroutine; it neither blocks nor allocates.
type Guard interface {
	// Orders are those of the next frame, whose length is given.
	Orders(frame time.Duration) Orders
	// Saw tells how a frame went.
	Saw(r *FrameReport)
	// PolicyChanged tells that a policy that was set in mid-jam plays from now on. It has no faster variant.
	PolicyChanged()
}
