package jam

import "context"

// A Cue is a message of a tune and its position on the tune's grid, in frames.
type Cue struct {
	Position             float64
	Status, Data1, Data2 byte
}

// A Performer plays a tune into a jam as a player would: each message at its position on the loop's grid, wherever changes of
// tempo have moved it.
type Performer struct {
	Cues    []Cue       // in order
	Clock   Clock       // shows the loop's time; only the performer waits on it
	Entries *Reader     // from the loop
	Play    func(Event) // is called with each message, stamped with its time; must not block
}

// Run plays the tune to its end, or until the jam is over or ctx ends.
func (p *Performer) Run(ctx context.Context) {
	e, ok := p.Entries.await(ctx, EntryMoved)
	if !ok {
		return
	}
	grid := unplacedGrid()
	_ = grid.Move(e.Moved.Segment)
	defer context.AfterFunc(ctx, p.Clock.Wake)()
	p.Entries.wakeOn(p.Clock)
	for _, cue := range p.Cues {
		grid.update(p.Entries)
		for p.Clock.Now() < grid.At(cue.Position) {
			if p.Clock.Wait(grid.At(cue.Position)); ctx.Err() != nil {
				return
			}
			grid.update(p.Entries)
		}
		p.Play(Event{At: grid.At(cue.Position), Status: cue.Status, Data1: cue.Data1, Data2: cue.Data2})
	}
}

// unplacedGrid makes a grid that will be moved to where a loop's grid is.
func unplacedGrid() *Grid {
	g, _ := NewGrid(0, MinTempo)
	return g
}

// update moves the grid to where the loop's grid is, by the entries that have arrived. The loop's grid accepted their tempi, so
// this one does too.
func (g *Grid) update(entries *Reader) {
	for n := len(entries.C()); n > 0; n-- {
		e, open := <-entries.C()
		switch {
		case !open:
			return
		case e.Kind == EntryMoved:
			_ = g.Move(e.Moved.Segment)
		}
	}
}
