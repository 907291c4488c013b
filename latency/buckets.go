package latency

import "time"

// A Bucket counts the times above the bucket before it and up to UpTo.
type Bucket struct {
	UpTo  time.Duration
	Count int64
}

// Buckets returns the counts of the histogram's times between bounds of 1, 2 and 5 times a power of ten, from the first bucket
// that holds a time to the last. The first bucket also holds all times below it. A time closer to a bound than the histogram's
// resolution may be in the wrong bucket.
func (h Histogram) Buckets() (all []Bucket) {
	bound := time.Nanosecond
	for _, bar := range h.hdr.Distribution() {
		if bar.Count == 0 {
			continue
		}
		for time.Duration(bar.From) > bound {
			bound = after(bound)
			if len(all) > 0 {
				all = append(all, Bucket{UpTo: bound})
			}
		}
		if len(all) == 0 {
			all = append(all, Bucket{UpTo: bound})
		}
		all[len(all)-1].Count += bar.Count
	}
	return all
}

// after returns the next bound: 1, 2 or 5 times a power of ten.
func after(bound time.Duration) time.Duration {
	digit := bound
	for digit >= 10 {
		digit /= 10
	}
	if digit == 2 {
		return bound / 2 * 5
	}
	return bound * 2
}
