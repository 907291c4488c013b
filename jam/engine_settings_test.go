package jam_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// set returns a control as a user writes it.
func set(t testing.TB, name, value string) jam.Control {
	t.Helper()
	c, err := jam.ParseControl(name, value)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func apply(t testing.TB, e *jam.Engine, name, value string) {
	t.Helper()
	if err := e.Apply(set(t, name, value)); err != nil {
		t.Fatal(err)
	}
}

// anyControl draws a control of any knob or button.
func anyControl(t *rapid.T) jam.Control {
	for {
		p := jam.Param(rapid.IntRange(0, len(jam.Params())-1).Draw(t, "param"))
		if c, ok := jam.FromMIDI(p, rapid.ByteMax(127).Draw(t, "knob")); ok {
			return c
		}
	}
}

// A score is what happens to an engine, frame by frame.
type score []beforeFrame

type beforeFrame struct {
	controls []jam.Control
	events   []jam.Event
	missed   bool
	skipped  bool
	swap     bool // to the other vocabulary
}

func anyScore(t *rapid.T, name string, frames int) score {
	out := make(score, frames)
	for i := range out {
		switch rapid.IntRange(0, 9).Draw(t, name) {
		case 0:
			out[i].missed = true
		case 1:
			out[i].skipped = true
		case 2:
			out[i].swap = true
		case 3, 4, 5:
			for range rapid.IntRange(1, 3).Draw(t, "controls") {
				out[i].controls = append(out[i].controls, anyControl(t))
			}
		case 6, 7:
			out[i].events = []jam.Event{{Status: rapid.SampledFrom([]byte{0x90, 0x90, 0x80}).Draw(t, "status"),
				Data1: rapid.ByteRange(48, 84).Draw(t, "pitch"), Data2: rapid.ByteMax(127).Draw(t, "velocity")}}
		}
	}
	return out
}

// perform plays a score with two policies of different vocabularies in turn, and checks what must always hold.
func (s score) perform(t *rapid.T, settings jam.Settings) (reports []jam.FrameReport, sent []jam.Event) {
	out := jamtest.NewOutput(nil)
	policies := []*jamtest.Policy{jamtest.NewPolicy(1), jamtest.NewPolicyOf(2, "C", "F7", "Bbmaj9", "Am7", "Gadd9")}
	v := policies[0].Vocabulary()
	e, err := jam.NewEngine(v, settings, out)
	if err != nil {
		t.Fatal(err)
	}
	before := v.Start()
	for _, now := range s {
		for _, event := range now.events {
			event.At = e.Line(e.Frame())
			e.Push(event)
		}
		if now.swap {
			slices.Reverse(policies)
			before = policies[0].Vocabulary().Translate(before, v)
			v = policies[0].Vocabulary()
			e.Swap(v)
		}
		panicked := false
		for _, c := range now.controls {
			was := e.Settings()
			if err := e.Apply(c); err != nil && e.Settings() != was {
				t.Fatalf("%v: %v, and the settings are others", c, err)
			}
			if c.Param == jam.ParamPanic {
				panicked = true
				if out.Sounding() != 0 {
					t.Fatalf("%d notes sound after a panic", out.Sounding())
				}
			}
		}
		if err := e.Settings().Check(); err != nil {
			t.Fatal(err)
		}
		chord, melody, place := e.Hear()
		if chord != before {
			t.Fatalf("frame %d: Hear tells %d, but %d sounded", e.Frame(), chord, before)
		}
		if panicked { // from this frame on; the one before had its chord
			before = jam.NoChord
		}
		logits, _ := policies[0].Step(chord, melody, place)
		if now.skipped {
			e.Skip()
			before = v.Continue(before)
			continue
		}
		if !now.missed {
			if err := e.Decide(logits); err != nil {
				t.Fatal(err)
			}
		}
		r, _ := e.Play()
		check(t, e, out, v, before, r)
		before = r.Sounded
		reports = append(reports, r)
	}
	if _ = e.End(); out.Sounding() != 0 || out.Err() != nil {
		t.Fatalf("%d notes are left, %v", out.Sounding(), out.Err())
	}
	return reports, out.Sent()
}

func mayBegin(s jam.Settings, c jam.Chord) bool {
	return s.Complexity.Allows(c.Quality) && s.Key.Allows(c)
}

func knowsAny(s jam.Settings, v *jam.Vocabulary) bool {
	for i := range v.Len() {
		if mayBegin(s, v.Chord(i)) {
			return true
		}
	}
	return false
}

func check(t *rapid.T, e *jam.Engine, out *jamtest.Output, v *jam.Vocabulary, before jam.ChordToken, r jam.FrameReport) {
	s := e.Settings()
	clicks := out.SoundingOn(10)
	switch i, named := v.Index(r.Sounded); {
	case !v.Legal(before, r.Sounded) && r.Sounded != v.Continue(before):
		t.Fatalf("frame %d: token %d after %d", r.Frame, r.Sounded, before)
	case r.Began && !mayBegin(s, v.Chord(i)) && knowsAny(s, v):
		t.Fatalf("frame %d: %s begins, of %v in %v", r.Frame, r.Symbol, s.Complexity, s.Key)
	case r.Began && (s.Hold || s.Mute || r.Missed || !s.ChordGrid.Has(s.Meter, r.Frame)):
		t.Fatalf("frame %d: a chord begins with %+v, missed %v", r.Frame, s, r.Missed)
	case named && !enriched(v.Chord(i), r.Symbol), named && r.Began && s.Colour == jam.Plain && r.Symbol != v.Chord(i).String():
		t.Fatalf("frame %d: %s sounds as %s", r.Frame, v.Chord(i), r.Symbol)
	case r.Began && mayBegin(s, v.Chord(i)) && !s.Key.Allows(chordOf(t, r.Symbol)):
		t.Fatalf("frame %d: %s in %v", r.Frame, r.Symbol, s.Key)
	case (r.Symbol == "N.C.") != (r.Voicing.Len == 0) || named && r.Voicing.Len == 0:
		t.Fatalf("frame %d: %s sounds as %v", r.Frame, r.Symbol, r.Voicing.Slice())
	case s.Mute && (r.Voicing.Len > 0 || r.Notes.Len > 0 || !r.Listening):
		t.Fatalf("frame %d is muted: %+v", r.Frame, r)
	case int(r.Notes.Len)+clicks != out.Sounding():
		t.Fatalf("frame %d: %d notes sound, the report has %v", r.Frame, out.Sounding(), r.Notes.Slice())
	case clicks > 1 || clicks == 1 != (s.Metronome && r.Frame%s.Meter.Beat() == 0):
		t.Fatalf("frame %d: %d clicks, metronome %v", r.Frame, clicks, s.Metronome)
	}
}

// enriched reports whether a symbol is that of a chord, or of one with notes added.
func enriched(c jam.Chord, symbol string) bool {
	with, err := jam.ParseChord(symbol)
	return err == nil && with.Root == c.Root && !slices.ContainsFunc(jam.Qualities[c.Quality].Intervals, func(above uint8) bool { return !with.Has(c.Root + above) })
}

func chordOf(t *rapid.T, symbol string) jam.Chord {
	c, err := jam.ParseChord(symbol)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whatever is set in any frame, the settings stay valid, tokens are legal, only allowed chords begin, reports tell what sounds,
// and every note on has its note off. The same score gives the same result again.
func TestControls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settings := atKeys(t, anySettings(t))
		s := anyScore(t, "score", rapid.IntRange(1, 120).Draw(t, "frames"))
		reports, sent := s.perform(t, settings)
		again, sentAgain := s.perform(t, settings)
		if !slices.Equal(reports, again) || !slices.Equal(sent, sentAgain) {
			t.Fatal("the same again is another")
		}
	})
}

