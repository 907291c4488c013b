package jam_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// Whatever the meter, tempo and swing: frames sound in order, less than a frame late, bars begin on time, and a note that is
// played when a frame sounds counts for that frame, as does every note between two boundaries.
func TestSwingIsMonotoneAndInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMeter(t)
		s := settings(func(s *jam.Settings) { s.Tempo = rapid.Float64Range(20, 400).Draw(t, "tempo") })
		e, err := jam.NewEngine(jamtest.NewPolicy(0).Vocabulary(), s, quiet{})
		if err != nil {
			t.Fatal(err)
		}
		swing := rapid.SampledFrom([]jam.Swing{jam.Straight, jam.SwingEighths, jam.SwingSixteenths}).Draw(t, "swing")
		e.Warp(swing, rapid.Float64Range(50, 75).Draw(t, "percent"), m)
		first := rapid.Int64Range(-40, 1e6).Draw(t, "frame")
		for f := first; f < first+m.Bar(); f++ {
			if e.Line(f) >= e.Line(f+1) {
				t.Fatalf("frame %d sounds at %v, the next at %v", f, e.Line(f), e.Line(f+1))
			}
			if late := e.Late(f); late < 0 || late > 1 || f%m.Bar() == 0 && late != 0 {
				t.Fatalf("frame %d of %v is %v late", f, m, late)
			}
			if got := e.Nearest(e.Line(f)); got != f {
				t.Fatalf("what sounds in frame %d counts for %d", f, got)
			}
		}
		a := rapid.Float64Range(0, 16).Draw(t, "a")
		b := rapid.Float64Range(0, 16).Draw(t, "b")
		if early, late := e.Nearest(e.Grid().At(min(a, b))), e.Nearest(e.Grid().At(max(a, b))); early > late {
			t.Fatalf("%v and %v count for frames %d and %d", min(a, b), max(a, b), early, late)
		}
	})
}

// A swung eighth is heard on its eighth, and so is an even one; chords and clicks sound swung.
func TestSwungEighths(t *testing.T) {
	for _, c := range []struct {
		meter   string
		swing   jam.Swing
		percent float64
		want    []float64 // where the frames of the first bar sound, in hundredths of a frame
	}{
		{"1/4", jam.SwingEighths, 75, []float64{0, 150, 300, 350}},
		{"2/4", jam.SwingSixteenths, 60, []float64{0, 120, 200, 320, 400, 520, 600, 720}},
		{"7/8", jam.SwingEighths, 75, []float64{0, 150, 300, 350, 400, 550, 700, 750, 800, 900, 1000, 1100, 1200, 1300}},
		{"6/8", jam.SwingEighths, 75, []float64{0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100}},
		{"4/4", jam.Straight, 75, []float64{0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200, 1300, 1400, 1500}},
	} {
		s := settings(func(s *jam.Settings) {
			s.Tempo, s.Meter, s.Swing, s.SwingPercent = 150, meter(c.meter), c.swing, c.percent
		})
		e, v := newEngine(t, s, quiet{})
		var got []float64
		for f := range s.Meter.Bar() {
			got = append(got, e.Line(f).Seconds()*1000)
			if r := play(t, e, v, -1); r.Line+time.Duration(float64(r.Swung)*1e8+0.5) != e.Line(f) {
				t.Errorf("%s: frame %d is reported at %v and %v", c.meter, f, r.Line, r.Swung)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %v of %v: %v, want %v", c.meter, c.swing, c.percent, got, c.want)
		}
	}
	s := settings(func(s *jam.Settings) { s.Tempo, s.Swing = 150, jam.SwingEighths })
	e, _ := newEngine(t, s, quiet{})
	for at, want := range map[int]int64{0: 0, 130: 1, 180: 2, 200: 2, 267: 2, 300: 2, 334: 3, 400: 4, 600: 6, 667: 6} {
		if got := e.Nearest(time.Duration(at) * time.Millisecond); got != want {
			t.Errorf("a note at %d ms counts for frame %d, want %d", at, got, want)
		}
	}
}

// A swing that is set within a pair holds from the next one on.
func TestSwingChangesBetweenPairs(t *testing.T) {
	e, v := newEngine(t, settings(nil), quiet{})
	play(t, e, v, -1)
	apply(t, e, "swing", "eighths")
	if e.Late(2) != 0 {
		t.Error("the pair swings midway")
	}
	for range 3 {
		play(t, e, v, -1)
	}
	if e.Late(6) == 0 {
		t.Error("the next pair does not swing")
	}
}
