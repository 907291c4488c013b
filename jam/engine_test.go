package jam_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// settings are the defaults, heard from the first frame on, with the changes that the test needs.
func settings(change func(*jam.Settings)) jam.Settings {
	s := jam.DefaultSettings()
	s.Listen = 0
	if change != nil {
		change(&s)
	}
	return s
}

func newEngine(t testing.TB, s jam.Settings, out jam.Output) (*jam.Engine, *jam.Vocabulary) {
	t.Helper()
	v := jamtest.NewPolicy(0).Vocabulary()
	e, err := jam.NewEngine(v, s, out)
	if err != nil {
		t.Fatal(err)
	}
	return e, v
}

// want returns logits that leave only one legal token.
func want(v *jam.Vocabulary, token jam.ChordToken) []float32 {
	logits := slices.Repeat([]float32{float32(math.Inf(-1))}, v.Logits())
	logits[token] = 0
	return logits
}

// play plays one frame with the chord that the test wants. A negative token is a miss.
func play(t testing.TB, e *jam.Engine, v *jam.Vocabulary, token jam.ChordToken) jam.FrameReport {
	t.Helper()
	e.Hear()
	if token >= 0 {
		if err := e.Decide(want(v, token)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := e.Play()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// since returns what was sent after the first n messages, as pairs of status and pitch.
func since(out *jamtest.Output, n int) (messages [][2]byte) {
	for _, m := range out.Sent()[n:] {
		messages = append(messages, [2]byte{m.Status, m.Data1})
	}
	return messages
}

func index(symbol string) int { return slices.Index(jamtest.Symbols, symbol) }

func TestEngineStrikesHoldsAndLetsGo(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.ChordGrid = jam.GridFrame }), out)
	c, am := index("C"), index("Am7")
	var sent int
	for _, step := range []struct {
		what  string
		token jam.ChordToken
		want  [][2]byte
	}{
		{"C begins", v.Begin(c), [][2]byte{{0x91, 55}, {0x91, 60}, {0x91, 64}}},
		{"it is held", v.Hold(c), nil},
		{"a miss holds it too", -1, nil},
		{"its common tones stay", v.Begin(am), [][2]byte{{0x91, 57}}},
		{"C6 has the notes of Am7, but begins", v.Begin(index("C6")),
			[][2]byte{{0x81, 55}, {0x81, 57}, {0x81, 60}, {0x81, 64}, {0x91, 55}, {0x91, 57}, {0x91, 60}, {0x91, 64}}},
		{"C again", v.Begin(c), [][2]byte{{0x81, 57}}},
		{"begun again, it is struck again", v.Begin(c),
			[][2]byte{{0x81, 55}, {0x81, 60}, {0x81, 64}, {0x91, 55}, {0x91, 60}, {0x91, 64}}},
		{"no chord", jam.NoChord, [][2]byte{{0x81, 55}, {0x81, 60}, {0x81, 64}}},
		{"a miss with nothing to hold", -1, nil},
	} {
		r := play(t, e, v, step.token)
		if got := since(out, sent); !slices.Equal(got, step.want) {
			t.Errorf("%s: sent % X, want % X", step.what, got, step.want)
		}
		if struck := len(step.want) > 0 && step.want[len(step.want)-1][0] == 0x91 || step.what == "C again"; r.Began != struck {
			t.Errorf("%s: began %v", step.what, r.Began)
		}
		if r.Missed != (step.token < 0) {
			t.Errorf("%s: missed %v", step.what, r.Missed)
		}
		sent = len(out.Sent())
	}
	want := jam.Summary{Frames: 9, Chords: 5, Misses: 2}
	if got := e.Summary(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestEngineBassHasItsChannel(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.Bass, s.BassChannel, s.ChordChannel = true, 4, 1 }), out)
	r := play(t, e, v, v.Begin(index("C")))
	if got, want := since(out, 0), [][2]byte{{0x93, 36}, {0x90, 55}, {0x90, 60}, {0x90, 64}}; !slices.Equal(got, want) {
		t.Errorf("sent % X, want % X", got, want)
	}
	if got := r.Voicing.Slice(); !slices.Equal(got, []uint8{36, 55, 60, 64}) {
		t.Errorf("voicing %v", got)
	}
	if err := e.End(); err != nil || out.Sounding() != 0 || out.Err() != nil {
		t.Errorf("%v, %d sounding, %v", err, out.Sounding(), out.Err())
	}
}