// What a player does from a frame on, with keys or controls, changes nothing in the frames before it.
func TestControlsDoNotReachBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settings := atKeys(t, anySettings(t))
		shared := anyScore(t, "shared", rapid.IntRange(0, 60).Draw(t, "n"))
		a, _ := append(slices.Clone(shared), anyScore(t, "a", 20)...).perform(t, settings)
		b, _ := append(slices.Clone(shared), anyScore(t, "b", 20)...).perform(t, settings)
		n := int64(len(shared))
		before := func(reports []jam.FrameReport) []jam.FrameReport {
			end := slices.IndexFunc(reports, func(r jam.FrameReport) bool { return r.Frame >= n })
			return reports[:max(end, 0)]
		}
		if !slices.Equal(before(a), before(b)) {
			t.Fatalf("what is done from frame %d on changes the frames before it", n)
		}
	})
}

func TestApplyAllocatesNothing(t *testing.T) {
	p := jamtest.NewPolicy(1)
	p.Remember = false
	e, err := jam.NewEngine(p.Vocabulary(), settings(func(s *jam.Settings) { s.ChordGrid, s.Bass, s.Metronome = jam.GridFrame, true, true }), quiet{})
	if err != nil {
		t.Fatal(err)
	}
	other := jamtest.NewPolicyOf(2, "C", "F7", "Bbmaj9").Vocabulary()
	var controls []jam.Control
	for _, c := range []struct{ name, value string }{
		{"style", "arpeggio"}, {"complexity", "triads"}, {"key", "Am"}, {"key", "any"}, {"temperature", "0.5"}, {"top-p", "0.9"}, {"low", "50"}, {"style", "pulse"},
		{"swing", "eighths"}, {"swing-percent", "70"}, {"swing", "sixteenths"},
		{"mute", "on"}, {"mute", "off"}, {"transpose", "3"}, {"hold", "on"}, {"hold", "off"}, {"panic", ""}, {"bass", "off"}, {"bass", "on"},
	} {
		controls = append(controls, set(t, c.name, c.value))
	}
	i := 0
	if n := testing.AllocsPerRun(2000, func() {
		if err := e.Apply(controls[i%len(controls)]); err != nil {
			t.Fatal(err)
		}
		if i++; i%5 == 0 {
			e.Swap(other)
			e.Swap(p.Vocabulary())
		}
		frame(e, p)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestMuteAndHold(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(nil), out)
	begin := func(i int) jam.FrameReport { return play(t, e, v, v.Begin(i)) }
	for range 4 {
		begin(0)
	}
	apply(t, e, "hold", "on")
	for range 4 {
		if r := begin(1); r.Sounded != v.Hold(0) || r.Began {
			t.Errorf("held: %+v", r)
		}
	}
	apply(t, e, "hold", "off")
	if r := begin(1); r.Sounded != v.Begin(1) {
		t.Errorf("let off: %+v", r)
	}
	apply(t, e, "mute", "on")
	if chord, _, _ := e.Hear(); chord != v.Begin(1) || out.Sounding() == 0 {
		t.Errorf("before the frame that is muted %d sounded, and %d notes sound on", chord, out.Sounding())
	}
	if r, _ := e.Play(); !r.Missed || r.Sounded != jam.NoChord || !r.Listening || out.Sounding() != 0 {
		t.Errorf("muted in a miss: %+v", r)
	}
	for range 5 {
		if r := begin(2); r.Sounded != jam.NoChord || r.Prob == 0 || out.Sounding() != 0 {
			t.Errorf("muted: %+v", r)
		}
	}
	apply(t, e, "mute", "off")
	for e.Frame()%4 != 0 {
		begin(2)
	}
	logits := want(v, v.Begin(3)) // and silence, which is no choice now
	logits[jam.NoChord] = 100
	e.Hear()
	if err := e.Decide(logits); err != nil {
		t.Fatal(err)
	}
	if r, _ := e.Play(); r.Sounded != v.Begin(3) || r.Listening {
		t.Errorf("heard again: %+v", r)
	}
}

// A policy with another vocabulary takes over. A chord that it knows goes on under its own token. A chord that it does not know
// sounds on until the next one begins, and is no chord to it.
func TestSwap(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.ChordGrid = jam.GridFrame }), out)
	other, err := jam.NewVocabulary([]string{"F", "Am7", "C"})
	if err != nil {
		t.Fatal(err)
	}
	play(t, e, v, v.Begin(index("C")))
	e.Swap(other)
	if chord, _, _ := e.Hear(); chord != other.Begin(2) {
		t.Errorf("C is %d to the other policy", chord)
	}
	if r, _ := e.Play(); r.Sounded != other.Hold(2) || r.Symbol != "C" || out.Sounding() != 3 {
		t.Errorf("C: %+v", r)
	}
	e.Swap(v)
	play(t, e, v, v.Begin(index("G7")))
	e.Swap(other)
	if chord, _, _ := e.Hear(); chord != jam.NoChord {
		t.Errorf("G7 is %d to the other policy", chord)
	}
	if r, _ := e.Play(); r.Sounded != jam.NoChord || r.Symbol != "G7" || r.Voicing.Len != 4 || out.Sounding() != 4 {
		t.Errorf("G7 in a miss: %+v", r)
	}
	if r := play(t, e, other, jam.NoChord); r.Symbol != "G7" || out.Sounding() != 4 {
		t.Errorf("G7 goes on: %+v", r)
	}
	if r := play(t, e, other, other.Begin(0)); r.Symbol != "F" || r.Sounded != other.Begin(0) || out.Sounding() != 3 || out.Err() != nil {
		t.Errorf("F: %+v, %v", r, out.Err())
	}
	if r := play(t, e, other, jam.NoChord); r.Symbol != "N.C." || out.Sounding() != 0 {
		t.Errorf("and nothing: %+v", r)
	}
}

