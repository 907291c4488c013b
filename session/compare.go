package session

import (
	"context"

	"jamd/jam"
)

// A Comparison is the result of comparing a replay with its jam.
type Comparison struct {
	Frames     int64     // frames compared
	Unknown    int64     // frames whose report is lost, and frames in which the machine was stopped
	MaxApart   float32   // largest difference between the probabilities of the same choice
	Difference *Replayed // the first frame that differs, where the comparison ends; nil if there is none
	Gone       int       // lines that could not be read
}

// Compare replays the jam with its misses and compares each frame, up to the first that differs. load is as in
// [Replaying].
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
			c.Difference = &frame
			return c, nil
		}
		c.MaxApart = max(c.MaxApart, frame.Logged.Prob-frame.Report.Prob, frame.Report.Prob-frame.Logged.Prob)
	}
	return c, nil
}
