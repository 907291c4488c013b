package jam_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// anyEvents draws notes and nonsense, in order, anywhere in the given frames (not on lines).
func anyEvents(t *rapid.T, name string, from, to time.Duration) []jam.Event {
	n := rapid.IntRange(0, 40).Draw(t, name)
	events := make([]jam.Event, n)
	for i := range events {
		e := &events[i]
		e.At = time.Duration(rapid.Int64Range(int64(from), int64(to)).Draw(t, "at"))
		e.Status = rapid.SampledFrom([]byte{0x90, 0x90, 0x90, 0x80, 0x80, 0xB0}).Draw(t, "status")
		e.Data1 = byte(rapid.IntRange(48, 84).Draw(t, "pitch"))
		e.Data2 = byte(rapid.IntRange(0, 127).Draw(t, "value"))
		if e.Status == 0xB0 {
			e.Data1 = rapid.SampledFrom([]byte{64, 64, 64, 123}).Draw(t, "controller")
		}
	}
	slices.SortStableFunc(events, func(a, b jam.Event) int { return int(a.At - b.At) })
	return events
}

// The chord of frame t depends only on the melody before frame t: if the melody changes from frame n on, the chords up to and
// including frame n stay the same.
func TestNoLookahead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := atKeys(t, anySettings(t))
		grid, err := jam.NewGrid(0, s.Tempo)
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.Int64Range(0, 60).Draw(t, "n")
		// The first time that counts for frame n.
		listening, err := jam.NewEngine(jamtest.NewPolicy(7).Vocabulary(), s, quiet{})
		if err != nil {
			t.Fatal(err)
		}
		early := grid.Line(n - 1)
		turn := early + time.Duration(sort.Search(int(grid.Line(n+1)-early), func(i int) bool { return listening.Nearest(early+time.Duration(i)) >= n }))
		shared := append([]jam.Event{{At: 0, Status: 0x90, Data1: 60, Data2: 90}}, anyEvents(t, "shared", 0, max(turn-1, 0))...)
		if turn <= 0 { // nothing is shared
			shared = nil
		}
		chords := func(name string) []jam.ChordToken {
			events := append(slices.Clone(shared), anyEvents(t, name, max(turn, 0), grid.Line(n+40))...)
			// Both last equally long, beyond n.
			events = append(events, jam.Event{At: grid.Line(n + 40), Status: 0x90, Data1: 60, Data2: 90})
			offline := jamtest.NewPolicy(7)
			if _, err := jam.Accompany(context.Background(), offline, s, jam.Tune{Events: events}); err != nil {
				t.Fatal(err)
			}
			// An engine that was given the whole tune beforehand does not use what is still to come.
			knowing := jamtest.NewPolicy(7)
			e, err := jam.NewEngine(knowing.Vocabulary(), s, quiet{})
			if err != nil {
				t.Fatal(err)
			}
			for _, event := range events {
				e.Push(event)
			}
			for range offline.Heard() {
				logits, _ := knowing.Step(e.Hear())
				if err := e.Decide(logits); err != nil {
					t.Fatal(err)
				}
				_, _ = e.Play()
			}
			if !slices.Equal(knowing.Heard(), offline.Heard()) {
				t.Fatalf("with the whole tune\n%v\nframe by frame\n%v", knowing.Heard(), offline.Heard())
			}
			var sounded []jam.ChordToken // what is heard before frame t+1 is what sounded in frame t
			for _, h := range offline.Heard()[1:] {
				sounded = append(sounded, h.Chord)
			}
			return sounded
		}
		if a, b := chords("a"), chords("b"); !slices.Equal(a[:n+1], b[:n+1]) {
			t.Fatalf("melodies that part at frame %d have chords\n%v and\n%v", n, a[:n+1], b[:n+1])
		}
	})
}

