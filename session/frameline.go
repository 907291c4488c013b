package session

import (
	"errors"
	"fmt"
	"slices"

	"jamd/jam"
)

// A frameLine is the JSON object for a [jam.FrameReport].
type frameLine struct {
	head
	Frame     int64       `json:"frame"`
	At        float64     `json:"at_us"`
	Swung     float32     `json:"swung,omitempty"`
	Melody    int32       `json:"melody"`
	Chosen    int32       `json:"chosen"`
	Sounded   int32       `json:"sounded"`
	Symbol    string      `json:"symbol"`
	Pitches   []uint16    `json:"pitches"` // not bytes, because encoding/json writes bytes as base64
	Notes     []chordNote `json:"notes,omitempty"`
	Click     chordNote   `json:"click,omitempty"`
	Prob      float32     `json:"prob"`
	Velocity  uint8       `json:"velocity,omitempty"`
	Began     bool        `json:"began,omitempty"`
	Listening bool        `json:"listening,omitempty"`
	Missed    bool        `json:"missed,omitempty"`
	Held      bool        `json:"kept,omitempty"`
	Skipped   int64       `json:"skipped,omitempty"`
	Tempo     float64     `json:"tempo,omitempty"`
	Rung      string      `json:"rung,omitempty"`
	Policy    string      `json:"policy,omitempty"`
	Faster    bool        `json:"faster,omitempty"`
	Since     int64       `json:"since,omitempty"`
	Arrival   float64     `json:"arrival_us,omitempty"`
	Lead      float64     `json:"lead_us"`
	Step      float64     `json:"step_us"`
	Voice     float64     `json:"voice_us,omitempty"`
	Late      float64     `json:"late_us"`
	Send      float64     `json:"send_us,omitempty"`
	Age       float64     `json:"age_us,omitempty"`
}

// A chordNote is a pitch, a velocity and, unless it is 0, the sum of the marks below. It is not a list of bytes for the same
// reason as Pitches.
type chordNote []uint16

// The marks of a chordNote.
const (
	struck = 1 << iota
	ofBass
)

func frameLineOf(h head, r jam.FrameReport) frameLine {
	pitches := make([]uint16, 0, maxVoicing)
	for _, p := range r.Voicing.Slice() {
		pitches = append(pitches, uint16(p))
	}
	var notes []chordNote
	for _, n := range r.Notes.Slice() {
		note := chordNote{uint16(n.Pitch), uint16(n.Velocity)}
		if is := ifSet(n.Struck, struck) | ifSet(n.Bass, ofBass); is != 0 {
			note = append(note, is)
		}
		notes = append(notes, note)
	}
	var click chordNote
	if r.Click.Pitch > 0 {
		click = chordNote{uint16(r.Click.Pitch), uint16(r.Click.Velocity)}
	}
	return frameLine{
		head: h, Frame: r.Frame, At: micros(r.Line), Swung: r.Swung, Melody: int32(r.Melody), Chosen: int32(r.Chosen), Sounded: int32(r.Sounded),
		Symbol: r.Symbol, Pitches: pitches, Notes: notes, Click: click, Prob: r.Prob, Velocity: r.Velocity, Began: r.Began, Listening: r.Listening,
		Missed: r.Missed, Held: r.Held, Skipped: r.Skipped, Tempo: r.Tempo, Rung: rungs[min(int(r.Rung), len(rungs)-1)], Policy: r.Policy,
		Faster: r.Faster, Since: r.Since,
		Arrival: micros(r.Arrival), Lead: micros(r.Lead), Step: micros(r.Step), Voice: micros(r.Voice),
		Late: micros(r.Late), Send: micros(r.Send), Age: micros(r.Age),
	}
}

func ifSet(on bool, value uint16) uint16 {
	if on {
		return value
	}
	return 0
}

func (l *frameLine) entry() (Entry, error) {
	if l.Chosen < 0 || l.Sounded < 0 || l.Skipped < 0 || l.Skipped > l.Frame {
		return nil, fmt.Errorf("chosen %d, sounded %d, skipped %d of %d frames", l.Chosen, l.Sounded, l.Skipped, l.Frame)
	}
	if l.Since < 0 || l.Since > l.Frame {
		return nil, fmt.Errorf("since %d: no frame before frame %d", l.Since, l.Frame)
	}
	if !(l.Swung >= 0 && l.Swung <= 1) {
		return nil, fmt.Errorf("swung %v: must be 0 to 1 frame", l.Swung)
	}
	if len(l.Pitches) > maxVoicing {
		return nil, fmt.Errorf("%d pitches: a chord has at most %d", len(l.Pitches), maxVoicing)
	}
	r := jam.FrameReport{
		Frame: l.Frame, Line: duration(l.At), Swung: l.Swung, Melody: jam.MelodyToken(l.Melody), Velocity: l.Velocity,
		Chosen: jam.ChordToken(l.Chosen), Sounded: jam.ChordToken(l.Sounded), Symbol: l.Symbol, Prob: l.Prob,
		Began: l.Began, Listening: l.Listening, Missed: l.Missed, Held: l.Held, Skipped: l.Skipped,
		Tempo: l.Tempo, Rung: jam.Rung(max(slices.Index(rungs, l.Rung), 0)), Policy: l.Policy, Faster: l.Faster, Since: l.Since,
		Arrival: duration(l.Arrival), Lead: duration(l.Lead), Step: duration(l.Step), Voice: duration(l.Voice),
		Late: duration(l.Late), Send: duration(l.Send), Age: duration(l.Age),
	}
	for _, p := range l.Pitches {
		if p > 127 {
			return nil, fmt.Errorf("pitch %d: must be 0 to 127", p)
		}
		r.Voicing.Pitches[r.Voicing.Len] = uint8(p)
		r.Voicing.Len++
	}
	if len(l.Notes) > maxVoicing {
		return nil, fmt.Errorf("%d notes: a chord has at most %d", len(l.Notes), maxVoicing)
	}
	for i, n := range l.Notes {
		var err error
		if r.Notes.Notes[i], err = n.note(); err != nil {
			return nil, err
		}
	}
	if l.Click != nil {
		var err error
		if r.Click, err = l.Click.note(); err != nil {
			return nil, err
		}
		r.Click.Struck = true
	}
	r.Notes.Len = uint8(len(l.Notes))
	return r, errors.Join(checkMoment(l.Frame, l.At), checkMelody(l.Melody))
}

// note is the inverse of what frameLineOf does with a note.
func (n chordNote) note() (jam.ChordNote, error) {
	if len(n) < 2 || len(n) > 3 || n[0] > 127 || n[1] > 127 {
		return jam.ChordNote{}, fmt.Errorf("note %v: must be a pitch and a velocity, 0 to 127, and what it is", n)
	}
	note := jam.ChordNote{Pitch: uint8(n[0]), Velocity: uint8(n[1])}
	if len(n) == 3 {
		note.Struck, note.Bass = n[2]&struck != 0, n[2]&ofBass != 0
	}
	return note, nil
}
