package session

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jamd/jam"
)

// A read note is what a lead sheet says of a piece of a note, or of a rest.
type readNote struct {
	Rest       *struct{} `xml:"rest"`
	Step       string    `xml:"pitch>step"`
	Alter      int       `xml:"pitch>alter"`
	Octave     int       `xml:"pitch>octave"`
	Duration   int64     `xml:"duration"`
	Type       string    `xml:"type"`
	Dots       []string  `xml:"dot"`
	Accidental string    `xml:"accidental"`
	Ties       []struct {
		Type string `xml:"type,attr"`
	} `xml:"tie"`
}

func (n *readNote) pitch() uint8 {
	return uint8((n.Octave+1)*12 + map[string]int{"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[n.Step] + n.Alter)
}

func (n *readNote) tied(how string) bool {
	for _, t := range n.Ties {
		if t.Type == how {
			return true
		}
	}
	return false
}

type readSheet struct {
	Measures []struct {
		Number   int64      `xml:"number,attr"`
		Implicit string     `xml:"implicit,attr"`
		Fifths   int        `xml:"attributes>key>fifths"`
		Beats    string     `xml:"attributes>time>beats"`
		Unit     uint8      `xml:"attributes>time>beat-type"`
		Notes    []readNote `xml:"note"`
		Harmony  []struct {
			Kind struct {
				Text string `xml:"text,attr"`
			} `xml:"kind"`
		} `xml:"harmony"`
	} `xml:"part>measure"`
}

func readLeadSheet(take jam.Take) (r readSheet, text []byte, err error) {
	var b bytes.Buffer
	if err := WriteLeadSheet(&b, take); err != nil {
		return r, nil, err
	}
	err = xml.Unmarshal(b.Bytes(), &r)
	return r, b.Bytes(), err
}

// notes joins what is tied, and gives the melody back. The measures must be the bars of a take.
func (r *readSheet) notes(take *jam.Take) (melody []jam.TakeNote, err error) {
	at, open := int64(0), false
	var meter jam.Meter
	pickup := take.Bars().Pickup() != (jam.Meter{})
	for i, m := range r.Measures {
		if m.Beats != "" {
			if err := meter.UnmarshalText(fmt.Appendf(nil, "%s/%d", m.Beats, m.Unit)); err != nil {
				return nil, err
			}
		}
		bar, number := take.BarAt(at), int64(i)+1
		if pickup {
			number--
		}
		if max(bar.Frame, 0) != at || bar.Number+1 != number || bar.Meter != meter {
			return nil, fmt.Errorf("measure %d in %v begins at frame %d, in bar %+v", i+1, meter, at, bar)
		}
		if m.Number != number || (m.Implicit == "yes") != (number == 0) {
			return nil, fmt.Errorf("measure %d has number %d, implicit %q", i+1, m.Number, m.Implicit)
		}
		for _, n := range m.Notes {
			switch {
			case n.Rest != nil:
				if open {
					return nil, fmt.Errorf("frame %d: a tie to a rest", at)
				}
			case n.tied("stop") != open || open && melody[len(melody)-1].Pitch != n.pitch():
				return nil, fmt.Errorf("frame %d: ties do not meet", at)
			case open:
				melody[len(melody)-1].Duration += n.Duration
			default:
				melody = append(melody, jam.TakeNote{Frame: at, Pitch: n.pitch(), Duration: n.Duration})
			}
			open = n.tied("start")
			at += n.Duration
		}
	}
	if open || at != take.BarAt(max(take.Frames-1, 0)).End {
		return nil, errors.New("the last bar is not whole")
	}
	return melody, nil
}

var anyMeters = []jam.Meter{jam.Quarters(1), jam.Quarters(2), jam.Quarters(3), jam.Quarters(4), jam.Quarters(5), jam.Quarters(7),
	jam.Quarters(16), {Count: 6, Unit: 8}, {Count: 9, Unit: 8}, {Count: 12, Unit: 8},
	meter("7/8"), meter("5/4"), meter("5/8"), meter("3+2+2/8"), meter("8/8"), meter("7/16"), meter("9/16"), meter("2/2"), meter("3/8")}

func meter(text string) jam.Meter {
	m, err := jam.ParseMeter(text)
	if err != nil {
		panic(err)
	}
	return m
}

// Whatever was played, the sheet's notes are the take's, each written as a value that there is.
func TestLeadSheetIsTheMelody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := jam.Take{Meter: rapid.SampledFrom(anyMeters).Draw(t, "meter"), Tempo: []jam.TempoChange{{BPM: 120}}}
		low := rapid.Uint8Range(13, 100).Draw(t, "low")
		for range rapid.IntRange(0, 30).Draw(t, "notes") {
			take.Frames += rapid.SampledFrom([]int64{0, 0, 1, 2, 7, 40}).Draw(t, "rest")
			n := jam.TakeNote{Frame: take.Frames, Pitch: low + rapid.Uint8Range(0, 27).Draw(t, "pitch"),
				Duration: rapid.Int64Range(1, 70).Draw(t, "duration")}
			take.Melody, take.Frames = append(take.Melody, n), n.Frame+n.Duration
		}
		for frame := int64(0); rapid.Bool().Draw(t, "change of meter"); {
			frame += rapid.Int64Range(1, 60).Draw(t, "after")
			take.Meters = append(take.Meters, jam.MeterChange{Frame: frame, Meter: rapid.SampledFrom(anyMeters).Draw(t, "to")})
		}
		sheet, text, err := readLeadSheet(take)
		if err != nil {
			t.Fatal(err)
		}
		melody, err := sheet.notes(&take)
		if err != nil || fmt.Sprint(melody) != fmt.Sprint(take.Melody) {
			t.Fatalf("%v\n%v\nis written as\n%v\n%s", err, take.Melody, melody, text)
		}
		at := int64(0)
		for i, m := range sheet.Measures {
			bar := take.BarAt(at)
			at = bar.End
			for _, n := range m.Notes {
				if n.Type == "" {
					if n.Rest == nil || n.Duration != bar.End-bar.Frame {
						t.Fatalf("measure %d: %+v", i+1, n)
					}
				} else if v := valueOf(n.Duration); v.name != n.Type || v.dots != len(n.Dots) {
					t.Fatalf("measure %d: %+v is written as %+v", i+1, n, v)
				}
			}
			checkAccidentals(t, i, sheet.Measures[0].Fifths, m.Notes)
		}
	})
}

