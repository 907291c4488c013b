package latency

import (
	"slices"
	"time"
)

// window is the number of frames that the guard remembers: 16 bars of 4/4.
const window = 256

// A tail holds the last 256 times and returns their 99th percentile. Adding a time moves at most 2 KiB and allocates nothing.
type tail struct {
	times, sorted [window]time.Duration // times in the order of adding, the oldest at next if full; and sorted
	n, next       int
}

func (t *tail) add(d time.Duration) {
	sorted := t.sorted[:t.n]
	if t.n == window {
		i, _ := slices.BinarySearch(sorted, t.times[t.next])
		copy(sorted[i:], sorted[i+1:])
		sorted = sorted[:t.n-1]
	} else {
		t.n++
	}
	i, _ := slices.BinarySearch(sorted, d)
	copy(t.sorted[i+1:t.n], sorted[i:])
	t.sorted[i] = d
	t.times[t.next] = d
	t.next = (t.next + 1) % window
}

// p99 returns the 99th percentile by nearest rank. Of fewer than 100 times it is the longest; without any it is 0.
func (t *tail) p99() time.Duration {
	if t.n == 0 {
		return 0
	}
	return t.sorted[(99*t.n+99)/100-1]
}

func (t *tail) clear() { t.n, t.next = 0, 0 }
