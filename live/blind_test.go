package live

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jamd/session"
	"jamd/ui"
)

// playThrough plays a jam of one note and returns its result.
func playThrough(t *testing.T, s *stage, j *Jam) *Result {
	t.Helper()
	endAfterNote(t, j)
	for {
		if r := await(t, "result", s.results); r.Session != "" {
			return r
		}
	}
}

// endAfterNote plays a note, waits for the first frame, and ends the jam.
func endAfterNote(t *testing.T, j *Jam) {
	t.Helper()
	j.Play(note(j))
	for deadline := time.Now().Add(patience); !j.begun.Load() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if err := j.Stop(); err != nil {
		t.Error(err)
	}
}

// awaitJam waits for a jam for which ok is true. Those before it, which wait, are left to end.
func awaitJam(t *testing.T, s *stage, ok func(*Jam) bool) *Jam {
	t.Helper()
	for {
		if j := await(t, "jam", s.jams); ok(j) {
			return j
		}
	}
}

// A study that is begun on the page: each participant plays every policy once, then jams are no longer blind, and the next
// participant may begin.
func TestStudyOnThePage(t *testing.T) {
	s, stop := play(t, Options{})
	defer stop()
	first := await(t, "jam", s.jams)
	set(t, first, choiceParticipant, "ann")
	set(t, first, choiceRounds, "1")
	set(t, first, choiceBlind, "jamd,gapt") // ends the jam, as it waits
	drawn := map[string]bool{}
	for place := 1; place <= 2; place++ {
		j := awaitJam(t, s, (*Jam).blind)
		info := j.Info()
		if want := (ui.Trial{Participant: "ann", Jam: place, Of: 2}); info.Trial == nil || *info.Trial != want || info.Policy != session.Hidden {
			t.Errorf("%+v of %+v, want %+v", info.Trial, info, want)
		}
		r := playThrough(t, s, j)
		if r.TooShort || r.Policy != session.Hidden || r.Trial == nil || r.Trial.Number != 1 {
			t.Errorf("%+v", r)
		}
		record, err := session.Open(r.Session)
		if err != nil {
			t.Fatal(err)
		}
		drawn[record.Manifest.Policy.Name] = true
		if got := record.Manifest.Trial; got == nil || *got != *r.Trial {
			t.Errorf("the manifest has %+v, want %+v", got, r.Trial)
		}
	}
	if !drawn["jamd"] || !drawn["gapt"] {
		t.Errorf("played: %v", drawn)
	}
	over := awaitJam(t, s, func(j *Jam) bool { return !j.blind() })
	if b, p := value(t, over, choiceBlind), value(t, over, choiceParticipant); b.Value != "off" || p.Value != "" {
		t.Errorf("after the study: %q of %q", b.Value, p.Value)
	}
	set(t, over, choiceParticipant, "Ann")
	if err := over.Set(choiceBlind, "gapt,jamd"); !errors.Is(err, ui.ErrRefused) || !strings.Contains(err.Error(), "ann has played all 2 jams") {
		t.Errorf("once more: %v", err)
	}
	set(t, over, choiceParticipant, "bob")
	set(t, over, choiceBlind, "gapt,jamd")
	if trial := awaitJam(t, s, (*Jam).blind).Trial(); trial.Participant != "bob" || trial.Number != 2 || trial.Jam != 1 {
		t.Errorf("the next participant: %+v", trial)
	}
}

// A jam that waits for its first note is not played yet, though it is being recorded.
func TestLastJamOfAParticipantWaits(t *testing.T) {
	s, stop := play(t, Options{Blind: Blind{Policies: []string{"gapt", "jamd"}, Participant: "ann", Rounds: 1}})
	defer stop()
	playThrough(t, s, await(t, "jam", s.jams))
	last := await(t, "jam", s.jams)
	set(t, last, choiceParticipant, "ann")
	set(t, last, choiceRounds, "1")
	set(t, last, choiceBlind, "jamd,gapt")
}

// A blind jam that ends while jamd still looks for the beat leaves no session, for nobody could rate it: the page does not list
// it.
func TestBlindJamWithoutABeat(t *testing.T) {
	s, stop := play(t, Options{Clock: Clock{Source: ClockFollow}, Blind: Blind{Policies: []string{"gapt", "jamd"}, Participant: "ann", Rounds: 1}})
	defer stop()
	j := await(t, "jam", s.jams)
	j.Play(note(j))
	if err := j.Stop(); err != nil {
		t.Error(err)
	}
	if r := await(t, "result", s.results); r.Session != "" || r.Jam.Frames != 0 {
		t.Errorf("%+v", r)
	}
	if trial := await(t, "jam", s.jams).Trial(); trial.Jam != 1 {
		t.Errorf("the next jam: %+v", trial)
	}
}