// checkAccidentals reads a bar as a player would, who knows the signature and the accidentals before a note in its bar.
func checkAccidentals(t *rapid.T, measure, fifths int, notes []readNote) {
	signature := map[string]int{}
	for i := range max(fifths, -fifths) {
		if fifths > 0 {
			signature["FCGDAEB"[i:i+1]] = 1
		} else {
			signature["BEADGCF"[i:i+1]] = -1
		}
	}
	set := map[string]int{}
	for _, n := range notes {
		if n.Rest != nil || n.tied("stop") {
			continue
		}
		line := fmt.Sprint(n.Step, n.Octave)
		if n.Accidental != "" {
			set[line] = map[string]int{"flat": -1, "natural": 0, "sharp": 1, "double-sharp": 2}[n.Accidental]
		}
		read, ok := set[line]
		if !ok {
			read = signature[n.Step]
		}
		if read != n.Alter {
			t.Fatalf("measure %d: %+v reads as altered by %d", measure+1, n, read)
		}
	}
}

// A pickup is measure 0, in the meter that follows it: 4/4, and the beats as at the end of a bar.
func TestLeadSheetPickup(t *testing.T) {
	take := jam.Take{Meter: jam.Quarters(3), Meters: []jam.MeterChange{{Frame: 6, Meter: jam.Quarters(4)}}, Frames: 38,
		Tempo: []jam.TempoChange{{BPM: 120}}, Melody: []jam.TakeNote{{Frame: 0, Pitch: 60, Duration: 2}, {Frame: 2, Pitch: 62, Duration: 20}}}
	sheet, text, err := readLeadSheet(take)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sheet.notes(&take); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`<measure number="0" implicit="yes">`, `<measure number="1">`, "<beats>4</beats>"} {
		if strings.Count(string(text), want) != 1 {
			t.Errorf("not once in the sheet: %s", want)
		}
	}
	if m := sheet.Measures; len(m) != 3 || m[0].Notes[0].Duration != 2 || m[0].Notes[1].Duration != 4 || m[1].Notes[0].Duration != 16 {
		t.Errorf("%+v", m)
	}
}

