package follow

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
)

// rhythm is a bar of 4/4 in ticks, one of each: plain, dotted, syncopated, and one that leads on.
var rhythm = [][]int{{0, 12, 24, 36}, {0, 18, 24, 36, 42}, {0, 6, 18, 30, 36}, {0, 12, 18, 24}}

// play plays bars from a time on at a tempo that may change by the beat, and returns the true time of the next bar line.
func play(f *Follower, from time.Duration, bars int, jitter float64, period func(beat int) float64) time.Duration {
	random := rand.New(rand.NewPCG(1, 2))
	at := seconds(from)
	for bar := range bars {
		lines := [5]float64{at}
		for beat := range 4 {
			lines[beat+1] = lines[beat] + period(4*bar+beat)
		}
		for _, tick := range rhythm[bar%len(rhythm)] {
			beat, part := tick/ticks, float64(tick%ticks)/ticks
			t := lines[beat] + part*(lines[beat+1]-lines[beat])
			f.Note(duration(t+jitter*random.NormFloat64()), 60, 80)
		}
		at = lines[4]
	}
	f.Advance(duration(at - 0.1))
	return duration(at)
}

func steady(period float64) func(int) float64 { return func(int) float64 { return period } }

// countIn taps a bar of 4/4 and returns when the next begins.
func countIn(f *Follower, from, period time.Duration) time.Duration {
	for range 4 {
		f.Tap(from)
		from += period
	}
	return from
}

// expect checks the next beat: that it is a bar line at a time, within a tolerance, at a tempo within a percent or two.
func expect(t *testing.T, f *Follower, at time.Duration, bpm float64, within time.Duration) {
	t.Helper()
	r, ok := f.PlayerTime(at - 100*time.Millisecond)
	if !ok {
		t.Fatal("nothing was found")
	}
	if off := r.Line - at; off.Abs() > within {
		t.Errorf("the next beat is at %v, %v off", r.Line, off)
	}
	if math.Abs(r.BPM-bpm) > 0.02*bpm {
		t.Errorf("%.1f BPM, want %.1f", r.BPM, bpm)
	}
	if r.InBar != 0 {
		t.Errorf("the bar line is taken for beat %d", r.InBar+1)
	}
}

// expectPace checks the tempo, and that a beat is at a time, within a tenth of one.
func expectPace(t *testing.T, f *Follower, at time.Duration, bpm float64) {
	t.Helper()
	r, _ := f.PlayerTime(at)
	off := math.Remainder(float64(r.Line-at), float64(r.Period))
	if math.Abs(r.BPM-bpm) > 0.02*bpm || math.Abs(off) > 0.1*float64(r.Period) {
		t.Errorf("a beat is %v off, at %.1f BPM, want %.1f", time.Duration(off), r.BPM, bpm)
	}
}

func TestCountIn(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4)})
	at := countIn(f, time.Second, 500*time.Millisecond)
	expect(t, f, at, 120, time.Millisecond)
	at = play(f, at, 16, 0, steady(0.5))
	expect(t, f, at, 120, 3*time.Millisecond)
	if r, _ := f.PlayerTime(at - time.Second/10); r.State != jam.Following {
		t.Errorf("%v, %.2f sure", r.State, r.Sure)
	}
}

func TestFollows(t *testing.T) {
	tests := []struct {
		name   string
		jitter float64
		period func(int) float64
		bpm    float64
		within time.Duration
	}{
		{"jitter", 0.02, steady(0.5), 120, 40 * time.Millisecond},
		{"drift", 0.01, func(beat int) float64 { return 0.5 * math.Exp(0.05*math.Sin(float64(beat)/20)) }, 120 / math.Exp(0.05*math.Sin(4)), 40 * time.Millisecond},
		{"step", 0.005, func(beat int) float64 {
			if beat < 32 {
				return 0.5
			}
			return 0.46
		}, 130.4, 30 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := New(Config{Meter: jam.Quarters(4)})
			at := play(f, countIn(f, time.Second, 500*time.Millisecond), 20, tt.jitter, tt.period)
			expect(t, f, at, tt.bpm, tt.within)
		})
	}
}