func TestKeysAreSplitAndTransposed(t *testing.T) {
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.Split, s.Transpose = 60, -12 }), quiet{})
	key := func(status, pitch byte) {
		e.Push(jam.Event{At: e.Grid().Line(e.Frame()), Status: status, Data1: pitch, Data2: 80})
	}
	heard := func(what string, want jam.MelodyToken) {
		t.Helper()
		play(t, e, v, -1)
		if _, got, _ := e.Hear(); got != want {
			t.Errorf("%s: the policy hears %d, want %d", what, got, want)
		}
	}
	key(0x90, 72)
	heard("an octave lower", jam.MelodyOnset(60))
	key(0x90, 59)
	heard("below the split", jam.MelodyHold(60))
	key(0x80, 59)
	heard("and let go", jam.MelodyHold(60))
	apply(t, e, "transpose", "5")
	apply(t, e, "split", "80")
	heard("what sounds stays", jam.MelodyHold(60))
	key(0x80, 72)
	heard("and ends", jam.Silence)
	key(0x90, 127)
	heard("beyond the last pitch", jam.Silence)
	key(0x80, 127)
	key(0x90, 80)
	heard("a fourth higher", jam.MelodyOnset(85))
}

func TestThru(t *testing.T) {
	out := jamtest.NewOutput(nil)
	thru := jam.NewThru(out, 2)
	for _, m := range [][3]byte{{0x90, 60, 90}, {0xB0, 64, 127}, {0xA0, 60, 5}, {0x90, 126, 90}, {0x80, 126, 0}} {
		if err := thru.Send(jam.Event{Status: m[0], Data1: m[1], Data2: m[2]}); err != nil {
			t.Fatal(err)
		}
	}
	thru.Transpose(-3)
	_ = thru.Send(jam.Event{Status: 0x90, Data1: 60})
	_ = thru.Send(jam.Event{Status: 0x80, Data1: 60}) // it is let go already
	_ = thru.Send(jam.Event{Status: 0x90, Data1: 60, Data2: 90})
	want := [][2]byte{{0x90, 62}, {0xB0, 64}, {0xA0, 62}, {0x90, 62}, {0x90, 57}}
	if got := since(out, 0); !slices.Equal(got, want) || out.Sounding() != 1 {
		t.Errorf("sent % X, want % X", got, want)
	}
}

