package session

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// jamOf is a blind jam of a participant.
func jamOf(participant string, number, jam int) Brief {
	return Brief{Trial: &Trial{Participant: participant, Number: number, Jam: jam, Of: 3}, Drawn: []string{"b", "a"}, Policy: "a"}
}

func TestNextTrial(t *testing.T) {
	short, other, foreign := jamOf("ann", 1, 2), jamOf("ann", 4, 1), jamOf("eve", -5, 1)
	short.TooShort, other.Drawn = true, []string{"a", "c"}
	all := []Brief{jamOf("ann", 1, 1), short, jamOf("ann", 1, 3), jamOf("J\u00fcrgen", 2, 1), jamOf("7", 7, 1), other, foreign, {}}
	for _, c := range []struct {
		participant string
		want        Trial
	}{
		{"ann", Trial{Participant: "ann", Number: 1, Jam: 2, Of: 3}}, // the one that was too short is played again
		{"Ann", Trial{Participant: "ann", Number: 1, Jam: 2, Of: 3}},
		{"ju\u0308rgen", Trial{Participant: "J\u00fcrgen", Number: 2, Jam: 2, Of: 3}},
		{"bob", Trial{Participant: "bob", Number: 8, Jam: 1, Of: 3}}, // the next number
		{"7", Trial{Participant: "7", Number: 7, Jam: 2, Of: 3}},
		{"07", Trial{Participant: "7", Number: 7, Jam: 2, Of: 3}},
		{"12", Trial{Participant: "12", Number: 12, Jam: 1, Of: 3}},
		{"99999999999999999999", Trial{Participant: "99999999999999999999", Number: 8, Jam: 1, Of: 3}},
	} {
		if got := NextTrial(all, []string{"a", "b"}, c.participant, 3); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.participant, got, c.want)
		}
	}
	if got := NextTrial(append(all, jamOf("1000000", maxNumber, 1)), []string{"a", "b"}, "bob", 3); got.Number != 1 {
		t.Errorf("after the highest number: %+v, whose jams do not count", got)
	}
	if got := NextTrial(append(all, jamOf("ann", 1, 2)), []string{"a", "b"}, "ann", 3); got.Jam <= got.Of {
		t.Errorf("all are played, and yet %+v", got)
	}
}

func TestParticipants(t *testing.T) {
	rated, short := jamOf("ann", 1, 1), jamOf("ann", 1, 2)
	rated.Rating, short.TooShort = Rating{1, 2, 3, ""}, true
	unrated := jamOf("ann", 1, 2)
	unrated.Policy = Hidden
	got := Participants([]Brief{jamOf("bob", 2, 1), unrated, short, {}, rated})
	if len(got) != 2 || got[1].Participant != "bob" {
		t.Fatalf("%+v", got)
	}
	ann := got[0]
	if ann.Played != 2 || ann.Rated != 1 || ann.TooShort != 1 || ann.Of != 3 || !slices.Equal(ann.Order, []string{"a", Hidden}) {
		t.Errorf("%+v", ann)
	}
}

// A jam that was deleted, played again and restored is one place of the study: that of the rated one.
func TestParticipantsWithARestoredJam(t *testing.T) {
	first, second := jamOf("ann", 1, 1), jamOf("ann", 1, 2)
	restored, again := jamOf("ann", 1, 2), jamOf("bob", 2, 2)
	first.Rating, second.Rating, restored.Policy = Rating{1, 2, 3, ""}, Rating{1, 2, 3, ""}, Hidden
	got := Participants([]Brief{again, restored, first, second})
	for i, b := range []*Brief{&first, &second, &restored, &again} {
		b.ID, b.Order = string(rune('1'+i)), time.Unix(int64(i), 0)
	}
	later := second
	later.ID, later.Order = "0", time.Unix(9, 0)
	if r := Repeated([]Brief{later, again, restored, first, second}); len(r) != 2 || r["3"].ID != "2" || r["0"].ID != "2" {
		t.Errorf("repeated: %v", r)
	}
	if ann := got[0]; len(got) != 2 || ann.Played != 2 || ann.Rated != 2 || !slices.Equal(ann.Order, []string{"a", "a"}) || got[1].Played != 1 {
		t.Errorf("%+v", got)
	}
}

// The jams of a study are its data: no limit deletes them.
func TestStudiesAreNotPruned(t *testing.T) {
	old, test := jamOf("ann", 1, 1), Brief{ID: "test", Trial: &Trial{AtLeast: 30}}
	if gone := (Limits{Age: time.Hour}).Prune([]Brief{old, test}, time.Now()); len(gone) != 1 || gone[0].ID != "test" {
		t.Errorf("%+v", gone)
	}
}

// A blind jam that is too short hides its policy for good; one of an earlier jamd has no least length.
func TestMayRate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blind")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(recordedJams, "blind"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, NotesFile)); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WhyHidden(); !errors.Is(err, ErrUnanswered) {
		t.Errorf("a jam that is not rated: %v", err)
	}
	if err := r.MayRate(Rating{1, 2, 3, ""}); err != nil {
		t.Errorf("a jam of an earlier jamd: %v", err)
	}
	if err := r.MayRate(Rating{1, 0, 3, "good"}); !errors.Is(err, ErrUnanswered) {
		t.Errorf("two answers: %v", err)
	}
	r.Manifest.Trial = &Trial{AtLeast: 3600}
	if err := r.MayRate(Rating{1, 2, 3, ""}); err == nil || errors.Is(err, ErrUnanswered) {
		t.Errorf("too short: %v", err)
	}
	if b := r.Brief(); !b.TooShort || b.Policy != Hidden {
		t.Errorf("%+v", b)
	}
	r.Manifest.Trial.AtLeast = 0
	if b := r.Brief(); b.TooShort {
		t.Errorf("%+v", b)
	}
	if err := os.WriteFile(filepath.Join(dir, EventsFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if b := r.Brief(); !b.TooShort { // jamd was killed while it waited for the first note
		t.Errorf("%+v", b)
	}
}

func TestCheckParticipant(t *testing.T) {
	for name, good := range map[string]bool{
		"": true, "ann": true, "Jürgen B.": true, " ann": false, "a\nb": false, strings.Repeat("音", 60): true, strings.Repeat("音", 61): false,
		"1": true, "007": true, "1000000": true, "0": false, "-1": false, "1000001": false, "99999999999999999999": false, "12b": true,
	} {
		if err := CheckParticipant(name); (err == nil) != good {
			t.Errorf("%q: %v", name, err)
		}
	}
}
