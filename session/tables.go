package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"jamd/jam"
)

// Tables are the rows of one or more sessions.
type Tables struct {
	Sessions  []JamRow
	Frames    []FrameRow
	Notes     []NoteRow
	Decisions []DecisionRow
}

// maxRows is the largest number of frames in a session that can be exported: six days at 120 BPM.
const maxRows = 1 << 22

// Tables returns the rows of the session, without unreadable lines.
func (r *Record) Tables() (Tables, error) {
	t := tabling{record: r, reports: map[int64]jam.FrameReport{}, when: map[int64]time.Duration{}, remarks: map[int64][]string{}}
	made := newLoggedTake(&r.Manifest)
	for entry, err := range r.Entries() {
		if err != nil {
			return Tables{}, err
		}
		made.add(entry)
		switch e := entry.(type) {
		case jam.FrameReport:
			if n := len(t.order); n > 0 && e.Frame <= t.order[n-1] {
				continue // a second report of the frame
			}
			t.order = append(t.order, e.Frame)
			t.reports[e.Frame], t.when[e.Frame] = e, e.Line
		case jam.Passed:
			t.when[e.Frame] = e.Line
		case jam.Input:
			t.heard = append(t.heard, e)
		case Remark:
			t.remarks[e.Frame] = append(t.remarks[e.Frame], e.Text)
		}
	}
	take := made.take()
	if take.Frames > maxRows {
		return Tables{}, fmt.Errorf("session %s: its log has %d frames, and a table at most %d", r.ID, take.Frames, maxRows)
	}
	t.lines = newTimeline(t.when, take)
	return Tables{
		Sessions: []JamRow{r.sessionRow()}, Frames: t.frames(take), Notes: t.notes(take), Decisions: t.decisions(),
	}, nil
}

// A tabling makes the rows of a session.
type tabling struct {
	record  *Record
	order   []int64 // frames of the reports, in the order of the log
	reports map[int64]jam.FrameReport
	when    map[int64]time.Duration // the lines of the frames that the log has
	heard   []jam.Input
	remarks map[int64][]string // by frame
	lines   timeline
}

func (r *Record) sessionRow() JamRow {
	m, s, n, b := r.Shown(), r.Manifest.Settings, r.Notes, r.Brief()
	trial := cmp.Or(m.Trial, &Trial{})
	meter, _ := s.Meter.MarshalText() // as recordings have it, and 5/4=5 is no time signature
	return JamRow{
		Session: r.ID, Start: m.Start, Name: some(n.Name), Tags: some(strings.Join(n.Tags, " ")), Title: some(m.Title),
		Policy: m.Policy.Name, SHA256: m.Policy.SHA256, Agent: some(b.Agent), Provider: m.Provider, Version: m.Version,
		Input: some(m.Ports.In), Output: some(m.Ports.Out), Tempo: s.Tempo, Meter: string(meter), Listen: int32(s.Listen),
		ChordGrid: s.ChordGrid.String(), Temperature: s.Temperature, TopP: s.TopP, Seed: s.Seed, Length: micros(b.Length()),
		Frames: b.Frames, Chords: b.Chords, Misses: b.Misses, Skipped: b.Skipped, Ended: b.Ended, Offline: b.Offline,
		Adaptation: some(int32(n.Rating.Adaptation)), Control: some(int32(n.Rating.Control)), Enjoyment: some(int32(n.Rating.Enjoyment)),
		Comment: some(n.Rating.Comment), Blind: b.Blind, Participant: some(trial.Participant), Number: some(int32(trial.Number)),
		Jam: some(int32(trial.Jam)), Of: some(int32(trial.Of)), TooShort: b.TooShort,
	}
}

// some returns a pointer to a value, or nil for the zero value, which is null in a table.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// frames makes the rows of the take's frames.
func (t *tabling) frames(take jam.Take) []FrameRow {
	rows := make([]FrameRow, take.Frames)
	bar, policy, tempo := take.BarAt(0), t.record.Manifest.Policy.Name, take.Tempo
	for i := range rows {
		frame := int64(i)
		if frame >= bar.End {
			bar = take.BarAt(frame)
		}
		for len(tempo) > 1 && tempo[1].Frame <= frame {
			tempo = tempo[1:]
		}
		report, played := t.reports[frame]
		policy = cmp.Or(report.Policy, policy)
		rows[i] = FrameRow{
			Session: t.record.ID, Frame: frame, At: micros(t.lines.at(frame)),
			Bar: bar.Number + 1, Beat: (frame-bar.Frame)/bar.Meter.Beat() + 1, Sixteenth: (frame-bar.Frame)%bar.Meter.Beat() + 1,
			Tempo: cmp.Or(report.Tempo, tempo[0].BPM), Policy: t.record.shownPolicy(policy),
			Played: played, Listening: report.Listening, Missed: report.Missed,
		}
	}
	for _, n := range take.Melody {
		for i := range n.Duration {
			row, pitch := &rows[n.Frame+i], int32(n.Pitch)
			row.Melody, row.MelodyBegan = &pitch, i == 0
		}
	}
	for _, c := range take.Chords {
		chord, err := jam.ParseChord(c.Symbol)
		root, quality := int32(chord.Root), jam.Qualities[chord.Quality].Symbol
		for i := range c.Duration {
			row := &rows[c.Frame+i]
			row.Chord, row.ChordBegan = &c.Symbol, i == 0
			if err == nil {
				row.Root, row.Quality = &root, &quality
			}
			if row.Melody != nil {
				in := err == nil && chord.Has(uint8(*row.Melody))
				row.NoteInChord = &in
			}
		}
	}
	return rows
}