// A keyboard and a page play at once. Run with -race.
func TestThruIsForAnyGoroutine(t *testing.T) {
	out := jamtest.NewOutput(nil)
	thru := jam.NewThru(out, 2)
	var playing sync.WaitGroup
	for player := range byte(2) {
		playing.Go(func() {
			for i := range 1000 {
				e := jam.Event{Status: 0x90, Data1: 60 + byte(i%12), Data2: 90}
				e.Status |= player
				_ = thru.Send(e)
				e.Data2 = 0
				_ = thru.Send(e)
			}
		})
	}
	playing.Go(func() {
		for i := range 1000 {
			thru.Transpose(int8(i % 12))
		}
	})
	playing.Wait()
	if out.Sounding() != 0 || out.Err() != nil {
		t.Errorf("%d notes sound on, %v", out.Sounding(), out.Err())
	}
}

func TestVelocityFollowsThePlayer(t *testing.T) {
	out := jamtest.NewOutput(nil)
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.FollowVelocity, s.ChordGrid, s.Velocity = true, jam.GridFrame, 60 }), out)
	struck := func() uint8 {
		r := play(t, e, v, v.Begin(int(e.Frame())%2*3))
		return r.Notes.Notes[0].Velocity
	}
	if got := struck(); got != 60 {
		t.Errorf("before the first note: %d", got)
	}
	last := uint8(60)
	for i := range 30 {
		e.Push(jam.Event{At: e.Grid().Line(e.Frame() - 1), Status: 0x90, Data1: 60 + byte(i%2), Data2: 120})
		got := struck()
		if got < last {
			t.Errorf("after note %d: %d, before it %d", i, got, last)
		}
		last = got
	}
	if last != 90 { // 60 · 120/80
		t.Errorf("after many hard notes: %d", last)
	}
	apply(t, e, "follow-velocity", "off")
	if got := struck(); got != 60 {
		t.Errorf("when it follows no more: %d", got)
	}
}

