package jam

import (
	"context"
	"math"
	"time"
)

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
	Even    bool        // the tune does not swing by itself, so it swings with the jam
}

// Run plays the tune to its end, or until the jam is over or ctx ends.
func (p *Performer) Run(ctx context.Context) {
	e, ok := p.Entries.await(ctx, EntryMoved)
	if !ok {
		return
	}
	t := loopTime{grid: unplacedGrid()}
	_ = t.grid.Move(e.Moved.Segment)
	defer context.AfterFunc(ctx, p.Clock.Wake)()
	p.Entries.wakeOn(p.Clock)
	for _, cue := range p.Cues {
		t.update(p.Entries)
		for p.Clock.Now() < p.due(&t, cue) {
			if p.Clock.Wait(p.due(&t, cue)); ctx.Err() != nil {
				return
			}
			t.update(p.Entries)
		}
		p.Play(Event{At: p.due(&t, cue), Status: cue.Status, Data1: cue.Data1, Data2: cue.Data2})
	}
}

// due returns when a cue is to be played, as far as is known now. How late a swung frame sounds is known once the loop has
// decided on the frame before it, which is before the even line.
func (p *Performer) due(t *loopTime, cue Cue) time.Duration {
	if p.Even {
		return t.at(cue.Position)
	}
	return t.grid.At(cue.Position)
}

// A loopTime is what a performer knows of the loop's time.
type loopTime struct {
	grid  *Grid
	frame int64
	late  [3]float64 // how much later than evenly that frame and the two after it sound, in frames
}

// at returns when a position of the tune sounds. Between two frames that swing, time is stretched evenly.
func (t *loopTime) at(position float64) time.Duration {
	whole := math.Floor(position)
	i := int64(whole) - t.frame
	if i < 0 || i > 1 || t.late[i] == 0 && t.late[i+1] == 0 {
		return t.grid.At(position)
	}
	return t.grid.At(position + t.late[i] + (position-whole)*(t.late[i+1]-t.late[i]))
}

// update takes what the loop has told: where its grid is, and when its next frames sound.
func (t *loopTime) update(entries *Reader) {
	for n := len(entries.C()); n > 0; n-- {
		e, open := <-entries.C()
		switch {
		case !open:
			return
		case e.Kind == EntryMoved:
			_ = t.grid.Move(e.Moved.Segment) // the loop's grid accepted its tempo
		case e.Kind == EntryReport:
			r := &e.Report
			t.frame, t.late[0] = r.Frame, float64(r.Swung)
			for i, next := range r.Next {
				line := t.grid.Line(r.Frame + 1 + int64(i))
				t.late[i+1] = float64(next-line) / float64(t.grid.Line(r.Frame+2+int64(i))-line)
			}
		}
	}
}

// unplacedGrid makes a grid that will be moved to where a loop's grid is.
func unplacedGrid() *Grid {
	g, _ := NewGrid(0, MinTempo)
	return g
}
