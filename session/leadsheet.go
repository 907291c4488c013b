package session

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"jamd/jam"
	"jamd/spelling"
)

// WriteLeadSheet writes a take as a lead sheet in MusicXML 4.0. The melody is on one staff, in sixteenths, tied over bar lines,
// in its estimated key. A first bar that is shorter than the second is a pickup. There is a chord symbol where a chord begins,
// N.C. where a chord ends and none comes after it, and a mark where the notes begin to swing or cease to. A tempo is written
// where the tempo changes by 1 BPM or more. Of a player who was followed, the mean tempo is written once; the others are
// there for programs to play. If the take cannot be written, WriteLeadSheet returns an error and writes nothing.
func WriteLeadSheet(w io.Writer, take jam.Take) error {
	if err := take.Meter.Check(); err != nil || take.Frames < 0 || take.Frames > maxRows {
		return fmt.Errorf("take %q cannot be written as a lead sheet: %d frames in %v", take.Name, take.Frames, take.Meter)
	}
	key, known := take.Key()
	s := sheet{take: take, key: key, meter: take.Meter}
	if pickup := take.Bars().Pickup(); pickup != (jam.Meter{}) {
		s.meter = pickup
	}
	score := xmlScore{
		Version: "4.0", Title: take.Name, Software: "jamd",
		Supports: []xmlSupport{{"accidental", "yes"}, {"beam", "yes"}},
		PartList: xmlScorePart{"P1", "Melody", xmlInstrument{"P1-I1", "Piano", "keyboard.piano"}}, Part: xmlPart{ID: "P1", Measures: s.measures()},
	}
	first := &score.Part.Measures[0]
	first.Content = append([]any{s.attributes(known)}, first.Content...)
	var b bytes.Buffer
	b.WriteString(musicXMLHead)
	encoder := xml.NewEncoder(&b)
	encoder.Indent("", "  ")
	if err := encoder.Encode(score); err != nil {
		return fmt.Errorf("take %q: %w", take.Name, err)
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

// A sheet makes the elements of a lead sheet from a take.
type sheet struct {
	take  jam.Take
	key   jam.Key
	meter jam.Meter // of the first whole bar
}

// bassBelow is the mean pitch below which a melody is written in the bass clef: F below middle C.
const bassBelow = 53

func (s *sheet) attributes(keyKnown bool) xmlAttributes {
	a := xmlAttributes{Divisions: jam.FramesPerBeat, Fifths: spelling.Fifths(s.key), Mode: "major",
		Beats: s.meter.Top(), BeatType: s.meter.Unit, Sign: "G", Line: 2}
	if s.key.Minor {
		a.Mode = "minor"
	}
	if !keyKnown {
		a.Mode = "none"
	}
	sum, frames := 0.0, 0.0
	for _, n := range s.take.Melody {
		sum, frames = sum+float64(n.Pitch)*float64(n.Duration), frames+float64(n.Duration)
	}
	if frames > 0 && sum/frames < bassBelow {
		a.Sign, a.Line = "F", 4
	}
	return a
}

// measures returns at least one measure. The last one is filled up with rests.
func (s *sheet) measures() []xmlMeasure {
	marks := s.marks()
	stretches := s.stretches()
	all := make([]xmlMeasure, 0, s.take.BarAt(s.take.Frames).Number+1)
	meter := s.meter
	for at := int64(0); at == 0 || at < s.take.Frames; {
		bar := s.take.BarAt(at)
		at = bar.End
		m := xmlMeasure{Number: bar.Number + 1}
		if m.Number == 0 { // a pickup
			m.Implicit = "yes"
		}
		if bar.Meter != meter {
			meter = bar.Meter
			m.Content = append(m.Content, xmlTime{Beats: meter.Top(), BeatType: meter.Unit})
		}
		var notes []written
		for len(stretches) > 0 && stretches[0].frame < bar.End {
			part := stretches[0]
			if end := part.frame + part.length; end > bar.End { // the rest of it is in the next bar
				part.length, part.goesOn = bar.End-part.frame, true
				stretches[0].frame, stretches[0].length, stretches[0].cameOn = bar.End, end-bar.End, true
			} else {
				stretches = stretches[1:]
			}
			notes = append(notes, write(part, bar)...)
		}
		beam(notes, bar)
		accidentals := newAccidentals(s.key)
		for _, n := range notes {
			for len(marks) > 0 && marks[0].frame < n.frame+n.length {
				m.Content = append(m.Content, marks[0].element(max(marks[0].frame-n.frame, 0)))
				marks = marks[1:]
			}
			m.Content = append(m.Content, s.note(n, accidentals))
		}
		if bar.End >= s.take.Frames {
			m.Content = append(m.Content, xmlBarline{Location: "right", Style: "light-heavy"})
		}
		all = append(all, m)
	}
	return all
}

// A stretch is a note or a rest of the melody, or the part of one between two bar lines.
type stretch struct {
	frame, length  int64
	pitch          uint8
	rest           bool
	cameOn, goesOn bool // it is tied to the stretch before it, and to the one after it
}

// stretches returns the notes and the rests between them, up to the end of the last bar.
func (s *sheet) stretches() (all []stretch) {
	end := s.take.BarAt(max(s.take.Frames-1, 0)).End
	at := int64(0)
	restTo := func(frame int64) {
		if frame > at {
			all = append(all, stretch{frame: at, length: frame - at, rest: true})
			at = frame
		}
	}
	for _, n := range s.take.Melody {
		begin, stop := max(n.Frame, at), min(n.Frame+n.Duration, end)
		if stop <= begin {
			continue
		}
		restTo(begin)
		all = append(all, stretch{frame: begin, length: stop - begin, pitch: n.Pitch})
		at = stop
	}
	restTo(end)
	return all
}

// A mark is a chord symbol, a tempo or a swing. It is written above the note that sounds in its frame.
type mark struct {
	frame   int64
	element func(offset int64) any
}

// marks returns all marks in order. In the same frame a swing comes before a tempo, and that before a chord.
func (s *sheet) marks() []mark {
	all := slices.Concat(s.swingMarks(), s.tempoMarks(), s.chordMarks())
	slices.SortStableFunc(all, func(a, b mark) int { return cmp.Compare(a.frame, b.frame) })
	return all
}

func (s *sheet) chordMarks() (all []mark) {
	for _, c := range s.take.ChordChanges() {
		h := s.harmony(c.Symbol)
		all = append(all, mark{c.Frame, func(offset int64) any {
			h.Offset = offset
			return h
		}})
	}
	return all
}

func (s *sheet) harmony(symbol string) xmlHarmony {
	chord, err := jam.ParseChord(symbol)
	if err != nil {
		return unnamed(symbol)
	}
	root, text := spelling.RootIn(s.key, chord.Root), jam.Qualities[chord.Quality].Symbol
	kind := harmonyKinds[text]
	h := xmlHarmony{Root: xmlStep{Step: root.Step}, Alter: root.Alter, Kind: xmlKind{text, kind.kind}}
	if kind.adds > 0 {
		h.Degrees = []xmlDegree{{Value: kind.adds, Type: "add"}}
	}
	return h
}

// unnamed returns a text in place of a chord symbol. The schema requires a root, which is not displayed.
func unnamed(text string) xmlHarmony {
	nothing := ""
	return xmlHarmony{Root: xmlStep{Text: &nothing, Step: "C"}, Kind: xmlKind{text, "none"}}
}

func (s *sheet) tempoMarks() (all []mark) {
	last := math.Inf(-1)
	for i, c := range s.take.Tempo {
		if math.Abs(c.BPM-last) < 1 {
			continue
		}
		last = c.BPM
		if s.take.Played && i > 0 {
			all = append(all, mark{c.Frame, func(offset int64) any { return xmlSound{Tempo: c.BPM, Offset: offset} }})
			continue
		}
		m := xmlMetronome{Unit: "quarter"}
		beats := c.BPM
		if s.take.Played {
			beats = math.Round(s.meanTempo())
		}
		if s.take.BarAt(c.Frame).Meter.Compound() {
			m.Dot, beats = &struct{}{}, beats*2/3
		}
		m.PerMinute = strconv.FormatFloat(math.Round(beats*10)/10, 'f', -1, 64)
		all = append(all, mark{c.Frame, func(offset int64) any {
			return xmlDirection{Placement: "above", Metronome: m, Offset: offset, Sound: xmlSound{Tempo: c.BPM}}
		}})
	}
	return all
}

// meanTempo returns the tempo at which the take would have lasted as long.
func (s *sheet) meanTempo() float64 {
	frames, time := 0.0, 0.0
	for i, c := range s.take.Tempo {
		end := s.take.Frames
		if i+1 < len(s.take.Tempo) {
			end = min(end, s.take.Tempo[i+1].Frame)
		}
		if length := float64(end - c.Frame); length > 0 {
			frames, time = frames+length, time+length/c.BPM
		}
	}
	if frames == 0 {
		return s.take.Tempo[0].BPM
	}
	return frames / time
}