func TestEngineChangesOnTheChordGridOnly(t *testing.T) {
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.ChordGrid, s.Meter = jam.GridHalf, jam.Quarters(4) }), jamtest.NewOutput(nil))
	for frame := range 32 {
		r := play(t, e, v, v.Begin(frame%v.Len()))
		wantToken := v.Hold(frame / 8 * 8 % v.Len())
		if frame%8 == 0 {
			wantToken = v.Begin(frame % v.Len())
		}
		if r.Sounded != wantToken || r.Chosen != wantToken || r.Began != (frame%8 == 0) {
			t.Errorf("frame %d: sounded %d, want %d", frame, r.Sounded, wantToken)
		}
	}
}

func TestEngineListensFirst(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.Listen, s.ChordGrid = 2, jam.GridBar }), out)
	// It listens for 8 frames, but the next line of the chord grid is frame 16. There the policy is late, so it joins in at the
	// line after that. It is told what sounded: nothing.
	for frame := range int64(32) {
		token := v.Begin(3)
		if frame == 16 {
			token = -1
		}
		r := play(t, e, v, token)
		if !r.Listening || r.Sounded != jam.NoChord || r.Voicing.Len != 0 || r.Began || len(out.Sent()) != 0 {
			t.Fatalf("frame %d while listening: %+v, %d messages", frame, r, len(out.Sent()))
		}
	}
	// Then silence is not allowed, however likely the policy thinks it.
	e.Hear()
	logits := make([]float32, v.Logits())
	logits[jam.NoChord] = 100
	if err := e.Decide(logits); err != nil {
		t.Fatal(err)
	}
	if r, _ := e.Play(); r.Listening || !r.Began || r.Voicing.Len < 3 || out.Sounding() < 3 {
		t.Errorf("after listening: %+v", r)
	}
	if r := play(t, e, v, -1); r.Listening || r.Began || out.Sounding() < 3 {
		t.Errorf("after that: %+v", r)
	}
}

func TestEngineKeepsTheTokensOfTheFrameBefore(t *testing.T) {
	e, v := newEngine(t, settings(nil), jamtest.NewOutput(nil))
	if c, m, _ := e.Hear(); c != v.Start() || m != jam.MelodyStart {
		t.Errorf("before frame 0: %d, %d", c, m)
	}
	if err := e.Decide(want(v, v.Begin(2))); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Play(); err != nil {
		t.Fatal(err)
	}
	e.Push(jam.Event{At: 10 * time.Millisecond, Status: 0x90, Data1: 60, Data2: 99})
	if c, m, _ := e.Hear(); c != v.Begin(2) || m != jam.MelodyOnset(60) {
		t.Errorf("after frame 0: %d, %d", c, m)
	}
	r, _ := e.Play()
	if r.Melody != jam.MelodyOnset(60) || r.Velocity != 99 {
		t.Errorf("report %+v", r)
	}
	e.Hear()
	e.Skip()
	if c, m, _ := e.Hear(); c != v.Hold(2) || m != jam.MelodyHold(60) {
		t.Errorf("after a skipped frame: %d, %d", c, m)
	}
}

// broken is an output whose port is gone.
type broken struct{}

func (broken) Send(_, _, _ byte) error { return errors.New("port gone") }

