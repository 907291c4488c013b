package live

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"jamd/follow"
	"jamd/jam"
	"jamd/jam/jamtest"
	"jamd/session"
	"jamd/ui"
)

// aPersonsBPM is about how fast the person of personPlays plays.
const aPersonsBPM = 112

// personPlays returns a melody as a person plays it without a click, after a pickup of a beat: the tempo rises and falls within 4 %,
// eighths lean a little towards swing, and notes come 12 ms behind the beat, with a deviation of 12 ms. The first note is at 0.
func personPlays(bars int) (events []jam.Event) {
	r := rand.New(rand.NewPCG(19, 7))
	rhythms := [][]float64{{0, 1, 1.55, 2, 3}, {0, 0.55, 1, 2, 3, 3.55}, {0, 1, 2, 2.55, 3}, {0, 2, 3, 3.55}, {0, 1.55, 2, 3}}
	scale := []uint8{60, 62, 64, 67, 69, 72, 71, 67, 65, 64}
	at, beats := time.Duration(0), []time.Duration{0}
	for beat := range 4*bars + 2 {
		tempo := aPersonsBPM * (1 + 0.03*math.Sin(float64(beat)/2.1) + 0.01*math.Sin(float64(beat)*1.3))
		at += time.Duration(float64(time.Minute) / tempo)
		beats = append(beats, at)
	}
	note := func(beat float64) {
		i := int(beat)
		on := beats[i] + time.Duration((beat-float64(i))*float64(beats[i+1]-beats[i]))
		on += max(-20, 12+time.Duration(12*r.NormFloat64())) * time.Millisecond
		pitch := scale[len(events)/2%len(scale)]
		events = append(events, jam.Event{At: on, Status: 0x90, Data1: pitch, Data2: 70 + uint8(r.IntN(30))},
			jam.Event{At: on + 140*time.Millisecond, Status: 0x80, Data1: pitch})
	}
	note(0)
	for bar := range bars {
		for _, place := range rhythms[r.IntN(len(rhythms))] {
			note(float64(1+4*bar) + place)
		}
	}
	slices.SortStableFunc(events, func(a, b jam.Event) int { return cmp.Compare(a.At, b.At) })
	first := events[0].At
	for i := range events {
		events[i].At -= first
	}
	return events
}

// A person's playing is followed in real time as offline: from the times at which jamd heard the notes, [jam.AccompanyPlayer] has the same
// lines. And the session's take has all notes, those before the beat was found too.
func TestPersonIsFollowedAsOffline(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 26 seconds")
	}
	s, stop := play(t, Options{Clock: Clock{Source: ClockFollow, BPM: aPersonsBPM}})
	defer stop()
	j := await(t, "jam", s.jams)
	if info := j.Info(); info.WaitsFor != ui.TheBeat {
		t.Fatalf("it waits for %q", info.WaitsFor)
	}
	played := personPlays(12)
	first := j.Clock.Now()
	for _, e := range played {
		for left := first + e.At - j.Clock.Now(); left > 0; left = first + e.At - j.Clock.Now() {
			time.Sleep(left)
		}
		e.At = j.Clock.Now() // as a port stamps it
		j.Play(e)
	}
	time.Sleep(time.Second)
	if err := j.Stop(); err != nil {
		t.Error(err)
	}
	record, err := session.Open(await(t, "result", s.results).Session)
	if err != nil {
		t.Fatal(err)
	}
	lines, passed := linesOf(t, record)
	offline := followedOffline(t, record)
	both, near, furthest := 0, 0, time.Duration(0)
	for frame, line := range lines {
		if frame >= int64(len(offline.Lines)) {
			continue // it ends with the bar of the last note
		}
		both++
		off := (line - offline.Lines[frame]).Abs()
		if furthest = max(furthest, off); off <= 2*time.Millisecond {
			near++
		}
	}
	told := fmt.Sprintf("%d frames, %d of them over before the beat was found, %d within 2 ms of offline, the furthest off by %v", both, passed, near, furthest)
	t.Log(told)
	// On a machine that is so busy that the ear hears a note after the line that it moves, the lines up to the next beat differ.
	if both < 180 || passed < 4 || near < both*9/10 || furthest > 150*time.Millisecond {
		t.Error(told)
	}
	onItsLines(t, record)
	hasAllNotes(t, record, played)
	replays(t, record)
}

// linesOf returns when each frame of a session began, and how many of them were over when the beat was found.
func linesOf(t *testing.T, record *session.Record) (lines map[int64]time.Duration, passed int) {
	t.Helper()
	lines = map[int64]time.Duration{}
	for e, err := range record.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		switch e := e.(type) {
		case jam.Passed:
			lines[e.Frame], passed = e.Line, passed+1
		case jam.FrameReport:
			lines[e.Frame] = e.Line
		}
	}
	return lines, passed
}

// followedOffline follows the notes of a session offline, at the times at which they were heard. The player heard the jam from its first
// note on.
func followedOffline(t *testing.T, record *session.Record) *jam.Accompaniment {
	t.Helper()
	var tune jam.Tune
	var listens []jam.PlayerEvent
	for e, err := range record.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		switch e := e.(type) {
		case jam.Input:
			tune.Events = append(tune.Events, e.Event)
		case jam.FrameReport:
			if e.Notes.Len > 0 && listens == nil {
				listens = append(listens, jam.PlayerEvent{At: e.Line, Kind: jam.PlayerListens})
			}
		}
	}
	settings := record.Manifest.Settings
	follower := follow.New(follow.Config{Meter: settings.Meter, BPM: aPersonsBPM})
	a, err := jam.AccompanyPlayer(t.Context(), jamtest.NewPolicy(1), settings, tune, follower, listens)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// hasAllNotes checks that the take of a session has each note that was played, in order.
func hasAllNotes(t *testing.T, record *session.Record, played []jam.Event) {
	t.Helper()
	take, err := record.Take()
	if err != nil {
		t.Fatal(err)
	}
	var pitches, want []uint8
	for _, n := range take.Melody {
		pitches = append(pitches, n.Pitch)
	}
	for _, e := range played {
		if e.Status == 0x90 {
			want = append(want, e.Data1)
		}
	}
	if !slices.Equal(pitches, want) {
		t.Errorf("the take has the notes %v, played were %v", pitches, want)
	}
}
