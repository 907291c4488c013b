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

// personPlays returns a melody as a person plays it at about a tempo without a click, after a pickup of a beat: the tempo rises
// and falls within 4 %, eighths lean a little towards swing, and notes come 12 ms behind the beat, with a deviation of 12 ms.
// The first note is at 0.
func personPlays(bpm float64, bars int) (events []jam.Event) {
	r := rand.New(rand.NewPCG(19, 7))
	rhythms := [][]float64{{0, 1, 1.55, 2, 3}, {0, 0.55, 1, 2, 3, 3.55}, {0, 1, 2, 2.55, 3}, {0, 2, 3, 3.55}, {0, 1.55, 2, 3}}
	scale := []uint8{60, 62, 64, 67, 69, 72, 71, 67, 65, 64}
	at, beats := time.Duration(0), []time.Duration{0}
	for beat := range 4*bars + 2 {
		tempo := bpm * (1 + 0.03*math.Sin(float64(beat)/2.1) + 0.01*math.Sin(float64(beat)*1.3))
		at += time.Duration(float64(time.Minute) / tempo)
		beats = append(beats, at)
	}
	note := func(beat float64) {
		i := int(beat)
		on := beats[i] + time.Duration((beat-float64(i))*float64(beats[i+1]-beats[i]))
		on += time.Duration(max(-20, 12+12*r.NormFloat64()) * float64(time.Millisecond))
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

// A person's playing is followed in real time as offline.
func TestPersonIsFollowedAsOffline(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 26 seconds")
	}
	followsAPerson(t, Page, 112, 12, func(j *Jam, e jam.Event) {
		e.At = j.Clock.Now() // as a port stamps it
		j.Play(e)
	})
}

// followsAPerson plays bars of a person's melody in real time into a jam that follows its player from nothing. From the times
// at which jamd heard the notes, [jam.AccompanyPlayer] must have the same lines. The session's take must have all notes, those
// before the beat was found too. Where the machine was so busy that notes or frames came late, nothing is judged.
func followsAPerson(t *testing.T, in string, bpm float64, bars int, send func(*Jam, jam.Event)) {
	s, stop := playFrom(t, Options{Clock: Clock{Source: ClockFollow, BPM: bpm}}, in)
	defer stop()
	j := await(t, "jam", s.jams)
	if info := j.Info(); info.WaitsFor != ui.TheBeat {
		t.Fatalf("it waits for %q", info.WaitsFor)
	}
	played := personPlays(bpm, bars)
	first := j.Clock.Now()
	for _, e := range played {
		for left := first + e.At - j.Clock.Now(); left > 0; left = first + e.At - j.Clock.Now() {
			time.Sleep(left)
		}
		send(j, e)
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
	offline := followedOffline(t, record, bpm)
	both, near, furthest := 0, 0, time.Duration(0)
	for frame, line := range lines {
		// The first notes take the ear long, so that a slow machine hears them late for a bar. Offline ends with the bar of the last
		// note.
		if found := int64(passed); frame >= found && frame < found+16 || frame >= int64(len(offline.Lines)) {
			continue
		}
		both++
		off := (line - offline.Lines[frame]).Abs()
		if furthest = max(furthest, off); off <= 2*time.Millisecond {
			near++
		}
	}
	told := fmt.Sprintf("%d frames were over when the beat was found; %d of %d lines are within 2 ms of offline, the furthest off by %v", passed, near, both, furthest)
	t.Log(told)
	// The ear may hear a note after the line that it moves, if the machine is busy: the lines up to the next beat then differ.
	if both < 12*bars || passed < 4 || near < both*9/10 || furthest > 150*time.Millisecond {
		if late, of := lateFrames(t, record); late > 0 {
			t.Skipf("%s: the machine was too busy: %d of %d frames were late", told, late, of)
		}
		t.Error(told)
	}
	onItsLines(t, record)
	hasAllNotes(t, record, played, int64(passed))
	replays(t, record)
}

// lateFrames returns in how many frames of a session a note or the policy came late, and how many frames there are.
func lateFrames(t *testing.T, record *session.Record) (late, frames int) {
	t.Helper()
	reports := reportsOf(t, record)
	for _, r := range reports {
		if r.Missed || r.Skipped > 0 || max(r.Arrival, r.Late) > 20*time.Millisecond {
			late++
		}
	}
	return late, len(reports)
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

// followedOffline follows the notes of a session offline, at the times at which they were heard. The player heard the jam from
// its first note on.
func followedOffline(t *testing.T, record *session.Record, bpm float64) *jam.Accompaniment {
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
				listens = append(listens, jam.PlayerEvent{At: heardFrom(&e), Kind: jam.PlayerListens})
			}
		}
	}
	settings := record.Manifest.Settings
	follower := follow.New(follow.Config{Meter: settings.Meter, BPM: bpm})
	a, err := jam.AccompanyPlayer(t.Context(), jamtest.NewPolicy(1), settings, tune, follower, listens)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// hasAllNotes checks that the take of a session has each note that was played, in order. If notes came late, two of them may
// have been put on one line: then it checks only those of the frames before the beat was found.
func hasAllNotes(t *testing.T, record *session.Record, played []jam.Event, found int64) {
	t.Helper()
	take, err := record.Take()
	if err != nil {
		t.Fatal(err)
	}
	var pitches, want []uint8
	late, _ := lateFrames(t, record)
	for _, n := range take.Melody {
		if late == 0 || n.Frame < found {
			pitches = append(pitches, n.Pitch)
		}
	}
	for _, e := range played {
		if e.Status == 0x90 {
			want = append(want, e.Data1)
		}
	}
	if late > 0 {
		want = want[:min(len(pitches), len(want))]
	}
	if len(pitches) < 3 || !slices.Equal(pitches, want) {
		t.Errorf("the take has the notes %v, played were %v", pitches, want)
	}
}