func TestFindsByItself(t *testing.T) {
	for _, told := range []float64{0, 100} {
		f := New(Config{Meter: jam.Quarters(4), BPM: told})
		if _, ok := f.PlayerTime(0); ok {
			t.Error("it has found something in nothing")
		}
		at := play(f, time.Second, 16, 0.01, steady(60./104))
		bpm := 104.0
		if r, _ := f.PlayerTime(at); told == 0 && r.BPM > 150 { // nobody has said which is the beat
			bpm *= 2
		}
		expectPace(t, f, at, bpm)
	}
}

// A meter without tables of its own is kept, and the beat is found.
func TestMeterWithoutTables(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(5)})
	at := play(f, time.Second, 8, 0, steady(0.5))
	if r, _ := f.PlayerTime(at); r.Meter != jam.Quarters(5) {
		t.Errorf("the meter is %v", r.Meter)
	}
}

func TestSilenceHoldsTheTempo(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4)})
	at := play(f, countIn(f, time.Second, 500*time.Millisecond), 8, 0, steady(0.5))
	f.Advance(at + 20*time.Second - 100*time.Millisecond)
	expect(t, f, at+20*time.Second, 120, 30*time.Millisecond)
	if r, _ := f.PlayerTime(at + 20*time.Second); r.State != jam.HoldingTempo {
		t.Errorf("%v after 40 beats of silence, %.2f sure", r.State, r.Sure)
	}
}

func TestCalibrated(t *testing.T) {
	if most := calibration[len(calibration)-1]; calibrated(0) != 0 || calibrated(2) != most[1] || most[0] != 1 || most[1] < followingFrom {
		t.Error("the ends are wrong")
	}
	for before, belief := 0.0, 0.001; belief <= 1; belief += 0.001 {
		sure := calibrated(belief)
		if sure < before || sure > 1 {
			t.Fatalf("%.3f is calibrated to %.3f after %.3f", belief, sure, before)
		}
		before = sure
	}
}

// Whatever is played and tapped, the count of beats and their lines never go back.
func TestNeverBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := New(Config{
			Meter: rapid.SampledFrom([]jam.Meter{{}, jam.Quarters(4), jam.Quarters(3), jam.Quarters(5), {Count: 6, Unit: 8}}).Draw(t, "meter"),
			BPM:   rapid.SampledFrom([]float64{0, 60, 120, 300}).Draw(t, "bpm"),
		})
		now, beat := time.Duration(0), int64(math.MinInt64)
		for range rapid.IntRange(1, 60).Draw(t, "actions") {
			now += time.Duration(rapid.IntRange(0, 3_000_000_000).Draw(t, "wait"))
			switch rapid.IntRange(0, 9).Draw(t, "action") {
			case 0:
				f.Tap(now)
			case 1:
				f.Downbeat(now)
			case 2:
				f.Hold(rapid.Bool().Draw(t, "hold"))
			case 3:
				now += time.Minute
				f.Advance(now)
			default:
				f.Note(now, 60, 80)
			}
			f.Advance(now)
			r, ok := f.PlayerTime(now)
			if !ok {
				continue
			}
			if r.Beat < beat || r.Line < now-time.Millisecond || r.Period <= 0 || !(r.Sure >= 0 && r.Sure <= 1) || r.InBar < 0 || r.InBar >= r.Meter.Beats() {
				t.Fatalf("after beat %d at %v: %+v", beat, now, r)
			}
			beat = r.Beat
		}
	})
}

func TestAllocatesNothing(t *testing.T) {
	for _, told := range []float64{0, 120} {
		f := New(Config{BPM: told})
		now := time.Second
		if n := testing.AllocsPerRun(200, func() {
			now += 250 * time.Millisecond
			f.Note(now, 60, 80)
			f.PlayerTime(now)
		}); n != 0 {
			t.Errorf("%v allocations a note", n)
		}
	}
}
