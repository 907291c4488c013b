package jam

import "context"

// A Cue is a message of a tune, at a position on its grid in frames.
type Cue struct {
	Position             float64
	Status, Data1, Data2 byte
}

// A Performer plays a tune into a jam as a player would: each message at its position on the loop's grid, wherever the
// tempo has moved it.
type Performer struct {
	Cues    []Cue       // in order
	Clock   Clock       // for the performer alone to wait on; it shows the loop's time
	Entries *Reader     // the loop's
	Play    func(Event) // takes each message, stamped with its time; it must not block
}

// Run plays the tune to its end, or until the jam is over or the context ends.
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
		grid.followAll(p.Entries)
		for p.Clock.Now() < grid.At(cue.Position) {
			if p.Clock.Wait(grid.At(cue.Position)); ctx.Err() != nil {
				return
			}
			grid.followAll(p.Entries)
		}
		p.Play(Event{At: grid.At(cue.Position), Status: cue.Status, Data1: cue.Data1, Data2: cue.Data2})
	}
}

// unplacedGrid is a grid that is to follow a loop's: where it is the loop's first segment says.
func unplacedGrid() *Grid {
	g, _ := NewGrid(0, MinTempo)
	return g
}

// followAll moves the grid to where a loop's is, as the entries that have arrived tell. The loop's grid took their tempi.
func (g *Grid) followAll(entries *Reader) {
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
