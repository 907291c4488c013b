package jam

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func grid(t testing.TB, start time.Duration, bpm float64) *Grid {
	t.Helper()
	g, err := NewGrid(start, bpm)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestLineIsExactFarOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bpm := rapid.Float64Range(MinTempo, MaxTempo).Draw(t, "bpm")
		frame := rapid.Int64Range(0, 10_000_000).Draw(t, "frame")
		start := time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "start"))
		g, err := NewGrid(start, bpm)
		if err != nil {
			t.Fatal(err)
		}
		// frame * 60e9 / (4 bpm), exactly.
		exact := new(big.Rat).SetInt64(frame * int64(15*time.Second))
		exact.Quo(exact, new(big.Rat).SetFloat64(bpm))
		exact.Add(exact, new(big.Rat).SetInt64(int64(start)))
		got := new(big.Rat).SetInt64(int64(g.Line(frame)))
		if off, _ := got.Sub(got, exact).Float64(); math.Abs(off) > 2 {
			t.Fatalf("frame %d at %v BPM is %v ns off", frame, bpm, off)
		}
	})
}

func TestNearestRoundsHalfUp(t *testing.T) {
	g := grid(t, time.Second, 120) // 125 ms a frame
	for _, c := range []struct {
		at   time.Duration
		want int64
	}{
		{time.Second, 0},
		{time.Second + 62_499_999, 0},
		{time.Second + 62_500_000, 1},
		{time.Second + 187_499_999, 1},
		{time.Second + 187_500_000, 2},
		{time.Second - 62_500_000, 0},
		{time.Second - 62_500_001, -1},
		{0, -8},
	} {
		if got := g.Nearest(c.at); got != c.want {
			t.Errorf("Nearest(%v) = %d, want %d", c.at, got, c.want)
		}
	}
}

func TestNearestAndCurrentAgreeWithLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(t, "start"))
		g, err := NewGrid(start, rapid.Float64Range(MinTempo, MaxTempo).Draw(t, "bpm"))
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			frame := rapid.Int64Range(0, 1000).Draw(t, "frame")
			before := g.Line(frame)
			if err := g.setTempo(frame, rapid.Float64Range(MinTempo, MaxTempo).Draw(t, "bpm")); err != nil {
				t.Fatal(err)
			}
			if g.Line(frame) != before {
				t.Fatalf("a tempo change moved its own line %d from %v to %v", frame, before, g.Line(frame))
			}
		}
		at := time.Duration(rapid.Int64Range(-2e12, 2e12).Draw(t, "at"))
		f := g.Nearest(at)
		if back, ahead := at-g.Line(f), g.Line(f+1)-at; back >= ahead {
			t.Fatalf("Nearest(%v) = %d, but %d is no further", at, f, f+1)
		}
		if ahead, back := g.Line(f)-at, at-g.Line(f-1); ahead > back {
			t.Fatalf("Nearest(%v) = %d, but %d is nearer", at, f, f-1)
		}
		if c := g.current(at); g.Line(c) > at || g.Line(c+1) <= at {
			t.Fatalf("Current(%v) = %d from %v to %v", at, c, g.Line(c), g.Line(c+1))
		}
		if f := rapid.Int64Range(-100, 2000).Draw(t, "line"); g.Nearest(g.Line(f)) != f || g.current(g.Line(f)) != f || g.Step(f) <= 0 {
			t.Fatalf("line %d is not its own nearest", f)
		}
	})
}

func TestTempoChangesLeaveThePastAlone(t *testing.T) {
	g := grid(t, 0, 120)
	for _, change := range []struct {
		frame int64
		bpm   float64
	}{{16, 60}, {32, 240}, {24, 120}} {
		if err := g.setTempo(change.frame, change.bpm); err != nil {
			t.Fatal(err)
		}
	}
	for frame, want := range map[int64]time.Duration{
		0: 0, 16: 2 * time.Second, 20: 3 * time.Second, 24: 4 * time.Second, 40: 6 * time.Second, // the change at 32 is forgotten
	} {
		if got := g.Line(frame); got != want {
			t.Errorf("line %d at %v, want %v", frame, got, want)
		}
	}
	if got := g.At(18.5); got != 2625*time.Millisecond {
		t.Errorf("At(18.5) = %v", got)
	}
}

func TestTempoOutOfRange(t *testing.T) {
	for _, bpm := range []float64{0, -1, 19.99, 400.01, 5000, math.NaN(), math.Inf(1)} {
		if _, err := NewGrid(0, bpm); err == nil {
			t.Errorf("tempo %v is taken", bpm)
		}
		if grid(t, 0, 120).setTempo(4, bpm) == nil {
			t.Errorf("tempo %v is taken for a change", bpm)
		}
	}
	_, err := NewGrid(0, 5000)
	if want := "tempo 5000 BPM: must be 20 to 400 BPM"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

func TestGridSurvivesAnyTime(t *testing.T) {
	g := grid(t, 0, 400)
	for _, at := range []time.Duration{math.MinInt64, math.MaxInt64, 0, -1} {
		g.Nearest(at)
		g.current(at)
	}
}
