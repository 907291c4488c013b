package follow

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"jamd/jam"
)

// rhythms are bars in ticks, by meter.
var rhythms = map[jam.Meter][][]int{
	jam.Quarters(4):     rhythm,
	jam.Quarters(3):     {{0, 12, 24}, {0, 18, 24}, {0, 24}, {0, 12, 24, 30}},
	{Count: 6, Unit: 8}: {{0, 4, 8, 12, 16, 20}, {0, 8, 12, 20}, {0, 12, 16, 20}, {0, 8, 12, 16, 20}},
}

// playIn plays bars of a meter from a time on, with a jitter of 10 ms, and returns the time of the next bar line.
func playIn(f *Follower, m jam.Meter, from time.Duration, bars int, period float64) time.Duration {
	random := rand.New(rand.NewPCG(3, 4))
	at := seconds(from)
	for bar := range bars {
		for _, tick := range rhythms[m][bar%len(rhythms[m])] {
			f.Note(duration(at+float64(tick)/ticks*period+0.01*random.NormFloat64()), 60, 80)
		}
		at += period * float64(m.Beats())
	}
	f.Advance(duration(at - 0.1))
	return duration(at)
}

// The meter is found, with the bar line, whatever the player has said of the time. It stays what it is when another rhythm is
// played, until the player says another.
func TestMeterIsFound(t *testing.T) {
	const period = 0.55
	for m := range rhythms {
		for _, given := range []string{"count-in", "tempo", "nothing"} {
			config, from := Config{}, time.Second
			if given == "tempo" {
				config.BPM = 60 / period * quarters(m)
			}
			f := New(config)
			if given == "count-in" {
				for range m.Beats() {
					f.Tap(from)
					from += duration(period)
				}
			}
			if r, _ := f.PlayerTime(from); r.MeterSure {
				t.Errorf("%v, %s: it is sure of %v before anything was played", m, given, r.Meter)
			}
			at := playIn(f, m, from, 24, period)
			r, ok := f.PlayerTime(at - 100*time.Millisecond)
			if !ok || !r.MeterSure || r.Meter != m || r.InBar != 0 || (r.Line-at).Abs() > 60*time.Millisecond {
				t.Errorf("%v, %s: %+v, want a bar line at %v", m, given, r, at)
			}
			other := jam.Quarters(3)
			if m == other {
				other = jam.Quarters(4)
			}
			at = playIn(f, other, at, 24, period)
			if r, _ := f.PlayerTime(at); r.Meter != m || !r.MeterSure {
				t.Errorf("%v, %s: it has become %v", m, given, r.Meter)
			}
			f.SetMeter(other)
			at = playIn(f, other, at, 16, period)
			if r, _ := f.PlayerTime(at - 100*time.Millisecond); r.Meter != other || (r.Line-at).Abs() > 60*time.Millisecond {
				t.Errorf("%v, %s: %+v, want a beat of %v at %v", m, given, r, other, at)
			}
			f.SetMeter(jam.Meter{})
			if r, _ := f.PlayerTime(at); r.MeterSure {
				t.Errorf("%v, %s: it is sure of what is to be found anew", m, given)
			}
		}
	}
}

// performIn plays bars of a meter with a jitter of 10 ms.
func performIn(m jam.Meter, bars int, period float64) (p performance) {
	random := rand.New(rand.NewPCG(5, 6))
	for beat := range bars*m.Beats() + 1 {
		p.beats = append(p.beats, duration(1+float64(beat)*period))
	}
	for bar := range bars {
		for i, tick := range rhythms[m][bar%len(rhythms[m])] {
			on := p.beats[bar*m.Beats()] + duration(float64(tick)/ticks*period+0.01*random.NormFloat64())
			pitch := 60 + uint8((bar*5+i*4)%12)
			p.events = append(p.events, jam.Event{At: on, Status: 0x90, Data1: pitch, Data2: 80},
				jam.Event{At: on + 100*time.Millisecond, Status: 0x80, Data1: pitch})
		}
	}
	sort.SliceStable(p.events, func(i, j int) bool { return p.events[i].At < p.events[j].At })
	return p
}

// The bars of a jam are those of the meter that is found, on the player's bar lines, and a live jam has the lines of an offline
// one.
func TestBarsOfTheFoundMeter(t *testing.T) {
	for m := range rhythms {
		p := performIn(m, 40, 0.5)
		a, entries := accompanied(t, p, Config{})
		goesOn(t, a, entries)
		bars, right := 0, 0
		for bar := a.Take.BarAt(int64(len(a.Lines)) / 2); bar.End < int64(len(a.Lines)); bar = a.Take.BarAt(bar.End) {
			bars++
			if off, beat := p.off(a.Lines[bar.Frame]); bar.Meter == m && math.Abs(off) < 0.1 && beat%m.Beats() == 0 {
				right++
			}
		}
		if bars < 10 || right < bars {
			t.Errorf("%v: %d of %d bars are the player's; %v", m, right, bars, a.Take.Meters)
		}
		s := live(t, Config{}, nil, func(s *stage) {
			for _, e := range p.events {
				time.Sleep(e.At - s.clock.Now())
				s.inbox.TrySend(e)
				s.ear.Hear(e)
			}
		})
		if got := s.ear.Meter(); got != m {
			t.Errorf("%v: the ear has found %v", m, got)
		}
		for frame, line := range s.lines {
			if frame < int64(len(a.Lines)) && (line-a.Lines[frame]).Abs() > 2*time.Millisecond {
				t.Fatalf("%v: frame %d is at %v live, at %v offline", m, frame, line, a.Lines[frame])
			}
		}
	}
}

