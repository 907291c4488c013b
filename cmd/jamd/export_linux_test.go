package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"jamd/archive/archivetest"
	"jamd/session"
)

// BenchmarkExport exports a thousand sessions of three minutes, and one of two hours. MiB is the most memory that jamd held, and
// cpu-s/op the processors' time, which other programs do not stretch.
func BenchmarkExport(b *testing.B) {
	many, long := b.TempDir(), b.TempDir()
	archivetest.Long(b, long, twoHours)
	copies(b, archivetest.Long(b, b.TempDir(), 3*60*8), many, 1000)
	for _, archive := range []struct{ name, root string }{{"thousand", many}, {"hours", long}} {
		for _, as := range []string{"midi", "musicxml", "csv", "parquet", "wav"} {
			if as == "wav" && archive.root == many {
				continue // it is FluidSynth's time
			}
			b.Run(archive.name+"/"+as, func(b *testing.B) {
				var most int64
				var took float64
				for b.Loop() {
					cmd := exec.Command(os.Args[0], "sessions", "--session-dir", archive.root, "export", "all", "--as", as, "-o", b.TempDir())
					cmd.Args[0] = "jamd" // by which TestMain knows that it is to be jamd
					if said, err := cmd.CombinedOutput(); err != nil {
						b.Skipf("%v: %.200s", err, said)
					}
					most = max(most, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
					took += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
				}
				b.ReportMetric(float64(most)/1024, "MiB")
				b.ReportMetric(took/float64(b.N), "cpu-s/op")
			})
		}
	}
}

// copies makes copies of a session in a folder, which share its log.
func copies(b *testing.B, r *session.Record, root string, n int) {
	b.Helper()
	for i := range n {
		dir := filepath.Join(root, fmt.Sprintf("20261124-%06d", i))
		err := os.Mkdir(dir, 0o755)
		for _, name := range []string{session.ManifestFile, session.MIDIFile, session.EventsFile} {
			if err == nil {
				err = os.Link(filepath.Join(r.Dir, name), filepath.Join(dir, name))
			}
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