// notes makes the rows of the notes: those that the player played, and those that sounded on the grid, each in order.
func (t *tabling) notes(take jam.Take) []NoteRow {
	rows := t.played()
	for _, part := range []struct {
		name  string
		notes []jam.TakeNote
	}{{melodyPart, take.Melody}, {chordPart, sounded(take)}, {bassPart, take.Bass}} {
		for _, n := range part.notes {
			at := t.lines.at(n.Frame)
			length := micros(t.lines.at(n.Frame+n.Duration) - at)
			rows = append(rows, NoteRow{Session: t.record.ID, Part: part.name, At: micros(at), Length: &length,
				Pitch: int32(n.Pitch), Velocity: int32(n.Velocity), Frame: n.Frame, Frames: &n.Duration})
		}
	}
	return rows
}

// sounded returns the notes of the chords. If the session does not have them as the style played them, the chords are held.
func sounded(take jam.Take) []jam.TakeNote {
	if len(take.Upper)+len(take.Bass) > 0 {
		return take.Upper
	}
	var notes []jam.TakeNote
	for _, c := range take.Chords {
		for _, pitch := range c.Pitches {
			notes = append(notes, jam.TakeNote{Frame: c.Frame, Pitch: pitch, Duration: c.Duration})
		}
	}
	return notes
}

// played makes the rows of the player's notes. A note on for a key that is held ends the earlier note.
func (t *tabling) played() []NoteRow {
	var rows []NoteRow
	type key struct{ channel, pitch uint8 }
	type hold struct {
		row   int
		since time.Duration
	}
	held := map[key]hold{}
	for _, h := range t.heard {
		kind, channel := h.Status&0xF0, h.Status&0x0F+1
		if kind != 0x80 && kind != 0x90 {
			continue
		}
		key := key{channel, h.Data1}
		if of, on := held[key]; on {
			length := micros(h.At - of.since)
			rows[of.row].Length = &length
			delete(held, key)
		}
		if kind == 0x80 || h.Data2 == 0 {
			continue
		}
		held[key] = hold{len(rows), h.At}
		frame, on := t.lines.nearest(h.At), int32(channel)
		rows = append(rows, NoteRow{Session: t.record.ID, Part: playerPart, At: micros(h.At), Pitch: int32(h.Data1), Velocity: int32(h.Data2),
			Channel: &on, Frame: frame, Offset: micros(h.At - t.lines.at(frame))})
	}
	slices.SortStableFunc(rows, func(a, b NoteRow) int { return cmp.Compare(a.At, b.At) })
	return rows
}

func (t *tabling) decisions() []DecisionRow {
	rows := make([]DecisionRow, 0, len(t.order))
	policy := t.record.Manifest.Policy.Name
	for _, frame := range t.order {
		r := t.reports[frame]
		policy = cmp.Or(r.Policy, policy)
		row := DecisionRow{
			Session: t.record.ID, Frame: r.Frame, At: micros(r.Line), Policy: t.record.shownPolicy(policy), HeardBegan: r.Melody.IsOnset(),
			Chosen: int32(r.Chosen), Sounded: int32(r.Sounded), Symbol: r.Symbol, Prob: r.Prob,
			Began: r.Began, Listening: r.Listening, Missed: r.Missed, Held: r.Held, Skipped: r.Skipped,
			Rung: cmp.Or(rungs[min(int(r.Rung), len(rungs)-1)], "full"), Faster: r.Faster, Arrival: micros(r.Arrival), Lead: micros(r.Lead),
			Step: micros(r.Step), Voice: micros(r.Voice), Late: micros(r.Late), Send: micros(r.Send), Age: micros(r.Age),
			Remark: some(strings.Join(t.remarks[frame], "; ")),
		}
		if pitch, sounds := r.Melody.Pitch(); sounds {
			heard := int32(pitch)
			row.Heard = &heard
		}
		rows = append(rows, row)
	}
	return rows
}
