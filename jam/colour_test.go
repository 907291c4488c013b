package jam_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

func TestColour(t *testing.T) {
	const c, e, f, b = 60, 64, 65, 71
	tests := []struct {
		key, plain string
		melody     int // pitch; 0: silence
		sevenths   string
		ninths     string
	}{
		{"C", "C", 0, "Cmaj7", "Cmaj9"},
		{"C", "C", e, "Cmaj7", "Cmaj9"},
		{"C", "C", c, "C6", "C6"},    // a major seventh under the melody's tonic hurts
		{"C", "Dm", f, "Dm7", "Dm7"}, // so does a ninth a semitone below its third
		{"C", "Dm", 0, "Dm7", "Dm9"},
		{"C", "Em", 0, "Em7", "Em7"}, // its ninth, F#, is not of the key
		{"C", "F", 0, "Fmaj7", "Fmaj9"},
		{"C", "G", 0, "G7", "G9"},
		{"C", "G", e, "G", "G"},
		{"C", "Bdim", 0, "Bm7b5", "Bm7b5"},
		{"C", "D", 0, "D7", "D9"}, // dominants of other degrees
		{"C", "E", 0, "E7", "E7"},
		{"C", "Ab", 0, "Abmaj7", "Abmaj7"}, // of the parallel minor
		{"Am", "E", 0, "E7", "E7"},
		{"Am", "Am", b, "Am7", "Am9"},
		{"Am", "G#dim", 0, "G#dim7", "G#dim7"},
		{"Am", "C", 0, "Cmaj7", "Cmaj9"},
		{"C", "G7", 0, "G7", "G9"}, // the policy's own seventh
		{"C", "Csus4", 0, "Csus4", "Csus4"},
		{"C", "Caug", 0, "Caug", "Caug"},
	}
	for _, tt := range tests {
		key, err := jam.ParseKey(tt.key)
		if err != nil {
			t.Fatal(err)
		}
		chord, err := jam.ParseChord(tt.plain)
		if err != nil {
			t.Fatal(err)
		}
		var heard []uint8
		if tt.melody > 0 {
			heard = []uint8{uint8(tt.melody)}
		}
		for colour, want := range []string{tt.plain, tt.sevenths, tt.ninths} {
			if got := jam.Colour(colour).Add(chord, key, heard...).String(); got != want {
				t.Errorf("%s in %s under %v with %v: %s, want %s", tt.plain, tt.key, tt.melody, jam.Colour(colour), got, want)
			}
		}
	}
}

// What is added is never a semitone from what was heard, and takes no note away.
func TestColourDoesNotClash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chord := jam.Chord{Root: rapid.Uint8Range(0, 11).Draw(t, "root"), Quality: uint8(rapid.IntRange(0, len(jam.Qualities)-1).Draw(t, "quality"))}
		key, pitch := jam.KeyAt(rapid.IntRange(0, jam.AllKeys-1).Draw(t, "key")), rapid.Uint8Range(0, 127).Draw(t, "melody")
		with := jam.Colour(rapid.IntRange(0, 2).Draw(t, "colour")).Add(chord, key, pitch)
		if !enriched(chord, with.String()) {
			t.Fatalf("%v became %v", chord, with)
		}
		for _, above := range jam.Qualities[with.Quality].Intervals {
			if apart := (pitch + 24 - with.Root - above) % 12; !chord.Has(with.Root+above) && (apart == 1 || apart == 11) {
				t.Fatalf("%v became %v under %d", chord, with, pitch)
			}
		}
	})
}

// A jam in C with triads alone has sevenths as soon as the key is known, and before that none.
func TestColourWaitsForTheKey(t *testing.T) {
	s := jam.DefaultSettings()
	s.Listen, s.Colour, s.ChordGrid = 0, jam.WithSevenths, jam.GridFrame
	p := jamtest.NewPolicyOf(1, "C", "Dm", "F", "G")
	e, err := jam.NewEngine(p.Vocabulary(), s, &jamtest.Output{})
	if err != nil {
		t.Fatal(err)
	}
	scale := []uint8{60, 62, 64, 65, 67, 69, 71, 72}
	var early, late []string
	for frame := range int64(200) {
		at := e.Grid().Line(frame)
		e.Push(jam.Event{At: at, Status: 0x90, Data1: scale[frame/2%8], Data2: 80})
		chord, melody, place := e.Hear()
		logits, _ := p.Step(chord, melody, place)
		if err := e.Decide(logits); err != nil {
			t.Fatal(err)
		}
		r, _ := e.Play()
		switch {
		case r.Began && frame < 12:
			early = append(early, r.Symbol)
		case r.Began && frame > 60:
			late = append(late, r.Symbol)
		}
	}
	seventh := func(symbol string) bool { return strings.ContainsAny(symbol, "67") }
	if len(early) == 0 || slices.ContainsFunc(early, seventh) {
		t.Errorf("without a key: %v", early)
	}
	if len(late) == 0 || !slices.ContainsFunc(late, seventh) {
		t.Errorf("in C: %v", late)
	}
}

func TestColourAllocatesNothing(t *testing.T) {
	p := jamtest.NewPolicy(1)
	p.Remember = false
	e, err := jam.NewEngine(p.Vocabulary(), settings(func(s *jam.Settings) { s.ChordGrid, s.Colour = jam.GridFrame, jam.WithNinths }), quiet{})
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(2000, func() { frame(e, p) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