// A new tempo holds from the next beat on; lines before it stay.
func TestTempoChangesOnABeat(t *testing.T) {
	e, v := newEngine(t, settings(func(s *jam.Settings) { s.Tempo, s.Meter = 150, jam.Meter{Count: 6, Unit: 8} }), quiet{}) // frames of 100 ms
	for range 7 {
		play(t, e, v, -1)
	}
	apply(t, e, "tempo", "75")
	for frame, want := range map[int64]int64{11: 1100, 12: 1200, 13: 1400, 18: 2400} {
		if got := e.Grid().Line(frame); got != time.Duration(want)*time.Millisecond {
			t.Errorf("frame %d begins at %v, want %v ms", frame, got, want)
		}
	}
	if err := e.Apply(jam.Control{Param: jam.ParamTempo, Value: 1000}); err == nil || e.Settings().Tempo != 75 {
		t.Errorf("1000 BPM: %v, %v", err, e.Settings().Tempo)
	}
}

// With the same controls, what a player plays from frame n on changes nothing that sounds up to and including frame n.
func TestNoLookaheadWithControls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		settings := atKeys(t, anySettings(t))
		a := anyScore(t, "score", rapid.IntRange(1, 80).Draw(t, "frames"))
		n := rapid.IntRange(0, len(a)-1).Draw(t, "n")
		b := slices.Clone(a)
		for i := n; i < len(b); i++ {
			b[i].events = []jam.Event{{Status: 0x90, Data1: rapid.ByteRange(48, 84).Draw(t, "pitch"), Data2: 1}}
		}
		first, _ := a.perform(t, settings)
		second, _ := b.perform(t, settings)
		for i, r := range first {
			if r.Frame <= int64(n) && r != second[i] {
				t.Fatalf("what is played from frame %d on makes frame %d another:\n%+v\n%+v", n, r.Frame, r, second[i])
			}
		}
	})
}
