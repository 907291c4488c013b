package latency

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBuckets(t *testing.T) {
	const us = time.Microsecond
	for name, tt := range map[string]struct {
		times []time.Duration
		want  []Bucket
	}{
		"none":           {nil, nil},
		"one":            {[]time.Duration{3 * us}, []Bucket{{5 * us, 1}}},
		"0 is the least": {[]time.Duration{0, 0, 2}, []Bucket{{1, 2}, {2, 1}}},
		"on the bounds":  {[]time.Duration{1 * us, 2 * us, 5 * us, 10 * us}, []Bucket{{1 * us, 1}, {2 * us, 1}, {5 * us, 1}, {10 * us, 1}}},
		"a gap": {[]time.Duration{7 * us, 8 * us, 150 * us},
			[]Bucket{{10 * us, 2}, {20 * us, 0}, {50 * us, 0}, {100 * us, 0}, {200 * us, 1}}},
	} {
		h := NewHistogram()
		for _, d := range tt.times {
			h.Add(d)
		}
		if got := h.Buckets(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// All times are counted in their bucket, except those within the histogram's precision of a bound.
func TestBucketsCountAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOf(rapid.Int64Range(0, int64(time.Minute))).Draw(t, "times")
		h := NewHistogram()
		for _, d := range times {
			h.Add(time.Duration(d))
		}
		buckets, below := h.Buckets(), 0.0
		counted := 0
		for i, b := range buckets {
			if i > 0 && b.UpTo <= buckets[i-1].UpTo || (i == 0 || i == len(buckets)-1) && b.Count == 0 {
				t.Fatalf("%v", buckets)
			}
			least, most := 0, 0 // that may be in it
			for _, d := range times {
				switch x := float64(d); {
				case x > below*1.001 && x <= float64(b.UpTo)*0.999:
					least++
					most++
				case x >= below*0.999 && x <= float64(b.UpTo)*1.001:
					most++
				}
			}
			if int(b.Count) < least || int(b.Count) > most {
				t.Fatalf("%v: %d to %d of %v", b, least, most, times)
			}
			below = float64(b.UpTo)
			counted += int(b.Count)
		}
		if counted != len(times) {
			t.Fatalf("%d of %d", counted, len(times))
		}
	})
}
