package follow

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"jamd/jam"
)

// Notes of a song are played with drift and jitter: their 99th percentile is to stay below a millisecond.
func BenchmarkNote(b *testing.B) {
	f := New(Config{Meter: jam.Quarters(4)})
	line := seconds(countIn(f, time.Second, 500*time.Millisecond))
	random := rand.New(rand.NewPCG(1, 2))
	took := make([]time.Duration, 0, b.N)
	period, bar, next := 0.5, 0, 0
	for b.Loop() {
		ticksOfBar := rhythm[bar%len(rhythm)]
		t := line + float64(ticksOfBar[next])/ticks*period
		begun := time.Now()
		f.Note(duration(t+0.02*random.NormFloat64()), 60, 80)
		took = append(took, time.Since(begun))
		if next++; next == len(ticksOfBar) {
			line += 4 * period
			period = min(max(period*(1+0.008*random.NormFloat64()), 0.4), 0.6)
			bar, next = bar+1, 0
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)*99/100].Seconds()*1e3, "p99-ms")
	b.ReportMetric(took[len(took)-1].Seconds()*1e3, "slowest-ms")
}