func TestAccompany(t *testing.T) {
	tune := jam.Tune{Name: "two notes", Meter: jam.Quarters(3), Tempo: []jam.TempoChange{{Frame: 0, BPM: 100}, {Frame: 8, BPM: 200}}}
	grid, err := jam.NewTuneGrid(tune.Tempo)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []struct {
		on, off float64
		pitch   byte
	}{{2.1, 6.4, 60}, {6.45, 12.6, 64}} {
		tune.Events = append(tune.Events,
			jam.Event{At: grid.At(n.on), Status: 0x90, Data1: n.pitch, Data2: 70},
			jam.Event{At: grid.At(n.off), Status: 0x80, Data1: n.pitch})
	}
	p := jamtest.NewPolicy(5)
	a, err := jam.Accompany(context.Background(), p, settings(nil), tune)
	if err != nil {
		t.Fatal(err)
	}
	take := a.Take
	if take.Frames != 24 || len(a.Inference) != 24 || take.Meter != jam.Quarters(3) ||
		take.Name != "two notes" || !reflect.DeepEqual(take.Tempo, tune.Tempo) {
		t.Errorf("%d frames, %d inferences, %+v", take.Frames, len(a.Inference), take)
	}
	wantMelody := []jam.TakeNote{{Frame: 2, Pitch: 60, Duration: 4, Velocity: 70}, {Frame: 6, Pitch: 64, Duration: 7, Velocity: 70}}
	if !slices.Equal(take.Melody, wantMelody) {
		t.Errorf("melody %v, want %v", take.Melody, wantMelody)
	}
	if a.Summary.Misses != 0 || a.Summary.Chords != int64(len(take.Chords)) || len(take.Chords) == 0 {
		t.Errorf("%+v, %d chords", a.Summary, len(take.Chords))
	}
	again, err := jam.Accompany(context.Background(), p, settings(nil), tune)
	if err != nil || !reflect.DeepEqual(again.Take, take) {
		t.Errorf("the same again is another: %v, %v", again.Take, err)
	}
	for i, c := range take.Chords {
		if c.Frame%4 != 0 || c.Duration < 1 || c.Frame+c.Duration > take.Frames ||
			i > 0 && c.Frame < take.Chords[i-1].Frame+take.Chords[i-1].Duration {
			t.Errorf("chord %d: %+v", i, c)
		}
	}
}

// When the meter changes, bars and the chord grid start again, and the tune ends with a whole bar of the last meter.
func TestAccompanyFollowsTheMeter(t *testing.T) {
	tune := jam.Tune{
		Meter: jam.Quarters(4),
		Meters: []jam.MeterChange{
			{Frame: 18, Meter: jam.Meter{Count: 6, Unit: 8}}, // a bar cut short, off the beat
			{Frame: 30, Meter: jam.Quarters(5)}, {Frame: 50, Meter: jam.Quarters(3)}, {Frame: 900, Meter: jam.Quarters(4)},
		},
		Events: []jam.Event{{At: 0, Status: 0x90, Data1: 60, Data2: 90}, {At: 53 * 125 * time.Millisecond, Status: 0x80, Data1: 60}},
	}
	p := jamtest.NewPolicy(5)
	s := settings(func(s *jam.Settings) { s.ChordGrid, s.Listen = jam.GridBar, 0 })
	a, err := jam.Accompany(context.Background(), p, s, tune)
	if err != nil {
		t.Fatal(err)
	}
	if a.Take.Frames != 62 || !slices.Equal(a.Take.Meters, tune.Meters[:3]) {
		t.Errorf("%d frames, meters %v", a.Take.Frames, a.Take.Meters)
	}
	for frame, want := range map[int64]string{
		0: "0 from 0 to 16 in 4/4", 17: "1 from 16 to 18 in 4/4", 18: "2 from 18 to 30 in 6/8", 49: "3 from 30 to 50 in 5/4=5",
		61: "4 from 50 to 62 in 3/4", 62: "5 from 62 to 74 in 3/4",
	} {
		b := a.Take.BarAt(frame)
		if got := fmt.Sprintf("%d from %d to %d in %v", b.Number, b.Frame, b.End, b.Meter); got != want {
			t.Errorf("frame %d is in bar %s, want %s", frame, got, want)
		}
	}
	var beats []string
	a.Take.ClickBeats(100)
	for _, c := range a.Take.Click {
		beats = append(beats, fmt.Sprint(c.Frame, "/", c.Pitch))
	}
	if got := strings.Join(beats, " "); got != "0/76 4/77 8/77 12/77 16/76 18/76 24/77 30/76 34/77 38/77 42/77 46/77 50/76 54/77 58/77" {
		t.Errorf("clicks at %s", got)
	}
	for i, h := range p.Heard() {
		want, frame := jam.UnknownPlace, jam.BarPlace(i)
		switch {
		case frame < 18:
			want = 1 + frame%16
		case frame < 30:
			want = 29 + frame - 18
		case frame >= 50:
			want = 17 + frame - 50
		}
		if h.Place != want {
			t.Errorf("frame %d: place %d, want %d", i, h.Place, want)
		}
	}
	if len(a.Take.Chords) < 3 {
		t.Fatalf("chords %v", a.Take.Chords)
	}
	for _, c := range a.Take.Chords {
		if !slices.Contains([]int64{0, 16, 18, 30, 50}, c.Frame) {
			t.Errorf("a chord begins at frame %d, which is no bar line", c.Frame)
		}
	}
}

