package jam

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However a grid is moved while it is played, what was played stays, no line comes before the one before it, and events
// of the last frames find theirs.
func TestFollowLeavesThePlayedAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "start"))
		g, err := NewGrid(start, 120)
		if err != nil {
			t.Fatal(err)
		}
		shortest := nanoseconds(stepOf(MaxTempo)) - 1
		played := []time.Duration{g.Line(0)}
		for range rapid.IntRange(1, 200).Draw(t, "frames") {
			next := int64(len(played))
			for range rapid.IntRange(0, 2).Draw(t, "moves") { // the last word before the line counts
				off := time.Duration(rapid.Int64Range(-int64(time.Second), int64(time.Second)).Draw(t, "off"))
				s := Segment{Frame: next, At: g.Line(next) + off, BPM: rapid.Float64Range(MinTempo, MaxTempo).Draw(t, "bpm")}
				if err := g.Follow(s); err != nil {
					t.Fatal(err)
				}
				earliest := played[next-1] + shortest
				if got := g.Line(next); got < earliest || got != s.At && s.At > earliest+2 {
					t.Fatalf("line %d at %v, wanted %v; the one before is at %v", next, got, s.At, played[next-1])
				}
				if g.Tempo(next) != s.BPM || g.Tempo(next+100) != s.BPM {
					t.Fatalf("tempo %v from frame %d on, wanted %v", g.Tempo(next), next, s.BPM)
				}
			}
			played = append(played, g.Line(next))
			if len(g.segments) > followed {
				t.Fatalf("%d segments", len(g.segments))
			}
		}
		newest := int64(len(played) - 1)
		oldest := max(newest-followed+2, 0)
		for f := oldest; f <= newest; f++ {
			if g.Line(f) != played[f] {
				t.Fatalf("line %d was at %v, and is at %v now", f, played[f], g.Line(f))
			}
		}
		at := time.Duration(rapid.Int64Range(int64(played[oldest]), int64(played[newest]+time.Second)).Draw(t, "at"))
		checkFrames(t, g, at)
		a, b := rapid.Float64Range(float64(oldest), float64(newest)+9).Draw(t, "a"), rapid.Float64Range(0, 2).Draw(t, "further")
		if g.At(a) > g.At(a+b) {
			t.Fatalf("position %v at %v, %v at %v", a, g.At(a), a+b, g.At(a+b))
		}
	})
}

// checkFrames holds Nearest and Current to the lines.
func checkFrames(t *rapid.T, g *Grid, at time.Duration) {
	f := g.Nearest(at)
	if at-g.Line(f) >= g.Line(f+1)-at || g.Line(f)-at > at-g.Line(f-1) {
		t.Fatalf("Nearest(%v) = %d: lines %v, %v, %v", at, f, g.Line(f-1), g.Line(f), g.Line(f+1))
	}
	if c := g.Current(at); g.Line(c) > at || g.Line(c+1) <= at {
		t.Fatalf("Current(%v) = %d from %v to %v", at, c, g.Line(c), g.Line(c+1))
	}
}

// A day of following another's clock, a little off its tempo each frame, takes the memory of the first minute.
func TestFollowForADay(t *testing.T) {
	g := grid(t, 0, 120)
	line := time.Duration(0)
	var frame int64
	capacity := cap(g.segments)
	for line < 24*time.Hour {
		frame++
		bpm := 120 + 20*math.Sin(float64(frame)/1000)
		line += nanoseconds(stepOf(bpm))
		if err := g.Follow(Segment{Frame: frame, At: line, BPM: bpm}); err != nil {
			t.Fatal(err)
		}
		if g.Line(frame) != line || g.Nearest(line) != frame || g.Current(line-1) != frame-1 {
			t.Fatalf("frame %d is at %v and not %v, or not found there", frame, g.Line(frame), line)
		}
	}
	if len(g.segments) > followed || cap(g.segments) != capacity {
		t.Errorf("%d segments, room for %d, after %d frames; there was room for %d", len(g.segments), cap(g.segments), frame, capacity)
	}
}

func TestFollowAllocatesNothing(t *testing.T) {
	g := grid(t, 0, 120)
	frame := int64(0)
	if a := testing.AllocsPerRun(1000, func() {
		frame++
		_ = g.Follow(Segment{Frame: frame, At: g.Line(frame) + 1, BPM: 121})
	}); a != 0 {
		t.Errorf("%v allocations a move", a)
	}
}

