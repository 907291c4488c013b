//go:build unix

package session

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"jamd/jam"
)

// processorTime is what the process has taken of the processors.
func processorTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkList lists ten thousand sessions: from their folders, where of a log the last line is read, and all of one of
// version 1; and from the index. cpu-ms/op is the processors' time, which other programs do not stretch.
func BenchmarkList(b *testing.B) {
	for name, dir := range map[string]string{"v1": shortSession(b), "v2": threeMinutes(b)} {
		a := tenThousand(b, dir)
		for _, indexed := range []bool{false, true} {
			b.Run(name+map[bool]string{false: "/folders", true: "/index"}[indexed], func(b *testing.B) {
				began := processorTime()
				for b.Loop() {
					if !indexed {
						_ = os.Remove(filepath.Join(a.root, indexFile))
					}
					if all := list(b, a); len(all) != 10_000 || all[0].Problem != "" || all[0].Key == "" {
						b.Fatal(len(all), all[0])
					}
				}
				b.ReportMetric(float64((processorTime()-began).Milliseconds())/float64(b.N), "cpu-ms/op")
			})
		}
	}
}

// shortSession is one of version 1 with 8 KB of log.
func shortSession(b *testing.B) string {
	b.Helper()
	dir := filepath.Join(archiveOf(b, "a").root, "a")
	path := filepath.Join(dir, EventsFile)
	log, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, log[len(log)-tail:], 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
	return dir
}

// threeMinutes is a session of version 2 with as long a log as three minutes make.
func threeMinutes(b *testing.B) string {
	b.Helper()
	s := Start(options(b.TempDir()))
	notes := jam.ChordNotes{Len: 4}
	for i := range notes.Len {
		notes.Notes[i] = jam.ChordNote{Pitch: 60 + 3*i, Velocity: 70}
	}
	for f := range int64(3 * 60 * 8) {
		for len(s.Entries().C()) == entryQueue {
			time.Sleep(time.Millisecond)
		}
		s.Entries().TrySend(jam.FrameReport{
			Frame: f, Line: time.Duration(f) * 125 * time.Millisecond, Melody: jam.MelodyOnset(60), Symbol: "Cdim7", Prob: 0.5, Policy: "online-mle",
			Voicing: jam.Voicing{Pitches: [jam.MaxVoices]uint8{60, 63, 66, 69}, Len: 4}, Notes: notes,
			Lead: 9_123_456, Step: 812_345, Voice: 9_012, Late: 31_234, Tempo: 120,
		}.Entry())
	}
	kept := s.Close(b.Context(), jam.Summary{Frames: 3 * 60 * 8, Chords: 1, Melody: jam.MelodyOnset(60)})
	if kept.Err != nil || kept.Frames.Lost > 0 {
		b.Fatal(kept)
	}
	return kept.Dir
}

// tenThousand makes an archive of as many copies of a session, which share its log.
func tenThousand(b *testing.B, dir string) *Archive {
	b.Helper()
	root := b.TempDir()
	for i := range 10_000 {
		to := filepath.Join(root, fmt.Sprintf("%05d", i))
		err := os.Mkdir(to, 0o755)
		for _, name := range []string{ManifestFile, MIDIFile} {
			text, e := os.ReadFile(filepath.Join(dir, name))
			if err = cmp.Or(err, e); err == nil {
				err = os.WriteFile(filepath.Join(to, name), text, 0o644)
			}
		}
		if err == nil {
			err = os.Link(filepath.Join(dir, EventsFile), filepath.Join(to, EventsFile))
		}
		if err != nil {
			b.Fatal(err)
		}
		age(b, to)
	}
	return &Archive{root}
}
