package jam

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func voicer(change func(*Settings)) Voicer {
	s := DefaultSettings()
	if change != nil {
		change(&s)
	}
	if err := s.Check(); err != nil {
		panic(err)
	}
	return NewVoicer(s)
}

func chord(t testing.TB, symbol string) Chord {
	t.Helper()
	c, err := ParseChord(symbol)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// layouts returns all close positions of a chord in a register, found in the simplest way: every set of pitches that spans less
// than an octave and has each wanted pitch class once.
func layouts(c Chord, low, high int) [][]uint8 {
	var wanted []uint8
	intervals := Qualities[c.Quality].Intervals
	for _, i := range intervals {
		if len(intervals) <= 4 || i != 7 {
			wanted = append(wanted, (c.Root+i)%12)
		}
	}
	var out [][]uint8
	for bottom := low; bottom <= high; bottom++ {
		var pitches []uint8
		for p := bottom; p < bottom+12 && p <= high; p++ {
			if slices.Contains(wanted, uint8(p%12)) {
				pitches = append(pitches, uint8(p))
			}
		}
		if len(pitches) == len(wanted) && int(pitches[0]) == bottom {
			out = append(out, pitches)
		}
	}
	return out
}

// leastMovement finds the least total movement by trying everything: each note of the larger chord goes to a note of the
// smaller one, and none of those is left out. Voices may cross, which never helps.
func leastMovement(a, b []uint8) int {
	if len(a) < len(b) {
		a, b = b, a
	}
	best := 1 << 20
	var try func(i, used, sum int)
	try = func(i, used, sum int) {
		if i == len(a) {
			if used == 1<<len(b)-1 {
				best = min(best, sum)
			}
			return
		}
		for j, p := range b {
			try(i+1, used|1<<j, sum+abs(int(a[i])-int(p)))
		}
	}
	try(0, 0, 0)
	return best
}

func anyChord(t *rapid.T, name string) Chord {
	return Chord{
		Root: uint8(rapid.IntRange(0, 11).Draw(t, name+" root")), Quality: uint8(rapid.IntRange(0, len(Qualities)-1).Draw(t, name+" quality")),
	}
}

func TestVoicing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.IntRange(24, 100).Draw(t, "low")
		high := low + rapid.IntRange(11, 27).Draw(t, "width")
		bass := rapid.Bool().Draw(t, "bass")
		v := voicer(func(s *Settings) {
			s.Low, s.High, s.Bass = uint8(low), uint8(high), bass
			s.BassLow, s.BassHigh = uint8(low-20), uint8(low-20+rapid.IntRange(11, 19).Draw(t, "bass width"))
		})
		var from Layout
		for range 6 {
			c := anyChord(t, "chord")
			got := v.Voice(from, c)
			upper, before := got.Upper.Slice(), from.Upper.Slice()
			if got.Bass != bass {
				t.Fatalf("%v has a bass: %v", c, got.Bass)
			}
			if bass {
				for _, pitch := range []uint8{got.Root, got.Fifth} {
					if pitch < v.bassLow || pitch > v.bassHigh || abs(int(pitch)-int(got.Root)) > 11 {
						t.Fatalf("%v has %d and %d in its bass", c, got.Root, got.Fifth)
					}
				}
				if fifth := (got.Fifth + 12 - got.Root%12) % 12; got.Root%12 != c.Root || fifth < 6 || fifth > 8 || !c.Has(got.Fifth) {
					t.Fatalf("%v has its bass on %d, and %d as its fifth", c, got.Root, got.Fifth)
				}
				if from.Bass && abs(int(got.Root)-int(from.Root)) > 11 {
					t.Fatalf("the bass leaps from %d to %d", from.Root, got.Root)
				}
				if all := got.Voicing(); int(all.Len) != len(upper)+1 || all.Pitches[0] != got.Root {
					t.Fatalf("%v with its bass on %d is %v", upper, got.Root, all.Slice())
				}
			}
			all := layouts(c, low, high)
			if !slices.ContainsFunc(all, func(l []uint8) bool { return slices.Equal(l, upper) }) {
				t.Fatalf("%v is laid out as %v, not one of %v", c, upper, all)
			}
			if len(before) > 0 {
				for _, other := range all {
					if leastMovement(before, other) < leastMovement(before, upper) {
						t.Fatalf("%v to %v moves %d, to %v %d", before, upper, leastMovement(before, upper), other, leastMovement(before, other))
					}
				}
			}
			if again := v.Voice(from, c); again != got {
				t.Fatalf("%v is laid out as %v, then as %v", c, got, again)
			}
			if same := v.Voice(got, c); same != got {
				t.Fatalf("%v again moves from %v to %v", c, got, same)
			}
			from = got
		}
	})
}

func TestMovement(t *testing.T) {
	of := func(pitches ...uint8) *Voicing {
		v := &Voicing{Len: uint8(len(pitches))}
		copy(v.Pitches[:], pitches)
		return v
	}
	for _, c := range []struct {
		from, to    *Voicing
		total, leap int
	}{
		{of(60, 64, 67), of(60, 64, 67), 0, 0},
		{of(60, 64, 67), of(60, 64, 69), 2, 2},
		{of(60, 64, 67), of(59, 62, 67), 3, 2},
		{of(60, 64, 67), of(60, 64, 67, 70), 3, 3},
		{of(60, 64, 67, 70), of(60, 65), 3 + 5, 5}, // 64 to 65, 67 to 65, 70 to 65
		{of(), of(60, 65), 0, 0},
	} {
		if total, leap := movement(c.from, c.to); total != c.total || leap != c.leap {
			t.Errorf("%v to %v: %d, %d, want %d, %d", c.from.Slice(), c.to.Slice(), total, leap, c.total, c.leap)
		}
	}
}

func TestVoicingsOfATune(t *testing.T) {
	v, from := voicer(nil), Layout{}
	for _, c := range []struct {
		symbol string
		want   []uint8
	}{
		{"C", []uint8{55, 60, 64}}, {"Am", []uint8{57, 60, 64}}, {"F", []uint8{57, 60, 65}},
		{"G7", []uint8{55, 59, 62, 65}}, {"C", []uint8{55, 60, 64}},
	} {
		from = v.Voice(from, chord(t, c.symbol))
		if !slices.Equal(from.Upper.Slice(), c.want) {
			t.Errorf("%s: %v, want %v", c.symbol, from.Upper.Slice(), c.want)
		}
	}
}

func TestVoiceAllocatesNothing(t *testing.T) {
	v, from, i := voicer(func(s *Settings) { s.Bass = true }), Layout{}, 0
	if n := testing.AllocsPerRun(1000, func() {
		from = v.Voice(from, Chord{uint8(i % 12), uint8(i % len(Qualities))})
		i++
	}); n != 0 {
		t.Errorf("%v allocations a chord", n)
	}
}