// After a pickup the policy is told the places at the end of a bar, chords change with the bar lines, and the metronome accents
// them.
func TestAccompanyAfterAPickup(t *testing.T) {
	tune := jam.Tune{
		Meter: jam.Quarters(3), Meters: []jam.MeterChange{{Meter: jam.Quarters(3), Into: 8}},
		Events: []jam.Event{{At: 0, Status: 0x90, Data1: 60, Data2: 90}, {At: 50 * 125 * time.Millisecond, Status: 0x80, Data1: 60}},
	}
	p := jamtest.NewPolicy(5)
	s := settings(func(s *jam.Settings) { s.ChordGrid, s.Listen, s.Metronome = jam.GridBar, 0, true })
	a, err := jam.Accompany(context.Background(), p, s, tune)
	if err != nil {
		t.Fatal(err)
	}
	if a.Take.Frames != 52 || len(a.Take.Chords) < 3 {
		t.Errorf("%d frames, chords %v", a.Take.Frames, a.Take.Chords)
	}
	for i, h := range p.Heard() {
		if want := jam.BarPlace(17 + (i+8)%12); h.Place != want {
			t.Errorf("frame %d: place %d, want %d", i, h.Place, want)
		}
	}
	for _, c := range a.Take.Chords {
		if c.Frame%12 != 4 {
			t.Errorf("a chord begins at frame %d, which is no bar line", c.Frame)
		}
	}
	for i, c := range a.Take.Click {
		if want := i%3 == 1; c.Frame != int64(4*i) || c.Pitch == 76 != want {
			t.Errorf("click %d is %+v, accented: %v", i, c, want)
		}
	}
	tune.Meters[0].Into = 12
	if _, err := jam.Accompany(context.Background(), p, s, tune); err == nil {
		t.Error("a whole bar is no pickup")
	}
}

