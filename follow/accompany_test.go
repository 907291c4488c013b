package follow

import (
	"context"
	"math"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// A performance is a melody as a person plays it, and where the person's beats were.
type performance struct {
	events []jam.Event
	beats  []time.Duration // quarter notes
	pickup int             // beats before the first bar line
}

// perform plays bars of 4/4 after a pickup of some beats. The tempo wanders within a share, and each onset is off by a jitter.
func perform(bpm, wander, jitter float64, pickup, bars int, seed uint64) (p performance) {
	r := rand.New(rand.NewPCG(seed, 7))
	p.pickup = pickup
	at, off := 1.0, 0.0
	rhythms := [][]float64{{0, 1, 2, 3}, {0, 1, 1.5, 2, 3}, {0, 2, 3, 3.5}, {0, 0.5, 1, 2}, {0, 1, 2, 2.5, 3, 3.5}}
	for range pickup + 4*bars + 1 {
		p.beats = append(p.beats, time.Duration(at*1e9))
		off = min(max(off+0.004*r.NormFloat64(), -wander), wander)
		at += 60 / bpm * (1 + off)
	}
	note := func(beat float64, pitch uint8) {
		i := int(beat)
		on := p.beats[i] + time.Duration((beat-float64(i))*float64(p.beats[i+1]-p.beats[i])+jitter*1e9*r.NormFloat64())
		p.events = append(p.events, jam.Event{At: on, Status: 0x90, Data1: pitch, Data2: 80},
			jam.Event{At: on + 150*time.Millisecond, Status: 0x80, Data1: pitch})
	}
	for beat := range pickup {
		note(float64(beat), 67)
	}
	for bar := range bars {
		for i, place := range rhythms[r.IntN(len(rhythms))] {
			note(float64(pickup+4*bar)+place, 60+uint8((bar*5+i*4)%12))
		}
	}
	sort.SliceStable(p.events, func(i, j int) bool { return p.events[i].At < p.events[j].At })
	return p
}

// off is how far a time is from the nearest of the player's beats, in beats, and which one that is.
func (p *performance) off(at time.Duration) (off float64, beat int) {
	i := min(max(sort.Search(len(p.beats), func(i int) bool { return p.beats[i] > at })-1, 0), len(p.beats)-2)
	x := float64(at-p.beats[i]) / float64(p.beats[i+1]-p.beats[i])
	return x - math.Round(x), i + int(math.Round(x))
}

// accompanied plays chords to a performance.
func accompanied(t testing.TB, p performance, c Config, taps ...jam.PlayerEvent) (*jam.Accompaniment, []jam.Entry) {
	t.Helper()
	var entries []jam.Entry
	a, err := jam.AccompanyPlayer(context.Background(), jamtest.NewPolicy(1), jam.DefaultSettings(),
		jam.Tune{Name: "played", Events: p.events}, New(c), taps, func(e jam.Entry) { entries = append(entries, e) })
	if err != nil {
		t.Fatal(err)
	}
	return a, entries
}

// Chords fall on the beats of a person who plays without a click: at a told tempo, after four taps, and told nothing. Frames go
// on and never back, bars are not torn, and a pickup is in bar 0.
func TestAccompanyAPlayer(t *testing.T) {
	for _, c := range []struct {
		name          string
		bpm, jitter   float64
		pickup        int
		told          float64
		taps          int
		least, orOnce float64 // share of chords on the beat; orOnce: of bar lines on the player's
	}{
		{"told", 96, 0.03, 0, 96, 0, 0.75, 0},
		{"told, with a pickup", 96, 0.03, 1, 96, 0, 0.75, 0},
		{"tapped", 104, 0.03, 0, 0, 4, 0.75, 0.9},
		{"tapped, with a pickup", 84, 0.03, 1, 0, 4, 0.75, 0.9},
	} {
		p := perform(c.bpm, 0.03, c.jitter, c.pickup, 32, 3)
		var taps []jam.PlayerEvent
		one := p.beats[p.pickup]
		for i := range c.taps { // the bar before the first bar line
			beat := time.Duration(float64(time.Minute) / c.bpm)
			taps = append(taps, jam.PlayerEvent{At: one - time.Duration(c.taps-i)*beat, Kind: jam.PlayerTap})
		}
		a, entries := accompanied(t, p, Config{Meter: jam.Quarters(4), BPM: c.told}, taps...)
		on, lines, right := 0, 0, 0
		for _, chord := range a.Take.Chords {
			if off, _ := p.off(a.Lines[chord.Frame]); math.Abs(off) < 0.1 {
				on++
			}
		}
		for _, b := range a.Beats {
			if b.Beat == 1 && b.Sure > 0 {
				lines++
				if off, beat := p.off(b.At); math.Abs(off) < 0.25 && (beat-p.pickup)%4 == 0 {
					right++
				}
			}
		}
		share := float64(on) / float64(len(a.Take.Chords))
		t.Logf("%s: %d chords, %.2f on the beat, %d of %d bar lines", c.name, len(a.Take.Chords), share, right, lines)
		if len(a.Take.Chords) < 8 || share < c.least || float64(right) < c.orOnce*float64(lines) {
			t.Errorf("%s: %d chords, %.2f on the beat, %d of %d bar lines", c.name, len(a.Take.Chords), share, right, lines)
		}
		if first := a.Beats[0]; c.orOnce > 0 && first.Bar == 0 != (c.pickup > 0) {
			t.Errorf("%s: the first beat is %+v", c.name, first)
		}
		goesOn(t, a, entries)
	}
}

// With a pickup the policy joins in at the bar line at which it would with a grid that was counted in: two bars after the one
// before the pickup.
func TestListensFromTheBarLineBeforeAPickup(t *testing.T) {
	for pickup, want := range []int64{2, 1, 1, 1} { // bars after the first bar line
		p := perform(84, 0, 0, pickup, 16, 3)
		var taps []jam.PlayerEvent
		for i := range 4 {
			taps = append(taps, jam.PlayerEvent{At: p.beats[pickup] - time.Duration(float64(4-i)*60e9/84), Kind: jam.PlayerTap})
		}
		a, _ := accompanied(t, p, Config{Meter: jam.Quarters(4)}, taps...)
		joined := a.Take.Chords[0].Frame
		if bar := a.Take.BarAt(joined); bar.Number != want || bar.Frame != joined {
			t.Errorf("a pickup of %d beats: the first chord is at frame %d, in bar %d that begins at %d; want bar %d", pickup, joined,
				bar.Number, bar.Frame, want)
		}
	}
}

// The policy is told the places of the player's bars, of a pickup too. Frames that were laid before the first bar line lie at
// the end of a bar.
func TestPolicyIsToldThePlacesOfAPlayer(t *testing.T) {
	for _, pickup := range []int{0, 1, 3} {
		p := perform(84, 0.03, 0.015, pickup, 16, 3)
		var taps []jam.PlayerEvent
		for i := range 4 {
			taps = append(taps, jam.PlayerEvent{At: p.beats[pickup] - time.Duration(4-i)*time.Minute/84, Kind: jam.PlayerTap})
		}
		policy := jamtest.NewPolicy(1)
		a, err := jam.AccompanyPlayer(context.Background(), policy, jam.DefaultSettings(), jam.Tune{Events: p.events}, New(Config{Meter: jam.Quarters(4)}), taps)
		if err != nil {
			t.Fatal(err)
		}
		heard := policy.Heard()
		if first := heard[0].Place; first != jam.BarPlace(1+(16-4*pickup)%16) || a.Take.Bars().Pickup() != jam.Quarters(4) && pickup > 0 {
			t.Errorf("a pickup of %d beats: the place is %d, the meters %v", pickup, first, a.Take.Meters)
		}
		for frame, h := range heard {
			bar := a.Take.BarAt(int64(frame))
			if want := bar.Meter.Place(int64(frame) - bar.Frame); h.Place != want {
				t.Errorf("a pickup of %d beats: frame %d has place %d, want %d", pickup, frame, h.Place, want)
			}
		}
	}
}

// goesOn checks that frames go on and never back, that no bar is shorter than half of the one before or longer than one and a
// half of it, that each frame is reported once, and that the tempi of the take lead to its lines.
func goesOn(t *testing.T, a *jam.Accompaniment, entries []jam.Entry) {
	t.Helper()
	last := int64(-1)
	for _, e := range entries {
		if e.Kind != jam.EntryReport {
			continue
		}
		if last >= 0 && e.Report.Frame != last+1 {
			t.Fatalf("frame %d follows frame %d", e.Report.Frame, last)
		}
		last = e.Report.Frame
	}
	var before time.Duration
	for bar := a.Take.BarAt(0); bar.End < int64(len(a.Lines)); bar = a.Take.BarAt(bar.End) {
		if bar.Frame < 0 || bar.End-bar.Frame < bar.Meter.Bar() {
			before = 0 // a pickup, or the bar line was moved by beats
			continue
		}
		length := a.Lines[bar.End] - a.Lines[bar.Frame]
		if before > 0 && (length < before/2 || length > before*3/2) {
			t.Errorf("the bar at %v lasts %v, the one before %v", a.Lines[bar.Frame], length, before)
		}
		before = length
	}
	grid, err := jam.NewTuneGrid(a.Take.Tempo)
	if err != nil {
		t.Fatal(err)
	}
	for frame := range a.Lines {
		if frame%jam.FramesPerBeat != 0 {
			continue
		}
		if off := (grid.Line(int64(frame)) + a.Lines[0] - a.Lines[frame]).Abs(); off > time.Millisecond {
			t.Fatalf("frame %d: the tempi lead %v past its line", frame, off)
		}
	}
}

// Ten minutes with drift: no chord twice, none lost, no bar torn.
func TestTenMinutes(t *testing.T) {
	p := perform(100, 0.05, 0.02, 0, 250, 5)
	a, entries := accompanied(t, p, Config{Meter: jam.Quarters(4), BPM: 100})
	goesOn(t, a, entries)
	begun := int64(0)
	for _, e := range entries {
		if e.Kind == jam.EntryReport && e.Report.Began {
			begun++
		}
	}
	if begun != a.Summary.Chords || int(begun) != len(a.Take.Chords) || a.Summary.Misses+a.Summary.Skipped > 0 {
		t.Errorf("%d chords began, %d in the take, %+v", begun, len(a.Take.Chords), a.Summary)
	}
	if length := a.Lines[len(a.Lines)-1] - a.Lines[0]; length < 9*time.Minute {
		t.Errorf("it lasts %v", length)
	}
}

// What is played later moves no line before.
func TestNothingIsKnownBefore(t *testing.T) {
	p := perform(96, 0.03, 0.03, 0, 16, 9)
	whole, _ := accompanied(t, p, Config{Meter: jam.Quarters(4), BPM: 96})
	cut := p
	cut.events = cut.events[:len(cut.events)/2]
	part, _ := accompanied(t, cut, Config{Meter: jam.Quarters(4), BPM: 96})
	last := cut.events[len(cut.events)-1].At
	for frame, line := range part.Lines {
		if line <= last && line != whole.Lines[frame] {
			t.Fatalf("frame %d is at %v, and at %v where more is played later", frame, line, whole.Lines[frame])
		}
	}
}

// Without notes, or where no beat is found in them, it says so.
func TestNoBeat(t *testing.T) {
	settings := jam.DefaultSettings()
	for _, c := range []struct {
		events []jam.Event
		want   string
	}{
		{nil, "the tune has no notes"},
		{[]jam.Event{{At: time.Second, Status: 0x90, Data1: 60, Data2: 80}, {At: 2 * time.Second, Status: 0x80, Data1: 60}}, jam.ErrNoBeat.Error()},
	} {
		_, err := jam.AccompanyPlayer(context.Background(), jamtest.NewPolicy(1), settings, jam.Tune{Events: c.events}, New(Config{}), nil)
		if err == nil || err.Error() != c.want {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}
