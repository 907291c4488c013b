//go:build unix

package session

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// processorTime is what the process has taken of the processors.
func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkList lists ten thousand sessions: from their folders, and from the index. cpu-ms/op is the processors'
// time, which other programs do not stretch.
func BenchmarkList(b *testing.B) {
	first := archiveOf(b, "00000")
	log, err := os.ReadFile(filepath.Join(first.root, "00000", EventsFile))
	if err == nil { // of a log only the end is read
		err = os.WriteFile(filepath.Join(first.root, "00000", EventsFile), log[len(log)-tail:], 0o644)
	}
	for i := range 10_000 {
		dir := filepath.Join(first.root, fmt.Sprintf("%05d", i))
		if i > 0 && err == nil {
			err = os.CopyFS(dir, os.DirFS(filepath.Join(first.root, "00000")))
			age(b, dir)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	for _, indexed := range []bool{false, true} {
		b.Run(map[bool]string{false: "folders", true: "index"}[indexed], func(b *testing.B) {
			began := processorTime()
			for b.Loop() {
				if !indexed {
					_ = os.Remove(filepath.Join(first.root, indexFile))
				}
				if all := list(b, first); len(all) != 10_000 {
					b.Fatal(len(all))
				}
			}
			b.ReportMetric(float64((processorTime()-began).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}