// A blind jam that is too short does not count: the same policy plays again, with a participant and without.
func TestTooShortToJudge(t *testing.T) {
	for _, participant := range []string{"", "ann"} {
		t.Run(participant, func(t *testing.T) {
			s, stop := play(t, Options{Blind: Blind{Policies: []string{"gapt", "jamd"}, Participant: participant, AtLeast: time.Hour}})
			defer stop()
			drawn := map[string]bool{}
			for range 3 {
				r := playThrough(t, s, await(t, "jam", s.jams))
				if !r.TooShort {
					t.Errorf("%+v", r)
				}
				record, err := session.Open(r.Session)
				if err != nil {
					t.Fatal(err)
				}
				drawn[record.Manifest.Policy.Name] = true
				if trial := record.Manifest.Trial; trial.Jam > 1 || trial.AtLeast != 3600 {
					t.Errorf("%+v", trial)
				}
			}
			if len(drawn) != 1 {
				t.Errorf("played: %v", drawn)
			}
		})
	}
}

// A blind jam whose session cannot be read cannot be rated, so it does not count: the same policy plays again.
func TestBlindJamThatCannotBeRead(t *testing.T) {
	for _, participant := range []string{"", "ann"} {
		t.Run(participant, func(t *testing.T) {
			root := t.TempDir()
			s, stop := play(t, Options{SessionDir: root, Blind: Blind{Policies: []string{"gapt", "jamd"}, Participant: participant}})
			defer stop()
			var first string
			for range 3 {
				j := await(t, "jam", s.jams)
				drawn := j.Policy.Metadata().Name
				if first = cmp.Or(first, drawn); drawn != first {
					t.Errorf("%s was drawn after %s", drawn, first)
				}
				manifest := filepath.Join(root, j.session, session.ManifestFile)
				if err := errors.Join(os.Remove(manifest), os.Mkdir(manifest, 0o755)); err != nil { // which root cannot read either
					t.Fatal(err)
				}
				endAfterNote(t, j)
				if r := await(t, "result", s.results); r.Session != "" || !strings.Contains(r.Loss, session.ManifestFile) {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

func TestCheckBlind(t *testing.T) {
	for _, c := range []struct {
		Blind
		says string
	}{
		{Blind{Rounds: 1}, ""}, {Blind{Rounds: 0}, "1 to 100"}, {Blind{Rounds: 101}, "1 to 100"}, {Blind{Rounds: 1, AtLeast: -1}, "0 to an hour"},
		{Blind{Rounds: 1, Participant: " ann"}, "without spaces around it"},
		{Blind{Policies: []string{"a", "b"}, Participant: "ann", Rounds: 2, AtLeast: time.Minute}, ""},
	} {
		err := c.Check(filepath.Join(t.TempDir(), "none"))
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.Blind, err, c.says)
		}
	}
}

// Whoever leaves while another jamd draws a jam of a study has made no mistake.
func TestStudyLeftWhileAnotherDraws(t *testing.T) {
	root := t.TempDir()
	unlock, err := session.LockDraw(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	_, stop := play(t, Options{SessionDir: root, Blind: Blind{Policies: []string{"gapt", "jamd"}, Participant: "ann", Rounds: 1}})
	stop()
}

// Jamds that begin at the same moment in one folder give each participant a number of his own, and a participant who plays at two of them
// another jam at each.
func TestStudiesThatBeginAtOnce(t *testing.T) {
	root := t.TempDir()
	var stages []*stage
	for _, participant := range []string{"ann", "bob", "cid", "ann", "dot"} {
		s, stop := play(t, Options{SessionDir: root, Blind: Blind{Policies: []string{"gapt", "jamd"}, Participant: participant, Rounds: 1}})
		defer stop()
		stages = append(stages, s)
	}
	numbers, places := map[int]string{}, map[string]bool{}
	for _, s := range stages {
		trial := await(t, "jam", s.jams).Trial()
		if other := numbers[trial.Number]; other != "" && other != trial.Participant {
			t.Errorf("%s and %s both have the number %d", other, trial.Participant, trial.Number)
		}
		numbers[trial.Number] = trial.Participant
		if places[trial.String()] {
			t.Errorf("%v is played twice", trial)
		}
		places[trial.String()] = true
	}
}

// A jamd that hangs as it begins a jam of a study keeps no other from saying so.
func TestStudyLockIsHeld(t *testing.T) {
	root := t.TempDir()
	unlock, err := session.LockDraw(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := session.LockDraw(ctx, root); err == nil || !strings.Contains(err.Error(), "another jamd begins a blind jam in "+root) {
		t.Error(err)
	}
	unlock()
	again, err := session.LockDraw(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

// A study in a folder that cannot be written does not blame another jamd.
func TestStudyLockCannotBeMade(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, ".study"), 0o700); err != nil { // no file can be made there, not even by root
		t.Fatal(err)
	}
	if _, err := session.LockDraw(t.Context(), root); err == nil || !strings.Contains(err.Error(), "cannot be recorded in "+root) {
		t.Error(err)
	}
}

// The order of blind jams without a participant is one file of the user's. Jamds take turns to draw from it and to record what they played.
func TestBlindOrderIsDrawnInTurn(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	o := Options{Blind: Blind{Policies: []string{"gapt", "jamd"}}}
	var host Host
	drawn, err := host.draw(t.Context(), &o)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := session.LockDraw(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := host.draw(ctx, &o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another jamd draws: %v", err)
	}
	played := make(chan error)
	go func() { played <- drawn.played() }()
	select {
	case err := <-played:
		t.Errorf("while another jamd draws, the order was written: %v", err)
	case <-time.After(50 * time.Millisecond):
		unlock()
		if err := <-played; err != nil {
			t.Error(err)
		}
	}
}
