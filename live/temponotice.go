package live

import (
	"context"
	"fmt"
	"math"

	"jamd/jam"
	"jamd/ui"
)

const (
	offTempo      = 0.04 // relative difference from the counted tempo from which the player is off tempo
	offTempoNotes = 16   // number of notes in a row at another tempo before the player is told
)

// A tempoNotice decides when to tell a player who plays at another tempo than the one that jamd counts.
type tempoNotice struct {
	notes int  // number of notes in a row at another tempo
	told  bool // the player is told only once
}

// due takes the player's time after a note, as the follower finds it, and the counted tempo in quarter notes a minute. It reports
// whether to tell the player now. Double and half the counted tempo count as the same.
func (n *tempoNotice) due(t jam.PlayerTime, counted float64) bool {
	octaves := math.Log2(t.BPM / counted)
	off := math.Exp2(math.Abs(octaves-math.Round(octaves))) - 1
	if t.State != jam.Following || off < offTempo {
		n.notes = 0
		return false
	}
	n.notes++
	if n.told || n.notes < offTempoNotes {
		return false
	}
	n.told = true
	return true
}

// watchTempo tells a player who plays at another tempo than the one that jamd counts, and offers to follow. Once the player is
// followed, watchTempo passes the player's time to the loop instead. It returns when ctx ends.
func (j *Jam) watchTempo(ctx context.Context) {
	var n tempoNotice
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-j.ear.Times().C():
			if j.follows() {
				j.later.TrySend(t)
			} else if counted := j.Settings().Tempo; n.due(t, counted) {
				text := fmt.Sprintf("You seem to play at %.0f, but I count %.0f: follow? ('jamd ctl set clock=follow')", t.BPM, counted)
				j.log.Info().Msg(text)
				j.notice(ui.Notice{
					Code: ui.NoticeTempo, Text: text,
					Args:  args{"played": fmt.Sprintf("%.0f", t.BPM), "counted": fmt.Sprintf("%.0f", counted)},
					Offer: &ui.Offer{Label: "Follow", Name: choiceClock, Value: j.followingClock()},
				})
			}
		}
	}
}
