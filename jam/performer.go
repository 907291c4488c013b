package jam

import (
	"context"
	"time"
)

// A Cue is a message of a tune, at a position on its grid in frames.
type Cue struct {
	Position             float64
	Status, Data1, Data2 byte
}

// A Performer plays a tune into a jam as a player would: each message at its position on the loop's grid, wherever the
// tempo has moved it.
type Performer struct {
	Cues     []Cue                // in order
	Tempo    float64              // the loop's, at the beginning
	Clock    Clock                // for the performer alone to wait on; it shows the loop's time
	Began    <-chan time.Duration // brings the time of frame 0
	Segments *Queue[Moved]        // the loop's, every new stretch of the grid
	Play     func(Event)          // takes each message, stamped with its time; it must not block
}

// Run plays the tune to its end, or until the context ends. The error is of the tempo.
func (p *Performer) Run(ctx context.Context) error {
	grid, err := NewGrid(0, p.Tempo)
	if err != nil {
		return err
	}
	select {
	case start := <-p.Began:
		grid.SetStart(start)
	case <-ctx.Done():
		return nil
	}
	defer context.AfterFunc(ctx, p.Clock.Wake)()
	p.Segments.Wakes(p.Clock)
	for _, cue := range p.Cues {
		grid.followAll(p.Segments)
		for p.Clock.Now() < grid.At(cue.Position) {
			if p.Clock.Wait(grid.At(cue.Position)); ctx.Err() != nil {
				return nil
			}
			grid.followAll(p.Segments)
		}
		p.Play(Event{At: grid.At(cue.Position), Status: cue.Status, Data1: cue.Data1, Data2: cue.Data2})
	}
	return nil
}

// followAll moves the grid to where the segments that have arrived say that another grid, which took them, is.
func (g *Grid) followAll(segments *Queue[Moved]) {
	for n := len(segments.C()); n > 0; n-- {
		s, open := <-segments.C()
		if !open {
			return
		}
		_ = g.Follow(s.Segment)
	}
}
