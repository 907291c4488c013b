package jam

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However a grid is moved while it is played: what was played stays, lines stay in order, the exactSegments clock is obeyed at
// once, and events of the last frames find theirs.
func TestFollowLeavesThePlayedAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "start"))
		g, err := NewGrid(start, 120)
		if err != nil {
			t.Fatal(err)
		}
		lines := map[int64]time.Duration{0: g.Line(0)} // that were played
		last := int64(0)
		moves := rapid.IntRange(1, 150).Draw(t, "moves")
		for range moves {
			s := Segment{
				Frame: last + rapid.Int64Range(1, 20).Draw(t, "further"), // beyond the next one where the song leaps
				At:    lines[last] + time.Duration(rapid.Int64Range(20_000, int64(time.Second)).Draw(t, "later")),
				BPM:   rapid.Float64Range(MinTempo, MaxTempo).Draw(t, "bpm"),
			}
			if err := g.Move(s); err != nil {
				t.Fatal(err)
			}
			if off := (g.Line(s.Frame) - s.At).Abs(); off > 1 || g.tempo(s.Frame) != s.BPM || g.tempo(s.Frame+100) != s.BPM {
				t.Fatalf("%+v: the line is %v off, the tempo %v", s, off, g.tempo(s.Frame))
			}
			if len(g.segments) > exactSegments || cap(g.segments) != exactSegments+1 {
				t.Fatalf("%d segments, room for %d", len(g.segments), cap(g.segments))
			}
			for f := last; f < s.Frame+3; f++ {
				if g.Step(f) <= 0 {
					t.Fatalf("line %d at %v, the next one at %v", f, g.Line(f), g.Line(f+1))
				}
			}
			if rapid.Bool().Draw(t, "play") { // or else there is another word before the line
				last = s.Frame
				lines[last] = g.Line(last)
			}
		}
		oldest := last // of those that must be exact still: a move makes two stretches at most
		for f := range lines {
			if moves <= exactSegments/2-1 {
				oldest = min(oldest, f)
			}
		}
		for f, line := range lines {
			if f >= oldest && (g.Line(f)-line).Abs() > 1 {
				t.Fatalf("line %d was at %v, and is at %v now", f, line, g.Line(f))
			}
		}
		at := time.Duration(rapid.Int64Range(int64(lines[oldest]), int64(lines[last]+time.Second)).Draw(t, "at"))
		checkFrames(t, g, at)
		a, b := rapid.Float64Range(float64(oldest), float64(last)+9).Draw(t, "a"), rapid.Float64Range(0, 2).Draw(t, "further")
		if g.At(a) > g.At(a+b) {
			t.Fatalf("position %v at %v, %v at %v", a, g.At(a), a+b, g.At(a+b))
		}
	})
}

// If a song leaps ahead, the frames in between are squeezed. If it is placed before everything that the grid knows, the grid
// starts anew.
func TestFollowALeap(t *testing.T) {
	g := grid(t, 0, 120)
	check := func(s Segment, lines map[int64]time.Duration) {
		t.Helper()
		if err := g.Move(s); err != nil {
			t.Fatal(err)
		}
		for f, want := range lines {
			if got := g.Line(f); got != want {
				t.Errorf("%+v: line %d at %v, want %v", s, f, got, want)
			}
		}
	}
	second := time.Second
	check(Segment{8, second, 60}, map[int64]time.Duration{7: 875 * time.Millisecond, 8: second, 9: second + 250*time.Millisecond})
	// Frame 10 would begin at 1.5 s; frame 13 does.
	check(Segment{13, second * 3 / 2, 120}, map[int64]time.Duration{8: second, 9: second + 250*time.Millisecond, 13: second * 3 / 2, 14: second*3/2 + 125*time.Millisecond})
	if g.tempo(11) != 60 || g.Line(12) >= second*3/2 || g.Line(10) <= second+250*time.Millisecond {
		t.Errorf("tempo %v, lines 10 and 12 at %v and %v", g.tempo(11), g.Line(10), g.Line(12))
	}
	check(Segment{1_000_000, 2 * second, 120}, map[int64]time.Duration{13: second * 3 / 2, 1_000_000: 2 * second, 1_000_004: second * 5 / 2})
	check(Segment{0, 3 * second, 60}, map[int64]time.Duration{-4: 2 * second, 0: 3 * second, 4: 4 * second})
	check(Segment{4, -second, 60}, map[int64]time.Duration{4: -second, 0: -2 * second})
	for _, bpm := range []float64{0, 401, math.NaN()} {
		if g.Move(Segment{BPM: bpm}) == nil {
			t.Errorf("tempo %v is taken", bpm)
		}
	}
}