// How the commonest rhythms are written.
func TestLeadSheetShowsTheBeat(t *testing.T) {
	tests := []struct {
		meter   jam.Meter
		lengths []int64 // of notes, one after the other
		want    string  // lengths of what is written; what is tied to the next with ~, bars with |
	}{
		{jam.Quarters(4), []int64{4, 4, 8}, "4 4 8"},
		{jam.Quarters(4), []int64{2, 4, 2, 8}, "2 4 2 8"},
		{jam.Quarters(4), []int64{4, 2, 4, 6}, "4 2 2~ 2 2~ 4"},
		{jam.Quarters(4), []int64{6, 2, 3, 1, 1, 3}, "6 2 3 1 1 3"},
		{jam.Quarters(4), []int64{12, 8, 12}, "12 4~ | 4 4~ 8"},
		{jam.Quarters(4), []int64{5, 11, 32}, "4~ 1 3~ 8 | 16~ | 16"},
		{jam.Quarters(3), []int64{4, 8, 12}, "4 8 | 12"},
		{jam.Meter{Count: 6, Unit: 8}, []int64{2, 2, 2, 4, 2, 12}, "2 2 2 4 2 | 12"},
		{jam.Meter{Count: 6, Unit: 8}, []int64{8, 4, 5, 7}, "6~ 2 4 | 4~ 1 1~ 6"},
		{jam.Meter{Count: 12, Unit: 8}, []int64{18, 6}, "12~ 6 6"},
		{jam.Quarters(5), []int64{20}, "16~ 4"},
		{meter("5/4"), []int64{20, 8, 12, 2, 4, 14}, "12~ 8 | 8 4~ 8 | 2 4 2~ 4~ 8"},
		{meter("7/8"), []int64{14, 2, 2, 4, 6, 4, 10, 7, 7}, "8~ 6 | 2 2 4 6 | 4 4~ 6 | 4~ 3 1~ 6"},
		{meter("3+2+2/8"), []int64{14, 6, 8, 2, 12}, "6~ 8 | 6 8 | 2 4~ 8"},
		{meter("2/2"), []int64{16, 4, 8, 4, 1, 15}, "16 | 4 4~ 4 4 | 1 3~ 4~ 8"},
	}
	for _, tt := range tests {
		take := jam.Take{Meter: tt.meter, Tempo: []jam.TempoChange{{BPM: 120}}}
		for i, length := range tt.lengths {
			take.Melody = append(take.Melody, jam.TakeNote{Frame: take.Frames, Pitch: uint8(60 + i%2), Duration: length})
			take.Frames += length
		}
		sheet, _, err := readLeadSheet(take)
		if err != nil {
			t.Fatal(err)
		}
		var bars []string
		for _, m := range sheet.Measures {
			var notes []string
			for _, n := range m.Notes {
				text := fmt.Sprint(n.Duration)
				if n.tied("start") {
					text += "~"
				}
				notes = append(notes, text)
			}
			bars = append(bars, strings.Join(notes, " "))
		}
		if got := strings.Join(bars, " | "); got != tt.want {
			t.Errorf("%v in %v: %s, want %s", tt.lengths, tt.meter, got, tt.want)
		}
	}
}

// leadSheetTake has every quality that chords may have, silences, and a tempo that wavers and changes.
func leadSheetTake() jam.Take {
	take := jam.Take{Name: `<Blue & "green">`, Meter: jam.Quarters(4),
		Tempo: []jam.TempoChange{{BPM: 120}, {Frame: 20, BPM: 120.3}, {Frame: 24, BPM: 90}}}
	for i, q := range jam.Qualities {
		frame := int64(16 + i*6)
		chord := jam.Chord{Root: uint8(i * 5 % 12), Quality: uint8(i)}
		take.Chords = append(take.Chords, jam.TakeChord{Frame: frame, Symbol: chord.String(), Duration: 6})
		for j, above := range q.Intervals {
			take.Melody = append(take.Melody, jam.TakeNote{Frame: frame + int64(j), Pitch: 60 + chord.Root + above, Duration: 1})
		}
		take.Frames = frame + 6
	}
	take.Chords = append(take.Chords,
		jam.TakeChord{Frame: take.Frames + 5, Symbol: "C", Duration: 3}, jam.TakeChord{Frame: take.Frames + 8, Symbol: "C", Duration: 2})
	take.Frames += 30
	return take
}

