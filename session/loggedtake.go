package session

import (
	"cmp"

	"jamd/jam"
)

// Take makes the take of the jam from the log, without unreadable lines.
func (r *Record) Take() (jam.Take, error) {
	take := newLoggedTake(&r.Manifest)
	for entry, err := range r.Entries() {
		if err != nil {
			return jam.Take{}, err
		}
		take.add(entry)
	}
	return take.take(), nil
}

// NamedTake is Take, under the name that the player has given the session, if there is one.
func (r *Record) NamedTake() (jam.Take, error) {
	take, err := r.Take()
	take.Name = cmp.Or(r.Notes.Name, take.Name)
	return take, err
}

// A loggedTake builds a take from the entries of a log, while they are written or when they are read.
type loggedTake struct {
	builder *jam.TakeBuilder
	tempo   []jam.TempoChange
	meters  []jam.MeterChange
	last    jam.MelodyToken

	followed bool         // the jam followed its player, so that its lines give the tempi
	lines    *playedLines // of a jam that may have followed its player; else nil
}

func newLoggedTake(m *Manifest) *loggedTake {
	t := &loggedTake{
		builder: jam.NewTakeBuilder(cmp.Or(m.Title, "jam"), nil, m.Settings.Meter),
		tempo:   []jam.TempoChange{{BPM: m.Settings.Tempo}}, last: jam.Silence,
		followed: m.Followed,
	}
	if m.Followed {
		t.lines = &playedLines{}
	}
	return t
}

// add adds the next entry.
func (t *loggedTake) add(entry Entry) {
	switch e := entry.(type) {
	case jam.FrameReport:
		t.builder.Add(e)
		t.lines.add(e.Frame, e.Line)
	case jam.Passed:
		t.builder.AddPassed(e)
		t.lines.add(e.Frame, e.Line)
	case jam.Moved:
		t.lines.begin(e.Segment)
		t.tempo = changed(t.tempo, e.Segment)
	case jam.MeterChange:
		if n := len(t.meters); n == 0 || e.Frame > t.meters[n-1].Frame {
			t.meters = append(t.meters, e)
		}
	case End:
		t.last = e.Melody
	}
}

func (t *loggedTake) take() jam.Take {
	take := t.builder.Take(t.last)
	take.Tempo, take.Meters = t.tempo, t.meters
	if tempo := t.lines.tempo(); t.followed && tempo != nil {
		take.Tempo, take.Played = tempo, true
	}
	return take
}

// changed adds a segment of the grid to the tempi.
func changed(tempo []jam.TempoChange, s jam.Segment) []jam.TempoChange {
	for len(tempo) > 0 && tempo[len(tempo)-1].Frame >= s.Frame {
		tempo = tempo[:len(tempo)-1]
	}
	if len(tempo) > 0 && tempo[len(tempo)-1].BPM == s.BPM {
		return tempo
	}
	return append(tempo, jam.TempoChange{Frame: s.Frame, BPM: s.BPM})
}
