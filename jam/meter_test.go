package jam_test

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"jamd/jam"
)

func TestMeter(t *testing.T) {
	for _, c := range []struct {
		text              string
		beat, bar, strong int64
		beats             int
	}{
		{"4/4", 4, 16, 8, 4}, {"3/4", 4, 12, 12, 3}, {"2/4", 4, 8, 4, 2}, {"1/4", 4, 4, 4, 1}, {"16/4", 4, 64, 32, 16},
		{"6/8", 6, 12, 6, 2}, {"9/8", 6, 18, 18, 3}, {"12/8", 6, 24, 12, 4},
		{"3/8", 6, 6, 6, 1}, {"2/2", 8, 16, 8, 2}, {"9/16", 3, 9, 9, 3}, {"3+2/4", 4, 20, 12, 5}, {"4+3/4", 4, 28, 16, 7},
		{"3+2/8", 2, 10, 6, 5}, {"2+2+3/8", 2, 14, 8, 7}, {"3+3+2/8", 2, 16, 6, 8}, {"2+2+2+3/8", 2, 18, 8, 9}, {"2+2+3/16", 1, 7, 4, 7},
	} {
		m, err := jam.ParseMeter(c.text)
		if err != nil || m.String() != c.text || m.Beat() != c.beat || m.Bar() != c.bar || m.Middle() != c.strong || m.Beats() != c.beats {
			t.Errorf("%s: %v, %v; beat %d, bar %d, strong %d, %d beats", c.text, m, err, m.Beat(), m.Bar(), m.Middle(), m.Beats())
		}
	}
	for _, text := range []string{"", "4", "4/", "/4", "0/4", "17/4", "5/7", "3/1", "9/2", "33/8", "2+2/4/4", "2+0+3/8", "7/8=2+2", "7/8=", "2+2+3/8=7", "+/8", "260/4", "-4/4", "4/4/4", " 4/4"} {
		if m, err := jam.ParseMeter(text); err == nil || m != (jam.Meter{}) {
			t.Errorf("%q is read as %v", text, m)
		}
	}
}

// A meter without groups has its usual ones, and groups may be written in two ways.
func TestMeterGroups(t *testing.T) {
	for written, want := range map[string]string{
		"5/4": "3+2/4", "5/8": "3+2/8", "7/8": "2+2+3/8", "7/4": "4+3/4", "8/8": "3+3+2/8", "11/8": "2+2+2+2+3/8", "4/4": "4/4", "9/8": "9/8",
		"7/8=3+2+2": "3+2+2/8", "9/8=3+3+3": "9/8", "3+3+3/8": "9/8", "4/4=1+1+1+1": "4/4", "9/8=2+2+2+3": "2+2+2+3/8", "6/8=2+2+2": "2+2+2/8",
		"1+1+1+1+1/4": "5/4=5", "5/4=5": "5/4=5", "7/8=7": "7/8=7", "9/8=9": "9/8", "4/4=4": "4/4",
	} {
		m, err := jam.ParseMeter(written)
		if err != nil || m.String() != want {
			t.Errorf("%s is read as %v, want %s (%v)", written, m, want, err)
		}
		var again jam.Meter
		if err := again.UnmarshalText([]byte(m.String())); err != nil || again != m {
			t.Errorf("%v is read again as %v (%v)", m, again, err)
		}
	}
	m, _ := jam.ParseMeter("2+2+3/8")
	if got := m.Groups(); !slices.Equal(got, []int64{0, 4, 8}) {
		t.Errorf("groups begin at %v", got)
	}
	var accents []jam.Accent
	for since := range m.Bar() {
		accents = append(accents, m.Accent(since-m.Bar()))
	}
	want := []jam.Accent{jam.Downbeat, jam.OffBeat, jam.WeakBeat, jam.OffBeat, jam.FullBeat, jam.OffBeat, jam.WeakBeat, jam.OffBeat, jam.FullBeat, jam.OffBeat, jam.WeakBeat, jam.OffBeat, jam.WeakBeat, jam.OffBeat}
	if !slices.Equal(accents, want) {
		t.Errorf("accents %v, want %v", accents, want)
	}
}

// anyMeter draws any meter that jamd plays, with any groups, the usual ones or none.
func anyMeter(t *rapid.T) jam.Meter {
	unit := rapid.SampledFrom([]int{2, 4, 8, 16}).Draw(t, "unit")
	groups := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 4).Draw(t, "groups")
	text, count := "", 0
	for i, n := range groups {
		if count+n > 4*unit {
			break
		}
		if i > 0 {
			text += "+"
		}
		text += strconv.Itoa(n)
		count += n
	}
	m, err := jam.ParseMeter(text + "/" + strconv.Itoa(unit))
	if len(groups) == 1 {
		text = strconv.Itoa(count) + "/" + strconv.Itoa(unit)
		if m, err = jam.ParseMeter(text); rapid.Bool().Draw(t, "no groups") {
			m, err = jam.ParseMeter(text + "=" + strconv.Itoa(count))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Whatever the meter: it is read as it is written, groups tile the bar, and each line of the chord grid is one of the finer grids.
func TestAnyMeter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMeter(t)
		if again, err := jam.ParseMeter(m.String()); err != nil || again != m {
			t.Fatalf("%v is read as %v, %v", m, again, err)
		}
		text, _ := m.MarshalText()
		if again := (jam.Meter{}); again.UnmarshalText(text) != nil || again != m {
			t.Fatalf("%v is recorded as %s and read as %v", m, text, again)
		}
		if m.Beat()*int64(m.Beats()) != m.Bar() {
			t.Fatalf("%v: %d beats of %d frames in %d", m, m.Beats(), m.Beat(), m.Bar())
		}
		next := int64(0)
		for after := range m.Bar() {
			from, to := m.Group(after)
			if from > after || to <= after || to > m.Bar() || after == next && from != next {
				t.Fatalf("%v: frame %d lies in the group %d to %d", m, after, from, to)
			}
			next = to
			weighs := m.Accent(after) > jam.OffBeat
			if after%m.Beat() == 0 != weighs || m.Felt(after) && !weighs || m.Strong(after) && !m.Felt(after) && m.Unit > 2 {
				t.Fatalf("%v: frame %d has accent %d, felt %v, strong %v", m, after, m.Accent(after), m.Felt(after), m.Strong(after))
			}
			if jam.GridBar.Has(m, after) && !jam.GridHalf.Has(m, after) || m.Grouped() && jam.GridHalf.Has(m, after) && !jam.GridBeat.Has(m, after) {
				t.Fatalf("%v: frame %d is on a coarse chord grid and not on a finer one", m, after)
			}
		}
	})
}
