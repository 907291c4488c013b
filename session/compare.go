package session

import (
	"context"

	"jamd/jam"
)

// A Comparison tells how a replay went beside the jam.
type Comparison struct {
	Frames  int64     // compared
	Unknown int64     // frames whose report is lost, and those that the machine slept through
	Apart   float32   // the most that the probabilities of the same choice differ by
	Parting *Replayed // the first frame in which the replay does something else, which ends it; nil where there is none
	Gone    int       // lines that could not be read
}

// Compare plays the jam again with its own misses, and compares each frame, up to the first that differs. load is
// Replaying.Load.
func (r *Record) Compare(ctx context.Context, p jam.Policy, load func(Policy) (jam.Policy, error)) (Comparison, error) {
	var c Comparison
	for frame, err := range r.Replay(Replaying{Policy: p, Missed: true, Load: load}) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return c, err
		}
		c.Gone = frame.Gone
		if frame.Logged == nil {
			c.Unknown++
			continue
		}
		c.Frames++
		if !frame.Same() {
			c.Parting = &frame
			return c, nil
		}
		c.Apart = max(c.Apart, frame.Logged.Prob-frame.Report.Prob, frame.Report.Prob-frame.Logged.Prob)
	}
	return c, nil
}
