package session

import (
	"encoding/csv"
	"math"
	"strings"
	"testing"
)

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	switch {
	case math.IsNaN(want) != (got == nil):
		t.Errorf("%s: %v, want %v", what, got, want)
	case got != nil && math.Abs(*got-want) > 1e-9:
		t.Errorf("%s: %v, want %v", what, *got, want)
	}
}

// played is a session of a policy by a player, with a note-in-chord and a rating of enjoyment.
func played(policy, player string, inside int64, enjoyment int) (m Measured) {
	m.Policy, m.Policies, m.Rating.Enjoyment = policy, map[string]int{policy: 1}, enjoyment
	if player != "" {
		m.Tags = []string{"other", PlayerTag + player}
	}
	m.Harmony = Harmony{inside, 100}
	m.NoteInChord, _ = m.Harmony.Share()
	return m
}

func TestStudy(t *testing.T) {
	mixed := played("a", "dan", 99, 5)
	mixed.Policies["b"] = 1
	changed := played("b", "ann", 80, 3)
	changed.Adaptations = []Adaptation{
		{Before: Harmony{10, 20}, ByBeat: []Harmony{{1, 4}, {2, 4}}, Beats: 2},
		{Before: Harmony{5, 10}, ByBeat: []Harmony{{3, 4}}, Beats: 0, Recovered: true},
		{ByBeat: []Harmony{{0, 0}}, Beats: 48}, // without a level before
	}
	s := NewStudy([]Measured{
		played("a", "ann", 40, 2), played("a", "ann", 60, 0), // one player, once unrated
		played("a", "bob", 40, 3), played("a", "eve", 30, 1), played("a", "", 20, 0),
		changed, played("b", "bob", 60, 4), played("b", "eve", 60, 4), mixed,
	})
	if s.Mixed != 1 || len(s.Policies) != 2 || s.Policies[0].Sessions != 5 || s.Policies[0].Players != 3 {
		t.Fatalf("%+v", s)
	}
	a, b := s.Policies[0].Means[0], s.Policies[1].Means[0]
	if a.N != 4 || b.N != 3 {
		t.Errorf("players %d and %d", a.N, b.N)
	}
	near(t, "mean of a", a.Value, (0.5+0.4+0.3+0.2)/4)
	near(t, "its error", a.Error, math.Sqrt(0.05/3)/2)
	near(t, "mean of b", b.Value, 2.0/3)
	near(t, "beats to recover", s.Policies[1].Means[4].Value, 1)
	near(t, "of nobody", s.Policies[0].Means[4].Value, math.NaN())
	near(t, "error of one", s.Policies[1].Means[4].Error, math.NaN())
	near(t, "Vendi", s.Policies[0].Vendi.Value, math.NaN())
	if p := s.Policies[1]; p.Changes != 3 || p.Before != (Harmony{15, 30}) || len(p.ByBeat) != 2 || p.ByBeat[0] != (Harmony{4, 8}) || p.ByBeat[1] != (Harmony{2, 4}) {
		t.Errorf("adaptation %+v", p)
	}
	if len(s.Pairs) < 2 {
		t.Fatalf("pairs %+v", s.Pairs)
	}
	first, last := s.Pairs[0], s.Pairs[len(s.Pairs)-1]
	if first.Measure != "note_in_chord" || first.A != "a" || first.B != "b" || first.N != 3 || last.Measure != "rated_enjoyment" || last.N != 3 {
		t.Errorf("pairs %+v", s.Pairs)
	}
	near(t, "difference", first.Mean, -(0.3+0.2+0.3)/3) // of ann .5 and .8, bob .4 and .6, eve .3 and .6
	near(t, "t", first.T, -8)
	near(t, "p of Wilcoxon", first.WP, 0.25)
	near(t, "corrected for one pair", first.TPHolm, *first.TP)
	near(t, "difference in enjoyment", last.Mean, -(1.0+1+3)/3)
}

// Differences that are all the same have no t and no p of Student's: two players who agree prove nothing.
func TestStudyOfEqualDifferences(t *testing.T) {
	for name, s := range map[string]*Study{
		"two": NewStudy([]Measured{played("a", "ann", 80, 2), played("b", "ann", 60, 4), played("a", "bob", 60, 1), played("b", "bob", 40, 3)}),
		"three": NewStudy([]Measured{played("a", "ann", 80, 2), played("b", "ann", 60, 4), played("a", "bob", 60, 1), played("b", "bob", 40, 3),
			played("a", "eve", 90, 3), played("b", "eve", 70, 5)}),
		"none": NewStudy([]Measured{played("a", "ann", 80, 2), played("b", "ann", 80, 2), played("a", "bob", 60, 1), played("b", "bob", 60, 1)}),
	} {
		if len(s.Pairs) != 2 {
			t.Fatalf("%s: %+v", name, s.Pairs)
		}
		for _, p := range s.Pairs {
			if p.T != nil || p.TP != nil || p.TPHolm != nil {
				t.Errorf("%s: %s has a t and a p", name, p.Measure)
			}
		}
		want := map[string]float64{"two": 0.5, "three": 0.25, "none": math.NaN()}[name]
		near(t, name+", p of Wilcoxon", s.Pairs[0].WP, want)
	}
}

// A session counts for the policy that played it, which need not be the one that it was begun with.
func TestStudyOfAnotherPolicyFromTheFirstFrameOn(t *testing.T) {
	m := played("b", "ann", 80, 3)
	m.Policy = "a"
	if s := NewStudy([]Measured{m}); len(s.Policies) != 1 || s.Policies[0].Policy != "b" || s.Mixed != 0 {
		t.Errorf("%+v", s.Policies)
	}
}

func TestStudyOfNothing(t *testing.T) {
	if s := NewStudy(nil); len(s.Policies) != 0 || len(s.Pairs) != 0 {
		t.Errorf("%+v", s)
	}
}

// The table names the policies that played, as the report compares them: before the first frame another one may have taken over.
func TestStudyCSV(t *testing.T) {
	later, mixed := played("b", "ann", 40, 2), played("b", "bob", 40, 2)
	later.Policy, later.Rating.Comment, mixed.Policies["a"] = "a", "=1+1, \"so\"\nto say", 1
	var text strings.Builder
	if err := NewStudy([]Measured{later, mixed}).WriteCSV(&text); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][6] != "policy" {
		t.Fatalf("%v: %q", err, rows)
	}
	if rows[1][6] != "b" || rows[1][len(rows[1])-1] != later.Rating.Comment || rows[2][6] != "a+b" {
		t.Errorf("%q", rows[1:])
	}
}