func TestAccompanyRefuses(t *testing.T) {
	note := []jam.Event{{At: 0, Status: 0x90, Data1: 60, Data2: 90}}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	failing := jamtest.NewPolicy(1)
	failing.Fail = func(n int64) error {
		if n == 3 {
			return errors.New("the network fell over")
		}
		return nil
	}
	for name, c := range map[string]struct {
		ctx    context.Context
		policy jam.Policy
		change func(*jam.Settings)
		tune   jam.Tune
		want   string
	}{
		"no notes": {want: jam.ErrNoNotes.Error(), tune: jam.Tune{Events: []jam.Event{{Status: 0x80, Data1: 60}}}},
		"other channel": {
			want: jam.ErrNoNotes.Error(), tune: jam.Tune{Events: note},
			change: func(s *jam.Settings) { s.MelodyChannels = 2 },
		},
		"settings":   {want: "temperature -1", tune: jam.Tune{Events: note}, change: func(s *jam.Settings) { s.Temperature = -1 }},
		"tempo":      {want: "tempo 5000 BPM", tune: jam.Tune{Events: note, Tempo: []jam.TempoChange{{BPM: 5000}}}},
		"late tempo": {want: "must be at frame 0", tune: jam.Tune{Events: note, Tempo: []jam.TempoChange{{Frame: 4, BPM: 100}}}},
		"disorder": {want: "frame 2 comes after frame 4", tune: jam.Tune{
			Events: note, Tempo: []jam.TempoChange{{BPM: 90}, {Frame: 4, BPM: 100}, {Frame: 2, BPM: 100}},
		}},
		"meter": {want: "frame 4: meter 5/7", tune: jam.Tune{
			Events: note, Meters: []jam.MeterChange{{Frame: 4, Meter: jam.Meter{Count: 5, Unit: 7}}},
		}},
		"meters in disorder": {want: "frame 2 comes after frame 4", tune: jam.Tune{
			Events: note, Meters: []jam.MeterChange{{Frame: 4, Meter: jam.Quarters(3)}, {Frame: 2, Meter: jam.Quarters(4)}},
		}},
		"endless": {want: "longer than 1000000 frames", tune: jam.Tune{
			Events: []jam.Event{{At: math.MaxInt64, Status: 0x90, Data1: 60, Data2: 90}},
		}},
		"policy":  {want: "frame 3: the network fell over", tune: jam.Tune{Events: note}, policy: failing},
		"stopped": {want: "canceled", tune: jam.Tune{Events: note}, ctx: stopped},
	} {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		if c.policy == nil {
			c.policy = jamtest.NewPolicy(1)
		}
		if _, err := jam.Accompany(c.ctx, c.policy, settings(c.change), c.tune); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, err, c.want)
		}
	}
}

func TestNoteInChord(t *testing.T) {
	take := jam.Take{
		Melody: []jam.TakeNote{{Frame: 0, Pitch: 60, Duration: 4}, {Frame: 4, Pitch: 62, Duration: 8},
			{Frame: 20, Pitch: 64, Duration: 2}},
		Chords: []jam.TakeChord{{Frame: 2, Symbol: "C", Duration: 6}, {Frame: 8, Symbol: "G7", Duration: 2},
			{Frame: 21, Symbol: "Em", Duration: 9}},
	}
	// 60 over C: 2 in; 62 over C: 4 out; 62 over G7: 2 in; 64 over Em: 1 in.
	if share, frames := take.NoteInChord(); frames != 9 || share != 5./9 {
		t.Errorf("%v of %d frames", share, frames)
	}
	if share, frames := new(jam.Take).NoteInChord(); share != 0 || frames != 0 {
		t.Errorf("of nothing: %v of %d", share, frames)
	}
}

func TestTakeBuilderBridgesLostReports(t *testing.T) {
	voicing := func(pitches ...uint8) (v jam.Voicing) {
		v.Len = uint8(copy(v.Pitches[:], pitches))
		return v
	}
	b := jam.NewTakeBuilder("", []jam.TempoChange{{BPM: 120}}, jam.Quarters(4))
	on, hold := jam.MelodyOnset(60), jam.MelodyHold(60)
	for _, r := range []jam.FrameReport{
		{Frame: 0, Melody: jam.MelodyStart, Began: true, Voicing: voicing(60, 64), Symbol: "C"},
		{Frame: 1, Melody: on, Velocity: 33, Voicing: voicing(60, 64), Symbol: "C"},
		{Frame: 1, Melody: on}, // twice
		{Frame: 4, Melody: hold, Voicing: voicing(60, 64), Symbol: "C"},
		{Frame: 7, Melody: jam.Silence, Voicing: voicing(57, 64), Symbol: "Am"},        // the strike was lost
		{Frame: 8, Melody: jam.MelodyHold(65), Voicing: voicing(57, 64), Symbol: "Am"}, // so was the onset
		{Frame: 9, Melody: jam.MelodyHold(65), Symbol: "N.C.", Sounded: jam.NoChord},
	} {
		b.Add(r)
	}
	got := b.Take(jam.MelodyOnset(67))
	want := jam.Take{
		Tempo: []jam.TempoChange{{BPM: 120}}, Meter: jam.Quarters(4), Frames: 10,
		Melody: []jam.TakeNote{{0, 60, 6, 33}, {7, 65, 2, 80}, {9, 67, 1, 80}},
		Chords: []jam.TakeChord{{0, "C", []uint8{60, 64}, 7}, {7, "Am", []uint8{57, 64}, 2}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}