// A tune's tempo map stays whole: it is not bounded, and following after it keeps the newest.
func TestFollowAfterATempoMap(t *testing.T) {
	g := grid(t, 0, 120)
	for frame := range int64(200) {
		if err := g.SetTempo(frame*4, 100+float64(frame)); err != nil {
			t.Fatal(err)
		}
	}
	if g.Tempo(2) != 100 || g.Tempo(799) != 299 {
		t.Errorf("tempi %v and %v of the map", g.Tempo(2), g.Tempo(799))
	}
	before := g.Line(799)
	if err := g.Follow(Segment{Frame: 800, At: g.Line(800), BPM: 60}); err != nil {
		t.Fatal(err)
	}
	if len(g.segments) != followed || g.Line(799) != before || g.Line(801)-g.Line(800) != 250*time.Millisecond {
		t.Errorf("%d segments, line 799 at %v, was %v", len(g.segments), g.Line(799), before)
	}
}

func TestLocate(t *testing.T) {
	g := grid(t, time.Second, 120)
	_ = g.Follow(Segment{Frame: 40, At: 7 * time.Second, BPM: 90})
	for _, s := range []Segment{{400, 8 * time.Second, 60}, {0, 9 * time.Second, 120}} {
		if err := g.Locate(s); err != nil {
			t.Fatal(err)
		}
		if g.Line(s.Frame) != s.At || g.Nearest(s.At) != s.Frame || g.Line(s.Frame-1) >= s.At || g.Tempo(s.Frame-1) != s.BPM {
			t.Errorf("%+v: line at %v, one before at %v", s, g.Line(s.Frame), g.Line(s.Frame-1))
		}
	}
	for _, bpm := range []float64{0, 401, math.NaN()} {
		if g.Locate(Segment{BPM: bpm}) == nil || g.Follow(Segment{BPM: bpm}) == nil {
			t.Errorf("tempo %v is taken", bpm)
		}
	}
}

// The pulses of the clock that jamd sends: six a frame, the first of them its line, none lost, none twice, also where
// the tempo changes or the lines move.
func TestPulses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, err := NewGrid(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "start")), 120)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			frame, bpm := rapid.Int64Range(1, 40).Draw(t, "frame"), rapid.Float64Range(MinTempo, MaxTempo).Draw(t, "bpm")
			if rapid.Bool().Draw(t, "move") {
				at := g.Line(frame) + time.Duration(rapid.Int64Range(-2e8, 2e8).Draw(t, "off"))
				err = g.Follow(Segment{Frame: frame, At: at, BPM: bpm})
			} else {
				err = g.SetTempo(frame, bpm)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		at := g.Line(0) - 1
		for pulse := int64(0); pulse < 50*PulsesPerFrame; pulse++ {
			if pulse%PulsesPerFrame == 0 && g.Pulse(pulse) != g.Line(pulse/PulsesPerFrame) {
				t.Fatalf("pulse %d at %v, the line at %v", pulse, g.Pulse(pulse), g.Line(pulse/PulsesPerFrame))
			}
			// Where a move cut a frame short, its last pulses come with the line.
			if n := g.NextPulse(at); n < pulse || g.Pulse(n) <= at || g.Pulse(n) != g.Pulse(pulse) {
				t.Fatalf("after %v comes pulse %d at %v, want %d at %v", at, n, g.Pulse(n), pulse, g.Pulse(pulse))
			}
			for ; pulse+1 < 50*PulsesPerFrame && g.Pulse(pulse+1) == g.Pulse(pulse); pulse++ {
				continue
			}
			at = g.Pulse(pulse)
		}
	})
}

func TestSongPosition(t *testing.T) {
	for _, c := range []struct {
		frame        int64
		data1, data2 byte
		back         int64
	}{
		{0, 0, 0, 0},
		{1, 1, 0, 1},
		{127, 127, 0, 127},
		{128, 0, 1, 128},
		{1000, 0x68, 7, 1000},
		{MaxSongPosition, 127, 127, MaxSongPosition},
		{MaxSongPosition + 1, 127, 127, MaxSongPosition},
		{-1, 0, 0, 0},
	} {
		status, data1, data2 := SongPosition(c.frame)
		if status != 0xF2 || data1 != c.data1 || data2 != c.data2 || SongFrame(data1, data2) != c.back {
			t.Errorf("frame %d: % X, back %d", c.frame, []byte{status, data1, data2}, SongFrame(data1, data2))
		}
	}
}