func TestEngineGoesOnWithoutItsOutputAndWithoutNumbers(t *testing.T) {
	e, v := newEngine(t, settings(nil), broken{})
	e.Hear()
	if err := e.Decide(make([]float32, 3)); err == nil {
		t.Error("three logits are taken")
	}
	bad := make([]float32, v.Logits())
	bad[1] = float32(math.NaN())
	if err := e.Decide(bad); !errors.Is(err, jam.ErrLogits) {
		t.Errorf("error %v", err)
	}
	if r, err := e.Play(); err != nil || !r.Missed || r.Sounded != jam.NoChord {
		t.Errorf("%+v, %v", r, err)
	}
	for range 3 {
		play(t, e, v, -1)
	}
	e.Hear()
	if err := e.Decide(want(v, v.Begin(0))); err != nil {
		t.Fatal(err)
	}
	if r, err := e.Play(); err == nil || r.Sounded != v.Begin(0) || e.Frame() != 5 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Whatever is played, decided, missed and skipped: every note on has its note off, tokens are legal, and reports tell what
// sounds.
func TestEngineOffsBalanceOns(t *testing.T) { rapid.Check(t, offsBalanceOns) }

func FuzzEngine(f *testing.F) { f.Fuzz(rapid.MakeFuzz(offsBalanceOns)) }

func offsBalanceOns(t *rapid.T) {
	s := atKeys(t, anySettings(t))
	out := jamtest.NewOutput(nil)
	p := jamtest.NewPolicy(1)
	v := p.Vocabulary()
	e, err := jam.NewEngine(v, s, out)
	if err != nil {
		t.Fatal(err)
	}
	before, last, voicer := v.Start(), jam.Layout{}, jam.NewVoicer(s)
	for range rapid.IntRange(0, 200).Draw(t, "frames") {
		if rapid.Bool().Draw(t, "event") {
			e.Push(jam.Event{
				At: e.Grid().Line(e.Frame()), Status: rapid.Byte().Draw(t, "status"),
				Data1: rapid.Byte().Draw(t, "data1"), Data2: rapid.Byte().Draw(t, "data2"),
			})
		}
		chord, melody, place := e.Hear()
		if chord != before {
			t.Fatalf("Hear tells %d, but %d sounded", chord, before)
		}
		logits, _ := p.Step(chord, melody, place)
		switch rapid.IntRange(0, 9).Draw(t, "action") {
		case 0: // a miss
		case 1:
			e.Skip()
			before = v.Continue(before)
			continue
		case 2:
			before = jam.NoChord
			_ = e.EndChord()
		case 3:
			_ = e.Decide(logits)
			_ = e.EndChord()
			before = jam.NoChord
		default:
			_ = e.Decide(logits)
		}
		r, _ := e.Play()
		if !v.Legal(before, r.Sounded) && r.Sounded != v.Continue(before) {
			t.Fatalf("token %d after %d", r.Sounded, before)
		}
		if r.Sounded != before && r.Sounded != v.Continue(before) && !s.ChordGrid.Has(s.Meter, r.Frame) {
			t.Fatalf("frame %d changes the chord off the chord grid", r.Frame)
		}
		clicks := out.SoundingOn(10)
		if (r.Click.Pitch > 0) != (clicks > 0) {
			t.Fatalf("frame %d: %d clicks, reported %v", r.Frame, clicks, r.Click)
		}
		if int(r.Notes.Len)+clicks != out.Sounding() || clicks > 0 != (s.Metronome && r.Frame%s.Meter.Beat() == 0) {
			t.Fatalf("%d notes sound, %d of them clicks, the report has %v", out.Sounding(), clicks, r.Notes.Slice())
		}
		if i, _ := v.Index(r.Sounded); r.Began {
			want := voicer.Voice(last, v.Chord(i))
			if r.Voicing != want.Voicing() {
				t.Fatalf("%s is laid out as %v, from %v it should be %v", r.Symbol, r.Voicing.Slice(), last, want)
			}
			last = want
		}
		before = r.Sounded
	}
	_ = e.End()
	if out.Sounding() != 0 || out.Err() != nil {
		t.Fatalf("%d notes are left, %v", out.Sounding(), out.Err())
	}
}

func anySettings(t *rapid.T) jam.Settings {
	return settings(func(s *jam.Settings) {
		s.Tempo = rapid.Float64Range(40, 300).Draw(t, "tempo")
		s.Meter = rapid.SampledFrom([]jam.Meter{jam.Quarters(1), jam.Quarters(2), jam.Quarters(3), jam.Quarters(4), jam.Quarters(7), {Count: 6, Unit: 8}, {Count: 9, Unit: 8},
			meter("7/8"), meter("2+3/4"), meter("7/16"), meter("2/2")}).Draw(t, "meter")
		s.Swing = jam.Swing(rapid.IntRange(0, int(jam.SwingSixteenths)).Draw(t, "swing"))
		s.SwingPercent = rapid.Float64Range(50, 75).Draw(t, "swing percent")
		s.Listen = rapid.IntRange(0, 5).Draw(t, "listen")
		s.ChordGrid = rapid.SampledFrom([]jam.ChordGrid{jam.GridFrame, jam.GridBeat, jam.GridHalf, jam.GridBar}).Draw(t, "chord grid")
		s.Temperature = rapid.SampledFrom([]float64{0, 0.5, 0.99, 2}).Draw(t, "temperature")
		s.TopP = rapid.SampledFrom([]float64{0.3, 0.9, 1}).Draw(t, "top-p")
		s.Seed = rapid.Uint64().Draw(t, "seed")
		s.Bass = rapid.Bool().Draw(t, "bass")
		s.Style = jam.Style(rapid.IntRange(0, int(jam.Ripple)).Draw(t, "style"))
		s.Complexity = jam.Complexity(rapid.IntRange(0, int(jam.AllChords)).Draw(t, "complexity"))
		s.Key = jam.ChordKey(rapid.IntRange(0, jam.AllKeys).Draw(t, "key"))
		s.Metronome = rapid.Bool().Draw(t, "metronome")
	})
}

// atKeys adds events that change a player's keys.
func atKeys(t *rapid.T, s jam.Settings) jam.Settings {
	s.Transpose = int8(rapid.IntRange(-24, 24).Draw(t, "transpose"))
	s.Split = rapid.SampledFrom([]uint8{0, 0, 60}).Draw(t, "split")
	return s
}

func TestEngineAllocatesNothing(t *testing.T) {
	p := jamtest.NewPolicy(1)
	p.Remember = false
	s := settings(func(s *jam.Settings) { s.ChordGrid, s.Bass, s.TopP = jam.GridFrame, true, 0.9 })
	e, err := jam.NewEngine(p.Vocabulary(), s, quiet{})
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(2000, func() { frame(e, p) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// quiet is an output that does nothing.
type quiet struct{}

func (quiet) Send(_, _, _ byte) error { return nil }

func frame(e *jam.Engine, p *jamtest.Policy) {
	line := e.Grid().Line(e.Frame())
	e.Push(jam.Event{At: line, Status: 0x90, Data1: byte(e.Frame() % 128), Data2: 80})
	chord, melody, place := e.Hear()
	logits, _ := p.Step(chord, melody, place)
	if e.Decide(logits) == nil {
		_, _ = e.Play()
	}
}

func BenchmarkEngineFrame(b *testing.B) {
	p := jamtest.NewPolicy(1)
	p.Remember = false
	e, err := jam.NewEngine(p.Vocabulary(), settings(func(s *jam.Settings) { s.ChordGrid = jam.GridFrame }), quiet{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		frame(e, p)
	}
}

// What happens in one frame does not change the draws of other frames.
func TestAMissShiftsNoDraw(t *testing.T) {
	sounded := func(missed, skipped int64) (tokens []jam.ChordToken) {
		e, v := newEngine(t, settings(func(s *jam.Settings) { s.ChordGrid = jam.GridFrame }), quiet{})
		logits := make([]float32, v.Logits())
		for i := range v.Len() {
			logits[v.Hold(i)] = float32(math.Inf(-1)) // so that a choice owes nothing to the one before
		}
		for frame := range int64(40) {
			e.Hear()
			if frame == skipped {
				e.Skip()
				continue
			}
			if frame != missed {
				if err := e.Decide(logits); err != nil {
					t.Fatal(err)
				}
			}
			r, err := e.Play()
			if err != nil {
				t.Fatal(err)
			}
			if frame > 20 {
				tokens = append(tokens, r.Sounded)
			}
		}
		return tokens
	}
	want := sounded(-1, -1)
	if got := sounded(3, 10); !slices.Equal(got, want) {
		t.Errorf("after a miss and a skipped frame %v, without %v", got, want)
	}
}

// A policy that wants a change between the beats, at frames 13, 29, ..., gets it on the next beat.
func TestEngineMakesUpForChangesOffTheGrid(t *testing.T) {
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.ChordGrid, s.Temperature = jam.GridBeat, 1 }), jamtest.NewOutput(nil))
	logits := make([]float32, v.Logits())
	for frame := range int64(64) {
		chord, _, _ := e.Hear()
		for i := range logits {
			logits[i] = -30
		}
		next := int(frame/8) % 5
		if i, ok := v.Index(chord); ok && (frame%8 != 5 || i == next) {
			logits[v.Hold(i)] = 0 // all but sure to go on
			logits[v.Begin(next)] = -15
		} else {
			logits[v.Begin(next)] = 0
		}
		if err := e.Decide(logits); err != nil {
			t.Fatal(err)
		}
		r, err := e.Play()
		if err != nil {
			t.Fatal(err)
		}
		if want := frame%16 == 0; r.Began != want {
			t.Errorf("frame %d: began %v, want %v (%s)", frame, r.Began, want, r.Symbol)
		}
	}
}

// The policy is told what the reports tell: the chord of the frame before sounded, whenever in the frame it ended.
func TestEngineLetsGoTheSameBeforeAndAfterHear(t *testing.T) {
	for _, early := range []bool{true, false} {
		e, v := newEngine(t, settings(nil), jamtest.NewOutput(nil))
		play(t, e, v, v.Begin(2))
		letGo := func(when bool) {
			if when == early {
				if err := e.EndChord(); err != nil {
					t.Fatal(err)
				}
			}
		}
		letGo(true)
		if chord, _, _ := e.Hear(); chord != v.Begin(2) {
			t.Errorf("early %v: told %d, but the chord that sounded is %d", early, chord, v.Begin(2))
		}
		letGo(false)
		if r, _ := e.Play(); r.Sounded != jam.NoChord || !r.Missed {
			t.Errorf("early %v: %+v", early, r)
		}
		if chord, _, _ := e.Hear(); chord != jam.NoChord {
			t.Errorf("early %v: told %d after silence", early, chord)
		}
	}
}

// A decision whose line passed while the machine was stopped leaves nothing behind: later frames are as without it.
func TestEngineForgetsWhatWasNotPlayed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := settings(func(s *jam.Settings) { s.Temperature = 1 })
		skipped := rapid.IntRange(1, 40).Draw(t, "skipped")
		seed := rapid.Uint64().Draw(t, "seed")
		var played [2][]jam.FrameReport
		for i := range played {
			p := jamtest.NewPolicy(seed)
			e, err := jam.NewEngine(p.Vocabulary(), s, jamtest.NewOutput(nil))
			if err != nil {
				t.Fatal(err)
			}
			for frame := range 80 {
				logits, _ := p.Step(e.Hear())
				if decide := frame != skipped || i == 0; decide {
					if err := e.Decide(logits); err != nil {
						t.Fatal(err)
					}
				}
				if frame == skipped {
					e.Skip()
					continue
				}
				r, _ := e.Play()
				played[i] = append(played[i], r)
			}
		}
		if !slices.Equal(played[0], played[1]) {
			t.Fatalf("decided and skipped:\n%+v\nskipped:\n%+v", played[0], played[1])
		}
	})
}

func meter(text string) jam.Meter {
	m, err := jam.ParseMeter(text)
	if err != nil {
		panic(err)
	}
	return m
}
