package live

import (
	"errors"
	"testing"
	"time"

	"jamd/jam"
	"jamd/model"
	"jamd/session"
	"jamd/ui"
)

// A player taps four beats at a page and plays: the jam follows from there, holds its tempo when told to, and is recorded as
// followed. What is played has stamps at its exact times, so that a busy machine moves no line.
func TestFollowsAPlayer(t *testing.T) {
	s, stop := play(t, Options{Clock: Clock{Source: ClockFollow}})
	defer stop()
	j := await(t, "jam", s.jams)
	if info := j.Info(); info.WaitsFor != ui.TheBeat {
		t.Errorf("it waits for %q", info.WaitsFor)
	}
	const beat = 250 * time.Millisecond
	first := j.Clock.Now() + beat
	until := func(at time.Duration) {
		for left := at - j.Clock.Now(); left > 0; left = at - j.Clock.Now() {
			time.Sleep(left)
		}
	}
	for i := range 4 {
		until(first + time.Duration(i)*beat)
		if err := j.controls.Ask(jam.Control{At: first + time.Duration(i)*beat, Param: jam.ParamTap}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 24 {
		at := first + time.Duration(4+i)*beat
		until(at)
		j.Play(jam.Event{At: at, Status: 0x90, Data1: 60 + uint8(i*7%12), Data2: 90})
		j.Play(jam.Event{At: at + beat/2, Status: 0x80, Data1: 60 + uint8(i*7%12)})
		if i == 16 {
			set(t, j, "hold-tempo", "on")
		}
	}
	if err := j.Set("tempo", "220"); err != nil { // it only says how fast the player plays
		t.Error(err)
	}
	if err := errors.Join(j.controls.Ask(jam.Control{Param: jam.ParamOne}), j.Stop()); err != nil {
		t.Error(err)
	}
	r := await(t, "result", s.results)
	record, err := session.Open(r.Session)
	if err != nil {
		t.Fatal(err)
	}
	on, chords, followed := 0, 0, 0
	for _, report := range reportsOf(t, record) {
		followed++
		if report.Began {
			chords++
			if off := (report.Line - first + beat/2) % beat; (off - beat/2).Abs() < beat/10 {
				on++
			}
		}
	}
	if !record.Manifest.Followed || followed < 60 || chords < 4 || on < chords*3/4 {
		t.Errorf("followed %v, %d frames, %d of %d chords on the beat", record.Manifest.Followed, followed, on, chords)
	}
	replays(t, record)
	if bpm := await(t, "next jam", s.jams).Settings().Tempo; bpm < 235 || bpm > 245 {
		t.Errorf("the next jam would be counted in at %v BPM", bpm)
	}
}

// replays checks that a replay of a session plays the same frames.
func replays(t *testing.T, record *session.Record) {
	t.Helper()
	tiny, err := model.Load("../model/testdata/tiny.onnx", model.Options{Library: library()})
	if err != nil {
		t.Fatal(err)
	}
	defer tiny.Close()
	frames := 0
	for r, err := range record.Replay(session.Replaying{Policy: tiny, Missed: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if frames++; !r.Same() {
			t.Fatalf("frame %d: %+v in the jam, %+v in the replay", r.Report.Frame, r.Logged, r.Report)
		}
	}
	if frames < 60 {
		t.Errorf("%d frames are replayed", frames)
	}
}

// A jam that follows its player can be counted in.
func TestCountInIsTapped(t *testing.T) {
	s, stop := play(t, Options{Clock: Clock{Source: ClockFollow}})
	defer stop()
	j := await(t, "jam", s.jams)
	if err := j.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "result", s.results)
	j = await(t, "jam that counts in", s.jams)
	if info := j.Info(); info.WaitsFor != ui.Nothing {
		t.Errorf("it waits for %q", info.WaitsFor)
	}
	for deadline := time.Now().Add(patience); !j.begun.Load() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(2 * time.Second) // ten beats
	if err := j.Stop(); err != nil {
		t.Error(err)
	}
	if r := await(t, "result", s.results); r.Jam.Frames < 20 || r.Jam.Errors > 0 {
		t.Errorf("%+v", r.Jam)
	}
	await(t, "next jam", s.jams)
}

// A jam that keeps its own time follows its player from when the player asks for it, and the replay is the same.
func TestFollowsFromAmidTheJam(t *testing.T) {
	s, stop := play(t, Options{Clock: Clock{Source: clockInternal}})
	defer stop()
	j := await(t, "jam", s.jams)
	if err := j.Set(choiceClock, ClockFollow); err != nil { // it waits: the next jam has that clock
		t.Fatal(err)
	}
	await(t, "result", s.results)
	j = await(t, "jam that follows", s.jams)
	set(t, j, choiceClock, clockInternal)
	await(t, "result", s.results)
	j = await(t, "jam that keeps its time", s.jams)

	const beat = 400 * time.Millisecond // jamd counts beats of 200 ms
	first := j.Clock.Now() + beat
	for i := range 24 {
		at := first + time.Duration(i)*beat
		for left := at - j.Clock.Now(); left > 0; left = at - j.Clock.Now() {
			time.Sleep(left)
		}
		j.Play(jam.Event{At: at, Status: 0x90, Data1: 60 + uint8(i*7%12), Data2: 90})
		j.Play(jam.Event{At: at + beat/2, Status: 0x80, Data1: 60 + uint8(i*7%12)})
		if i == 8 {
			if j.follows() {
				t.Error("it follows before it is asked to")
			}
			if err := j.Set(choiceClock, "send"); err == nil {
				t.Error("it takes another clock amid the jam")
			}
			set(t, j, choiceClock, ClockFollow)
		}
		if i > 8 && i < 13 { // which beat it is, equal notes do not tell
			if err := j.controls.Ask(jam.Control{At: at, Param: jam.ParamTap}); err != nil {
				t.Error(err)
			}
		}
	}
	if err := j.Stop(); err != nil {
		t.Error(err)
	}
	r := await(t, "result", s.results)
	record, err := session.Open(r.Session)
	if err != nil {
		t.Fatal(err)
	}
	before, after, on := 0, 0, 0
	for _, report := range reportsOf(t, record) {
		switch {
		case report.Line < first+8*beat:
			before++
		case report.Frame%4 == 0 && report.Line > first+16*beat:
			after++
			if off := (report.Line - first + beat/2) % beat; (off - beat/2).Abs() < beat/5 {
				on++
			}
		}
	}
	if before < 24 || after < 5 || on < after*3/4 {
		t.Errorf("%d frames before, %d beats after, %d of them the player's", before, after, on)
	}
	take, err := record.Take()
	if err != nil || len(take.Tempo) < 2 || !record.Manifest.Followed {
		t.Errorf("followed %v; the take has the tempi %v, %v", record.Manifest.Followed, take.Tempo, err)
	}
	onItsLines(t, record)
	replays(t, record)
}

// onItsLines checks that by the tempi of a take, which its MIDI file has, each quarter note begins when it did in the jam.
func onItsLines(t *testing.T, record *session.Record) {
	t.Helper()
	take, err := record.Take()
	if err != nil {
		t.Fatal(err)
	}
	grid, err := jam.NewTuneGrid(take.Tempo)
	if err != nil {
		t.Fatal(err)
	}
	lines, _ := linesOf(t, record)
	for frame, line := range lines {
		if off := (lines[0] + grid.Line(frame) - line).Abs(); frame%jam.FramesPerBeat == 0 && off > time.Millisecond {
			t.Errorf("by the tempi of the take, frame %d is %v off its line", frame, off)
		}
	}
}

// reportsOf returns the reports of a session's frames.
func reportsOf(t *testing.T, record *session.Record) (reports []jam.FrameReport) {
	t.Helper()
	for e, err := range record.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		if report, ok := e.(jam.FrameReport); ok {
			reports = append(reports, report)
		}
	}
	return reports
}