// checkFrames checks Nearest and Current against the lines.
func checkFrames(t *rapid.T, g *Grid, at time.Duration) {
	f := g.Nearest(at)
	if at-g.Line(f) >= g.Line(f+1)-at || g.Line(f)-at > at-g.Line(f-1) {
		t.Fatalf("Nearest(%v) = %d: lines %v, %v, %v", at, f, g.Line(f-1), g.Line(f), g.Line(f+1))
	}
	if c := g.current(at); g.Line(c) > at || g.Line(c+1) <= at {
		t.Fatalf("Current(%v) = %d from %v to %v", at, c, g.Line(c), g.Line(c+1))
	}
}

// A day of following a clock that is a little off its tempo in each frame takes no more memory than the first minute.
func TestFollowForADay(t *testing.T) {
	g := grid(t, 0, 120)
	line := time.Duration(0)
	var frame int64
	capacity := cap(g.segments)
	for line < 24*time.Hour {
		frame++
		bpm := 120 + 20*math.Sin(float64(frame)/1000)
		line += nanoseconds(FrameLength(bpm))
		if err := g.Move(Segment{Frame: frame, At: line, BPM: bpm}); err != nil {
			t.Fatal(err)
		}
		if g.Line(frame) != line || g.Nearest(line) != frame || g.current(line-1) != frame-1 {
			t.Fatalf("frame %d is at %v and not %v, or not found there", frame, g.Line(frame), line)
		}
	}
	if len(g.segments) > exactSegments || cap(g.segments) != capacity {
		t.Errorf("%d segments, room for %d, after %d frames; there was room for %d", len(g.segments), cap(g.segments), frame, capacity)
	}
}

func TestFollowAllocatesNothing(t *testing.T) {
	g := grid(t, 0, 120)
	frame := int64(0)
	if a := testing.AllocsPerRun(1000, func() {
		frame++
		_ = g.Move(Segment{Frame: frame, At: g.Line(frame) + 1, BPM: 121})
	}); a != 0 {
		t.Errorf("%v allocations a move", a)
	}
}

// A tune's tempo map stays whole: it is not bounded, and moves after it keep the newest segments.
func TestFollowAfterATempoMap(t *testing.T) {
	g := grid(t, 0, 120)
	for frame := range int64(200) {
		if err := g.setTempo(frame*4, 100+float64(frame)); err != nil {
			t.Fatal(err)
		}
	}
	if g.tempo(2) != 100 || g.tempo(799) != 299 {
		t.Errorf("tempi %v and %v of the map", g.tempo(2), g.tempo(799))
	}
	before := g.Line(799)
	if err := g.Move(Segment{Frame: 800, At: g.Line(800), BPM: 60}); err != nil {
		t.Fatal(err)
	}
	if len(g.segments) != exactSegments || g.Line(799) != before || g.Line(801)-g.Line(800) != 250*time.Millisecond {
		t.Errorf("%d segments, line 799 at %v, was %v", len(g.segments), g.Line(799), before)
	}
}

// The pulses of the clock that jamd sends: six a frame, the first at the frame's line, none lost, none twice, also when the
// tempo changes or the lines move.
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
				err = g.Move(Segment{Frame: frame, At: at, BPM: bpm})
			} else {
				err = g.setTempo(frame, bpm)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for pulse := int64(0); pulse < 50*PulsesPerFrame; pulse++ {
			if pulse%PulsesPerFrame == 0 && g.Pulse(pulse) != g.Line(pulse/PulsesPerFrame) {
				t.Fatalf("pulse %d at %v, the line at %v", pulse, g.Pulse(pulse), g.Line(pulse/PulsesPerFrame))
			}
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
		{maxSongPosition, 127, 127, maxSongPosition},
		{maxSongPosition + 1, 127, 127, maxSongPosition},
		{-1, 0, 0, 0},
	} {
		status, data1, data2 := SongPosition(c.frame)
		if status != 0xF2 || data1 != c.data1 || data2 != c.data2 || SongFrame(data1, data2) != c.back {
			t.Errorf("frame %d: % X, back %d", c.frame, []byte{status, data1, data2}, SongFrame(data1, data2))
		}
	}
}
