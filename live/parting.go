package live

import (
	"context"
	"fmt"
	"math"

	"jamd/jam"
)

const (
	apart      = 0.04 // share by which the player's tempo and the counted one part
	apartNotes = 16   // notes in a row, before the player is told
)

// A parting notices that the player has left the tempo that jamd counts.
type parting struct {
	notes int  // in a row at another tempo
	told  bool // once is enough
}

// hears takes what is believed of the player's time, and reports whether the player is to be told. Twice and half the tempo are
// the same beat, counted in another way.
func (p *parting) hears(t jam.PlayerTime, counted float64) bool {
	octaves := math.Log2(t.BPM / counted)
	off := math.Exp2(math.Abs(octaves-math.Round(octaves))) - 1
	if t.State != jam.Following || off < apart {
		p.notes = 0
		return false
	}
	p.notes++
	if p.told || p.notes < apartNotes {
		return false
	}
	p.told = true
	return true
}

// watchTempo tells a player who has left the tempo that jamd counts.
func (j *Jam) watchTempo(ctx context.Context) {
	var p parting
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-j.ear.Times().C():
			if counted := j.Settings().Tempo; p.hears(t, counted) {
				text := fmt.Sprintf("You seem to play at %.0f, I count %.0f: follow? (the clock 'follow', for the next jam)", t.BPM, counted)
				j.log.Info().Msg(text)
				j.notice(text)
			}
		}
	}
}
