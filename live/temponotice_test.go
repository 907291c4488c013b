package live

import (
	"testing"

	"jamd/jam"
)

func TestTempoNotice(t *testing.T) {
	for _, c := range []struct {
		name     string
		bpm      float64
		state    jam.FollowState
		notes    int
		wantTold int
	}{
		{"at the counted tempo", 120, jam.Following, 100, 0},
		{"a little beside it", 123, jam.Following, 100, 0},
		{"at another", 96, jam.Following, 100, 1},
		{"at another, for a moment", 96, jam.Following, 15, 0},
		{"twice as fast", 240, jam.Following, 100, 0},
		{"nearly twice as fast", 228, jam.Following, 100, 1},
		{"in doubt", 96, jam.HoldingTempo, 100, 0},
	} {
		var n tempoNotice
		told := 0
		for range c.notes {
			if n.due(jam.PlayerTime{BPM: c.bpm, State: c.state}, 120) {
				told++
			}
		}
		if told != c.wantTold {
			t.Errorf("%s: told %d times, want %d", c.name, told, c.wantTold)
		}
	}
}
