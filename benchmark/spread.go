package benchmark

import (
	"math"
	"slices"
	"time"

	"jamd/latency"
)

// A Spread holds quantiles.
type Spread struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

// A Bucket counts the times above the bound of the bucket before it, up to its own.
type Bucket struct {
	UpTo  float64 `json:"up_to_ms"`
	Count int64   `json:"count"`
}

func bucketsOf(h latency.Histogram) []Bucket {
	all := []Bucket{}
	for _, b := range h.Buckets() {
		all = append(all, Bucket{float64(b.UpTo) / float64(time.Millisecond), b.Count})
	}
	return all
}

func spreadOf(s latency.Spread) Spread {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return Spread{ms(s.P50), ms(s.P99), ms(s.P999), ms(s.Max)}
}

// exactSpread computes the quantiles of the values by nearest rank.
func exactSpread[T int64 | float64](values []T) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 { return float64(sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]) }
	return Spread{at(0.5), at(0.99), at(0.999), at(1)}
}