func TestLeadSheetGolden(t *testing.T) {
	sheet, text, err := readLeadSheet(leadSheetTake())
	if err != nil {
		t.Fatal(err)
	}
	var symbols []string
	for _, m := range sheet.Measures {
		for _, h := range m.Harmony {
			symbols = append(symbols, h.Kind.Text)
		}
	}
	want := []string{}
	for _, q := range jam.Qualities {
		want = append(want, q.Symbol)
	}
	want = append(want, "N.C.", "", "N.C.")
	if fmt.Sprint(symbols) != fmt.Sprint(want) {
		t.Errorf("symbols %q, want %q", symbols, want)
	}
	file := filepath.Join("testdata", "leadsheet.musicxml")
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(text, want) {
		t.Errorf("not as in %s (%v):\n%s", file, err, text)
	}
}

// The tempo of a player who was followed wavers from beat to beat. It is printed once, and programs still play as the player did.
func TestLeadSheetOfAPlayersTempo(t *testing.T) {
	take := jam.Take{Meter: jam.Quarters(4), Frames: 64, Played: true,
		Tempo: []jam.TempoChange{{BPM: 90}, {Frame: 16, BPM: 110}, {Frame: 32, BPM: 110.4}, {Frame: 48, BPM: 95}}}
	_, text, err := readLeadSheet(take)
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`<per-minute>.*?<|<sound tempo=".*?"`).FindAllString(string(text), -1)
	if want := []string{"<per-minute>101<", `<sound tempo="90"`, `<sound tempo="110"`, `<sound tempo="95"`}; !slices.Equal(marks, want) {
		t.Errorf("%q, want %q", marks, want)
	}
}

// Eighths that swing, then sixteenths, then none: each is told once, to players and to programs. The last bar was not played
// whole.
func TestLeadSheetTellsTheSwing(t *testing.T) {
	take := jam.Take{Meter: jam.Quarters(2), Tempo: []jam.TempoChange{{BPM: 120}}, Frames: 47, Swung: make([]float32, 47)}
	for frame := range 16 {
		take.Swung[frame] = []float32{0, .333, .667, .333}[frame%4]
	}
	for frame := 16; frame < 32; frame += 2 {
		take.Swung[frame+1] = .2
	}
	take.Swung[46] = .5 // in bar 6, whose last frames were not reached
	_, text, err := readLeadSheet(take)
	if err != nil {
		t.Fatal(err)
	}
	sheet := strings.Join(strings.Fields(string(text)), "")
	at := 0
	for _, want := range []string{
		`<measurenumber="1">`, "<words>Swing</words>", "<swing><first>67</first><second>33</second><swing-type>eighth</swing-type></swing>",
		`<measurenumber="3">`, "<words>Swing16ths</words>", "<swing><first>60</first><second>40</second><swing-type>16th</swing-type></swing>",
		`<measurenumber="5">`, "<words>Straight</words>", "<swing><straight></straight></swing>", `<measurenumber="6">`,
	} {
		i := strings.Index(sheet[at:], want)
		if i < 0 {
			t.Fatalf("no %s after %d bytes of\n%s", want, at, text)
		}
		at += i
	}
	if n := strings.Count(sheet, "<words>"); n != 3 {
		t.Errorf("%d marks, want 3:\n%s", n, text)
	}
}

func TestLeadSheetRefuses(t *testing.T) {
	for _, take := range []jam.Take{{}, {Meter: jam.Quarters(4), Frames: -1}, {Meter: jam.Quarters(4), Frames: maxRows + 1}} {
		var b bytes.Buffer
		if err := WriteLeadSheet(&b, take); err == nil || b.Len() > 0 {
			t.Errorf("%+v: %v, %d bytes", take, err, b.Len())
		}
	}
	if err := WriteLeadSheet(&bytes.Buffer{}, jam.Take{Meter: jam.Quarters(4)}); err != nil {
		t.Errorf("a take of nothing: %v", err)
	}
}
