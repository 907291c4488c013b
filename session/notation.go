package session

import (
	"slices"

	"jamd/jam"
	"jamd/spelling"
)

// A written is a note or rest that is written as one note value.
type written struct {
	stretch
	bar   bool // it is a rest for the whole bar
	beams []xmlBeam
}

// A noteValue is a length as it is written.
type noteValue struct {
	frames int64
	name   string
	dots   int
}

// noteValues are all note values, longest first. A meter of dotted beats does not use all of them.
var noteValues = []noteValue{
	{48, "breve", 1}, {32, "breve", 0}, {24, "whole", 1}, {16, "whole", 0}, {12, "half", 1}, {8, "half", 0},
	{6, "quarter", 1}, {4, "quarter", 0}, {3, "eighth", 1}, {2, "eighth", 0}, {1, "16th", 0},
}

func valueOf(frames int64) noteValue {
	return noteValues[slices.IndexFunc(noteValues, func(v noteValue) bool { return v.frames == frames })]
}

// write divides a stretch within a bar into note values that show the beats.
func write(part stretch, bar jam.Bar) (notes []written) {
	if part.rest && part.length == bar.End-bar.Frame {
		return []written{{stretch: part, bar: true}}
	}
	last := part.goesOn
	for part.length > 0 {
		n := part
		n.length = longest(bar.Meter, part.frame-bar.Frame, part.length)
		part.frame, part.length, part.cameOn = part.frame+n.length, part.length-n.length, true
		n.goesOn = part.length > 0 || last
		notes = append(notes, written{stretch: n})
	}
	return notes
}

// longest returns the longest note value of at most the given length that may be written at a place in the bar. Off the beat, it
// ends with the beat, except that a quarter note may begin halfway between two beats. On a beat, it ends before the next strong
// beat, except that a note that begins on a strong beat may last to the end of the bar.
func longest(m jam.Meter, at, length int64) int64 {
	if m.Grouped() || m.Unit > 8 {
		return longestInGroup(m, at, length)
	}
	beat, strong := m.Beat(), m.Middle()
	if m.Unit == 2 { // notes of half notes' meters show the quarter notes
		beat = jam.FramesPerBeat
	}
	dotted := m.Compound()
	room := strong - at%strong
	switch {
	case dotted && at%2 == 1:
		room = 1
	case !dotted && at%beat == beat/2 && length == beat && room > beat/2:
		return beat
	case at%beat != 0:
		room = beat - at%beat
	case at%strong == 0:
		room = m.Bar() - at
	}
	for _, v := range noteValues {
		if whole := v.frames%beat == 0 && v.frames/beat&(v.frames/beat-1) == 0; dotted && v.frames > beat && !whole {
			continue // such as 8 frames, which is not a number of beats of 6 frames
		}
		if v.frames <= min(room, length) {
			return v.frames
		}
	}
	return 1
}

// longestInGroup is longest for a meter of groups, such as 7/8, or of sixteenths. A note that begins with a group may last to
// the end of any group; any other ends with its beat or, on a beat, with its group.
func longestInGroup(m jam.Meter, at, length int64) int64 {
	from, to := m.Group(at)
	if beat := m.Beat(); beat == jam.FramesPerBeat && at%beat == beat/2 && length == beat && at+beat <= to {
		return beat // a quarter note between two beats
	}
	for _, v := range noteValues {
		end := at + v.frames
		if v.frames > length || end > m.Bar() {
			continue
		}
		inside := end <= to && (at == from || at%m.Beat() == 0 || end <= (at/m.Beat()+1)*m.Beat())
		if inside || at == from && m.Accent(end) >= jam.FullBeat {
			return v.frames
		}
	}
	return 1
}

// beam joins the eighths and sixteenths of each beat in a bar; in meters of groups of eighths or sixteenths, those of each group.
func beam(notes []written, bar jam.Bar) {
	beat := func(n *written) int64 { return bar.Meter.FeltFrom(n.frame - bar.Frame) }
	short := func(n *written) bool { return !n.rest && n.length < jam.FramesPerBeat }
	for i := 0; i < len(notes); {
		j := i
		for j < len(notes) && short(&notes[j]) && beat(&notes[j]) == beat(&notes[i]) {
			j++
		}
		if group := notes[i:j]; len(group) > 1 {
			beamLevel(group, 1, func(*written) bool { return true })
			beamLevel(group, 2, func(n *written) bool { return n.length == 1 })
		}
		i = max(j, i+1)
	}
}

// beamLevel draws the beam of a level over each run of notes that have it, and a hook at a single note.
func beamLevel(group []written, level int, has func(*written) bool) {
	for i := range group {
		if !has(&group[i]) {
			continue
		}
		before, after := i > 0 && has(&group[i-1]), i+1 < len(group) && has(&group[i+1])
		value := "continue"
		switch {
		case !before && !after && i == 0:
			value = "forward hook"
		case !before && !after:
			value = "backward hook"
		case !before:
			value = "begin"
		case !after:
			value = "end"
		}
		group[i].beams = append(group[i].beams, xmlBeam{level, value})
	}
}

// accidentals are the accidentals in force in a bar, by letter and octave.
type accidentals struct {
	signature map[string]int
	set       map[xmlPitch]int // by a pitch without its Alter
}

func newAccidentals(k jam.Key) *accidentals {
	return &accidentals{spelling.Signature(k), map[xmlPitch]int{}}
}

var accidentalNames = map[int]string{-1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}

// show returns the accidental that must be written before a note, or "" for none.
func (a *accidentals) show(p xmlPitch) string {
	place := xmlPitch{Step: p.Step, Octave: p.Octave}
	in, ok := a.set[place]
	if !ok {
		in = a.signature[p.Step]
	}
	if in == p.Alter {
		return ""
	}
	a.set[place] = p.Alter
	return accidentalNames[p.Alter]
}

// note returns the element of a written note. The lowest octave of the format is that of C0, MIDI pitch 12.
func (s *sheet) note(n written, a *accidentals) xmlNote {
	out := xmlNote{Duration: n.length, Voice: 1, Beams: n.beams}
	if !n.bar {
		value := valueOf(n.length)
		out.Type, out.Dots = value.name, make([]struct{}, value.dots)
	}
	if n.rest {
		out.Rest = &xmlRest{}
		if n.bar {
			out.Rest.Measure = "yes"
		}
		return out
	}
	name := spelling.NoteIn(s.key, n.pitch%12)
	out.Pitch = &xmlPitch{name.Step, name.Alter, max((int(n.pitch)-name.Alter)/12-1, 0)}
	if n.cameOn {
		out.tie("stop")
	} else {
		out.Accidental = a.show(*out.Pitch)
	}
	if n.goesOn {
		out.tie("start")
	}
	return out
}

// tie adds both elements of a tie: one is for playing, the other for display.
func (n *xmlNote) tie(end string) {
	if n.Notations == nil {
		n.Notations = &xmlNotations{}
	}
	n.Ties = append(n.Ties, xmlTie{end})
	n.Notations.Tied = append(n.Notations.Tied, xmlTie{end})
}