// Taps of a bar of 4/4 count in a jam whose meter is to be found: the beat of 6/8 then gets other frames amid the jam.
func TestMeterIsFoundAfterACountIn(t *testing.T) {
	m := jam.Meter{Count: 6, Unit: 8}
	p := performIn(m, 40, 0.5)
	var taps []jam.PlayerEvent
	for i := range 4 {
		taps = append(taps, jam.PlayerEvent{At: p.beats[0] - time.Duration(4-i)*500*time.Millisecond + 2*time.Second, Kind: jam.PlayerTap})
	}
	for i := range p.events {
		p.events[i].At += 2 * time.Second
	}
	for i := range p.beats {
		p.beats[i] += 2 * time.Second
	}
	a, entries := accompanied(t, p, Config{}, taps...)
	goesOn(t, a, entries)
	if last := a.Take.BarAt(int64(len(a.Lines)) - 1); last.Meter != m {
		t.Fatalf("the meter is %v", last.Meter)
	}
	for frame := len(a.Lines) / 2; frame < len(a.Lines)-1; frame++ {
		if length := a.Lines[frame+1] - a.Lines[frame]; (length - 83*time.Millisecond).Abs() > 30*time.Millisecond {
			t.Fatalf("frame %d lasts %v", frame, length)
		}
	}
}

// In a meter that no class has, the player's beats are followed, and the bars are those that a count-in or the player sets:
// eighths in 7/8, dotted quarters in 9/8.
func TestBeatsOfOtherMeters(t *testing.T) {
	for _, c := range []struct {
		meter  string
		period float64 // of a beat
		bars   [][]int // onsets, in ticks
	}{
		{"7/8", 0.25, [][]int{{0, 12, 24, 36, 48, 60, 72}, {0, 24, 48, 60, 72}, {0, 24, 36, 48, 72}, {0, 24, 48}}},
		{"5/8", 0.25, [][]int{{0, 12, 24, 36, 48}, {0, 36, 48}, {0, 24, 36}}},
		{"5/4", 0.5, [][]int{{0, 12, 24, 36, 48}, {0, 24, 36, 42, 48}, {0, 18, 24, 36}}},
		{"9/8", 0.55, [][]int{{0, 4, 8, 12, 24}, {0, 8, 12, 20, 24, 32}, {0, 12, 16, 20, 24}}},
	} {
		m, err := jam.ParseMeter(c.meter)
		if err != nil {
			t.Fatal(err)
		}
		for _, counted := range []bool{true, false} {
			f := New(Config{Meter: m, BPM: 60 / c.period * quarters(m)})
			random := rand.New(rand.NewPCG(3, 4))
			at := 1.0
			for range m.Beats() {
				if counted {
					f.Tap(duration(at))
				}
				at += c.period
			}
			for bar := range 24 {
				for _, tick := range c.bars[bar%len(c.bars)] {
					f.Note(duration(at+float64(tick)/ticks*c.period+0.01*random.NormFloat64()), 60, 80)
				}
				at += c.period * float64(m.Beats())
			}
			f.Advance(duration(at - c.period/4))
			r, ok := f.PlayerTime(duration(at - c.period/4))
			off := math.Abs(seconds(r.Line) - at)
			if !ok || off > 0.04 || math.Abs(seconds(r.Period)/c.period-1) > 0.03 || r.Meter != m || r.State != jam.Following {
				t.Errorf("%s, counted in %v: %+v, want a beat of %v s at %v s", c.meter, counted, r, c.period, at)
			}
			if counted && r.InBar != 0 {
				t.Errorf("%s: the bar line is %d beats off", c.meter, r.InBar)
			}
		}
	}
}

// A change between 4/4 and 7/8 leaves the eighths as they are.
func TestEighthsStay(t *testing.T) {
	f := New(Config{Meter: jam.Quarters(4), BPM: 100})
	at := playIn(f, jam.Quarters(4), time.Second, 12, 0.6)
	seven, _ := jam.ParseMeter("7/8")
	f.SetMeter(seven)
	r, _ := f.PlayerTime(at - 100*time.Millisecond)
	if math.Abs(seconds(r.Period)-0.3) > 0.01 || math.Abs(r.BPM-100) > 3 {
		t.Errorf("%+v, want eighths of 0.3 s", r)
	}
}
