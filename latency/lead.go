package latency

import (
	"math"
	"slices"
	"time"
)

const (
	// margin is for waking late: on two fully loaded cores a sleep of the Go runtime ends up to 15 ms late in 99 of 100
	// cases. To wake early costs nothing, as a frame is known half a step before the next line.
	margin = 15 * time.Millisecond
	// delivery is the time that a note stamped just before the middle of the step has to reach the loop.
	delivery = time.Millisecond
)

// Lead says how long before a frame's line the loop must wake so that the policy is done at the line:
//
//	lead = min(tail + 15 ms, step/2 - 1 ms), and not below 0
//
// where tail is the 99th percentile (nearest rank) of the policy's measured step times, the first half of which count as
// warming up and are left out, and step is the length of a frame. Steps of 6 ms and more get a lead of at least 2 ms.
// Before step/2 the loop must never wake: a note that is rounded to the line before it may still come.
func Lead(steps []time.Duration, step time.Duration) time.Duration {
	var tail time.Duration
	if warm := slices.Sorted(slices.Values(steps[len(steps)/2:])); len(warm) > 0 {
		tail = warm[int(math.Ceil(0.99*float64(len(warm))))-1]
	}
	return max(0, min(tail+margin, step/2-delivery))
}
