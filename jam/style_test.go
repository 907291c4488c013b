package jam_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"jamd/jam"
	"jamd/jam/jamtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// How each style plays three chords, the last of them begun off the beat: see testdata/styles.golden.
func TestStyles(t *testing.T) {
	var b strings.Builder
	for style := jam.Pad; style <= jam.Ripple; style++ {
		for _, meter := range []string{"4/4", "3/4", "6/8"} {
			fmt.Fprintf(&b, "%v in %s\n%s\n", style, meter, scoreOf(t, style, meter))
		}
	}
	const golden = "testdata/styles.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the styles are not as in %s (if they should be: go test ./jam -run TestStyles -update):\n%s", golden, b.String())
	}
}

// scoreOf writes a line for each frame: its position, the chord, the bass and the upper notes; struck notes with their
// velocity, others as going on.
func scoreOf(t *testing.T, style jam.Style, meter string) string {
	out := jamtest.NewOutput(nil)
	s := settings(func(s *jam.Settings) { s.Style, s.Bass, s.ChordGrid, s.Velocity = style, true, jam.GridFrame, 80 })
	var err error
	if s.Meter, err = jam.ParseMeter(meter); err != nil {
		t.Fatal(err)
	}
	e, v := newEngine(t, s, out)
	var b strings.Builder
	bar := s.Meter.Bar()
	for frame := range 2*bar + 8 {
		token := v.Continue(v.Begin(index("C")))
		switch {
		case frame == 0:
			token = v.Begin(index("C"))
		case frame == bar+5:
			token = v.Begin(index("Am7"))
		case frame > bar+5 && frame < 2*bar:
			token = -1 // misses: it goes on in its style
		case frame == 2*bar:
			token = v.Begin(index("F"))
		case frame > 2*bar:
			token = v.Hold(index("F"))
		}
		r := play(t, e, v, token)
		symbol := ""
		if r.Began {
			symbol = r.Symbol
		}
		line := fmt.Sprintf("%2d.%d+%d %-4s", frame/bar+1, frame%bar/s.Meter.Beat()+1, frame%s.Meter.Beat(), symbol)
		for _, n := range r.Notes.Slice() {
			mark := "."
			if n.Struck {
				mark = fmt.Sprint("*", n.Velocity)
			}
			line += fmt.Sprintf(" %2d%-3s", n.Pitch, mark)
			if n.Bass {
				line += " |"
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if err := e.End(); err != nil || out.Sounding() != 0 || out.Err() != nil {
		t.Errorf("%v in %s: %d notes are left, %v, %v", style, meter, out.Sounding(), err, out.Err())
	}
	return b.String()
}

// When the style changes during a chord, what rings goes on if the new style has it, and the rest starts where the new style
// strikes.
func TestStyleChangesInMidChord(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.Style = jam.Arpeggio }), out)
	sounding := func() (pitches []uint8) {
		r := play(t, e, v, -1)
		for _, n := range r.Notes.Slice() {
			pitches = append(pitches, n.Pitch)
		}
		return pitches
	}
	play(t, e, v, v.Begin(index("C")))
	for _, step := range []struct {
		style string
		want  [][]uint8 // frame by frame
	}{
		{"arpeggio", [][]uint8{{55}}},
		{"pad", [][]uint8{{55}, {55}, {55, 60, 64}, {55, 60, 64}}},
		{"block", [][]uint8{{55, 60, 64}}},
		{"pulse", [][]uint8{{}, {55, 60, 64}, {}}},
		{"ripple", [][]uint8{{64}, {60}, {55}, {60}}},
	} {
		apply(t, e, "style", step.style)
		for i, want := range step.want {
			if got := sounding(); !slices.Equal(got, want) {
				t.Errorf("%s, frame %d of it: %v, want %v", step.style, i, got, want)
			}
		}
	}
	if out.Err() != nil {
		t.Error(out.Err())
	}
}

func TestMetronomeClicksTheBeats(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.Meter, s.ClickVolume = jam.Meter{Count: 6, Unit: 8}, 99 }), out)
	apply(t, e, "metronome", "on")
	for range 13 {
		play(t, e, v, -1)
	}
	apply(t, e, "metronome", "off")
	play(t, e, v, -1)
	want := [][2]byte{{0x99, 76}, {0x89, 76}, {0x99, 77}, {0x89, 77}, {0x99, 76}, {0x89, 76}}
	if got := since(out, 0); !slices.Equal(got, want) || out.Sent()[0].Data2 != 99 {
		t.Errorf("sent % X, want % X", got, want)
	}
}

// A take has the notes as they were played, even if reports are missing.
func TestTakeHasTheStyle(t *testing.T) {
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.Style, s.Bass, s.Velocity = jam.Pulse, true, 80 }), quiet{})
	b := jam.NewTakeBuilder("", nil, jam.Quarters(4))
	for frame := range 9 {
		token := jam.ChordToken(-1)
		switch frame {
		case 0:
			token = v.Begin(index("C"))
		case 8:
			token = jam.NoChord
		}
		r := play(t, e, v, token)
		if frame != 2 { // its pulse is lost with it
			b.Add(r)
		}
	}
	take := b.Take(jam.Silence)
	var want []jam.TakeNote
	for _, at := range []struct {
		frame    int64
		velocity uint8
	}{{0, 80}, {4, 80}, {6, 60}} {
		for _, pitch := range []uint8{55, 60, 64} {
			want = append(want, jam.TakeNote{Frame: at.frame, Pitch: pitch, Duration: 1, Velocity: at.velocity})
		}
	}
	if !slices.Equal(take.Upper, want) {
		t.Errorf("upper %v\nwant %v", take.Upper, want)
	}
	if want := []jam.TakeNote{{Frame: 0, Pitch: 36, Duration: 8, Velocity: 80}}; !slices.Equal(take.Bass, want) {
		t.Errorf("bass %v, want %v", take.Bass, want)
	}
	if len(take.Chords) != 1 || take.Chords[0].Duration != 8 || !slices.Equal(take.Chords[0].Pitches, []uint8{36, 55, 60, 64}) {
		t.Errorf("chords %+v", take.Chords)
	}
}
