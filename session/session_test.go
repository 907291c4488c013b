package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
)

var update = flag.Bool("update", false, "write the golden files anew")

var began = time.Date(2026, 1, 31, 20, 15, 0, 0, time.FixedZone("CET", 3600))

func options(root string) Options {
	return Options{
		Root: root,
		Manifest: Manifest{
			Version: "v1.2.3", Go: "go1.26", ONNXRuntime: "1.27.0", Provider: "cpu",
			Policy:   Policy{Name: "online-mle", SHA256: strings.Repeat("ab", 32)},
			Settings: jam.DefaultSettings(), Title: "tune", Ports: Ports{In: "Keys", Out: "Synth"}, Start: began,
		},
		WriteMIDI: func(w io.Writer, take jam.Take) error {
			_, err := fmt.Fprintf(w, "%s: %d frames", take.Name, take.Frames)
			return err
		},
	}
}

var note = jam.Input{Frame: 10, Event: jam.Event{At: 1_250_000_125, Status: 0x92, Data1: 60, Data2: 100}}

func frame(n int64) jam.FrameReport {
	return jam.FrameReport{Frame: n, Line: time.Duration(n) * 125 * time.Millisecond, Symbol: "N.C.", Lead: 5 * time.Millisecond}
}

// readLines returns the whole lines of a log, and what is left of a torn one. A line that is no object with a type ends
// the test.
func readLines(t *testing.T, dir string) (lines []map[string]any, torn []byte) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, EventsFile))
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; ; n++ {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			return lines, b
		}
		var v map[string]any
		if err := json.Unmarshal(line, &v); err != nil || v["type"] == nil {
			t.Fatalf("line %d: %v: %q", n, err, line)
		}
		lines, b = append(lines, v), rest
	}
}

// sum adds up a number over all lines of a type; with an empty key it counts the lines.
func sum(lines []map[string]any, kind, key string) (total uint64) {
	for _, l := range lines {
		switch {
		case l["type"] != kind:
		case key == "":
			total++
		default:
			total += uint64(l[key].(float64))
		}
	}
	return total
}

func TestJam(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		root := filepath.Join(t.TempDir(), "state", "sessions")
		s := Start(options(root))
		defer func() {
			if err := s.Lost(); err != nil {
				t.Errorf("lost: %v", err)
			}
		}()
		if name := filepath.Base(s.Dir()); !regexp.MustCompile(`^20260131-201500-[0-9a-f]{6}$`).MatchString(name) {
			t.Errorf("directory %q", name)
		}
		s.Entries().TrySend(note.Entry())
		synctest.Wait()
		for _, e := range []jam.Event{
			{At: 1_300_000_000, Status: 0x82, Data1: 60, Data2: 64},
			{At: 1_300_000_000, Status: 0x92, Data1: 62},
			{At: 1_300_000_001, Status: 0xB0, Data1: 64, Data2: 127},
		} {
			s.Entries().TrySend(jam.Input{Frame: jam.UnknownFrame, Event: e}.Entry())
			synctest.Wait()
		}
		s.Entries().TrySend(jam.LoopAction{Frame: jam.UnknownFrame, At: 1_300_000_002, Kind: jam.ActionEndChord}.Entry())
		synctest.Wait()
		s.Entries().TrySend(jam.Moved{Segment: jam.Segment{BPM: 120}}.Entry())
		synctest.Wait()
		s.Entries().TrySend(jam.Applied{Frame: 1, Control: jam.Control{At: 124_000_000, Param: 1, Value: 0.8}}.Entry())
		synctest.Wait()
		s.Remarks().TrySend(Remark{Frame: 42, At: 5 * time.Second, From: "latency", Text: "the policy's step took 80 ms"})
		synctest.Wait()
		s.Entries().TrySend(jam.FrameReport{Frame: 0, Symbol: "N.C.", Melody: jam.MelodyStart, Listening: true, Prob: 0.5,
			Step: 812_345, Lead: 17 * time.Millisecond, Late: 1_500}.Entry())
		synctest.Wait()
		s.Entries().TrySend(jam.FrameReport{Frame: 1, Line: 125 * time.Millisecond, Melody: jam.MelodyOnset(60), Velocity: 100, Chosen: 3,
			Sounded: 3, Symbol: "F#m7b5", Voicing: jam.Voicing{Pitches: [jam.MaxVoices]uint8{42, 57, 60, 64}, Len: 4},
			Notes: jam.ChordNotes{Notes: [jam.MaxVoices]jam.ChordNote{{Pitch: 42, Velocity: 72, Bass: true, Struck: true}, {Pitch: 57, Velocity: 54}}, Len: 2},
			Click: jam.ChordNote{Pitch: 77, Velocity: 100, Struck: true},
			Began: true, Prob: 0.25, Tempo: 120, Arrival: 5, Step: time.Millisecond, Lead: 17 * time.Millisecond, Voice: 7_000,
			Late: 20_000, Send: 18_000, Age: 90 * time.Millisecond}.Entry())
		synctest.Wait()
		s.Entries().TrySend(jam.FrameReport{Frame: 42, Line: 5250 * time.Millisecond, Melody: jam.MelodyHold(60), Chosen: 40,
			Sounded: 40, Symbol: "F#m7b5", Missed: true, Skipped: 40, Lead: 17 * time.Millisecond,
			Rung: jam.RungHold, Policy: "other"}.Entry())
		synctest.Wait()

		if lines, _ := readLines(t, s.Dir()); len(lines) != 0 {
			t.Errorf("%d lines before the first second", len(lines))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if lines, torn := readLines(t, s.Dir()); len(lines) != 11 || len(torn) > 0 {
			t.Errorf("after a second %d lines and %q, want 11 lines", len(lines), torn)
		}
		summary := s.Close(t.Context(), jam.Summary{Frames: 3, Chords: 1, Misses: 1, Skipped: 40,
			Melody: jam.MelodyHold(60)})
		if want := (Summary{Dir: s.Dir(), Notes: Count{Written: 5}, Frames: Count{Written: 3}, Changes: Count{Written: 3}}); summary != want {
			t.Errorf("summary %+v, want %+v", summary, want)
		}
		golden(t, filepath.Join(s.Dir(), EventsFile))
		golden(t, filepath.Join(s.Dir(), ManifestFile))
		golden(t, filepath.Join(s.Dir(), MIDIFile))
		if files, _ := os.ReadDir(s.Dir()); len(files) != 3 {
			t.Errorf("in the directory: %v", files)
		}
		if again := s.Close(t.Context(), jam.Summary{}); again != summary {
			t.Errorf("closed twice: %+v, then %+v", summary, again)
		}
	})
}

func golden(t *testing.T, path string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	file := filepath.Join("testdata", "v2", filepath.Base(path))
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is\n%s\nnot as in %s (%v):\n%s", filepath.Base(path), got, file, err, want)
	}
}

func TestTwoSessionsInOneSecond(t *testing.T) {
	root := t.TempDir()
	a, b := Start(options(root)), Start(options(root))
	defer a.Close(t.Context(), jam.Summary{})
	defer b.Close(t.Context(), jam.Summary{})
	if a.Dir() == b.Dir() || a.Dir() == "" || b.Dir() == "" {
		t.Errorf("directories %q and %q", a.Dir(), b.Dir())
	}
}

func TestQueuesClosedByTheirWriter(t *testing.T) {
	s := Start(options(t.TempDir()))
	s.Entries().TrySend(note.Entry())
	s.Entries().TrySend(frame(0).Entry())
	s.Entries().Close()
	s.Remarks().Close()
	summary := s.Close(t.Context(), jam.Summary{})
	if summary.Err != nil || summary.Notes != (Count{Written: 1}) || summary.Frames != (Count{Written: 1}) {
		t.Errorf("summary %+v", summary)
	}
}

func TestNoPlaceToWrite(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	readOnly := filepath.Join(t.TempDir(), "read-only")
	if err := os.Mkdir(readOnly, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{filepath.Join(blocked, "sessions"), blocked, readOnly} {
		t.Run(filepath.Base(root), func(t *testing.T) {
			if root == readOnly && (os.Geteuid() == 0 || runtime.GOOS == "windows") {
				t.Skip("a read-only directory does not stop this user")
			}
			s := Start(options(root))
			if err := s.Lost(); err == nil || !strings.Contains(err.Error(), filepath.Dir(root)) {
				t.Errorf("lost: %v, want an error that names what is in the way of %s", err, root)
			}
			for i := range int64(100) {
				if !s.Entries().TrySend(frame(i).Entry()) || !s.Entries().TrySend(note.Entry()) {
					t.Fatal("a queue did not take what was sent")
				}
			}
			summary := s.Close(t.Context(), jam.Summary{})
			if err := s.Lost(); err != nil {
				t.Errorf("said twice: %v", err)
			}
			if summary.Dir != "" || s.Dir() != "" {
				t.Errorf("directory %q, summary %q", s.Dir(), summary.Dir)
			}
			if summary.Notes != (Count{Lost: 100}) || summary.Frames != (Count{Lost: 100}) || summary.Err == nil {
				t.Errorf("summary %+v, want 100 of each lost", summary)
			}
		})
	}
}

// A badDisk makes files that together take a limited number of bytes, until it is given more room.
type badDisk struct {
	room  int
	write func() // where set, called before each write to the log
}

func (d *badDisk) through(f *os.File) file { return &badFile{f, d, f.Name()} }

type badFile struct {
	file
	disk *badDisk
	path string
}

func (f *badFile) Write(p []byte) (int, error) {
	if f.disk.write != nil && filepath.Base(f.path) == EventsFile {
		f.disk.write()
	}
	if len(p) <= f.disk.room {
		f.disk.room -= len(p)
		return f.file.Write(p)
	}
	n, _ := f.file.Write(p[:f.disk.room])
	f.disk.room = 0
	return n, &fs.PathError{Op: "write", Path: f.path, Err: syscall.ENOSPC}
}

func TestDiskFullAndRoomAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &badDisk{room: 1 << 20}
		s := start(options(t.TempDir()), disk.through)
		second := func(frames int64) { // a second of the jam
			for i := range frames {
				s.Entries().TrySend(frame(i).Entry())
			}
			s.Entries().TrySend(note.Entry())
			time.Sleep(time.Second)
			synctest.Wait()
		}
		second(8)
		disk.room = 500 // in the middle of a line
		second(8)
		err := s.Lost()
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), s.Dir()) {
			t.Errorf("lost: %v, want no space left in %s", err, s.Dir())
		}
		second(8)
		disk.room = 1 << 20
		second(8)
		summary := s.Close(t.Context(), jam.Summary{})

		lines, torn := readLines(t, s.Dir())
		if len(torn) > 0 || lines[len(lines)-1]["type"] != "end" {
			t.Errorf("the log ends with %v and %q", lines[len(lines)-1], torn)
		}
		if summary.Frames != (Count{16, 16}) || summary.Notes != (Count{2, 2}) || !errors.Is(summary.Err, syscall.ENOSPC) {
			t.Errorf("summary %+v", summary)
		}
		if sum(lines, "frame", "") != 16 || sum(lines, "loss", "frames") != 16 || sum(lines, "loss", "notes") != 2 ||
			lines[len(lines)-1]["lost"].(map[string]any)["frames"] != 16.0 {
			t.Errorf("lines %v", lines)
		}
		if err := s.Lost(); err != nil {
			t.Errorf("said twice: %v", err)
		}
	})
}

func TestDiskFullFromTheStartOrAtTheEnd(t *testing.T) {
	for _, room := range []int{0, 10, 900} {
		disk := &badDisk{room: room}
		s := start(options(t.TempDir()), disk.through)
		for i := range int64(10) {
			s.Entries().TrySend(frame(i).Entry())
		}
		summary := s.Close(t.Context(), jam.Summary{})
		if !errors.Is(summary.Err, syscall.ENOSPC) || summary.Frames != (Count{Lost: 10}) {
			t.Errorf("room for %d bytes: summary %+v", room, summary)
		}
		files, err := os.ReadDir(s.Dir())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files { // no half manifest or MIDI file
			if f.Name() != EventsFile && (f.Name() != ManifestFile || room < 900) {
				t.Errorf("room for %d bytes: %s is there", room, f.Name())
			}
		}
	}
}

func TestMIDIWriterFails(t *testing.T) {
	o := options(t.TempDir())
	o.WriteMIDI = func(io.Writer, jam.Take) error { return errors.New("no such key") }
	s := Start(o)
	summary := s.Close(t.Context(), jam.Summary{})
	if summary.Err == nil || !strings.Contains(summary.Err.Error(), "no such key") {
		t.Errorf("summary %+v", summary)
	}
	if _, err := os.Stat(filepath.Join(s.Dir(), MIDIFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %v", MIDIFile, err)
	}
}

func TestDirectoryRemovedWhileJamming(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps a directory with open files")
	}
	synctest.Test(t, func(t *testing.T) {
		s := Start(options(t.TempDir()))
		if err := os.RemoveAll(s.Dir()); err != nil {
			t.Fatal(err)
		}
		s.Entries().TrySend(frame(0).Entry())
		time.Sleep(time.Second)
		synctest.Wait()
		if err := s.Lost(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("lost: %v", err)
		}
		if summary := s.Close(t.Context(), jam.Summary{}); summary.Frames != (Count{Lost: 1}) || summary.Err == nil {
			t.Errorf("summary %+v", summary)
		}
	})
}

// The disk takes nothing for as long as the jam lasts: no frame waits for it, and the loss is counted.
func TestSlowDisk(t *testing.T) {
	const sent = 3 * entryQueue
	stuck, free := make(chan struct{}, 1), make(chan struct{})
	disk := &badDisk{room: 1 << 30, write: func() {
		select {
		case stuck <- struct{}{}:
		default:
		}
		<-free
	}}
	s := start(options(t.TempDir()), disk.through)
	for i := range int64(flushAt / 100) { // enough to begin a write
		s.Entries().TrySend(frame(i).Entry())
	}
	<-stuck
	taken := uint64(flushAt / 100)
	for i := range int64(sent) {
		if s.Entries().TrySend(frame(i).Entry()) {
			taken++
		}
	}
	// The end of a jam does not wait for ever either.
	hurry, cancel := context.WithCancel(t.Context())
	cancel()
	if summary := s.Close(hurry, jam.Summary{}); !errors.Is(summary.Err, context.Canceled) || summary.Frames.Lost == 0 {
		t.Errorf("summary while the disk is stuck: %+v", summary)
	}
	close(free)
	summary := s.Close(t.Context(), jam.Summary{})
	if all := uint64(flushAt/100 + sent); summary.Frames != (Count{taken, all - taken}) || taken == all {
		t.Errorf("of %d frames %d were taken: summary %+v", all, taken, summary)
	}
	if err := s.Lost(); err == nil || !strings.Contains(err.Error(), "too slow") {
		t.Errorf("lost: %v", err)
	}
	lines, _ := readLines(t, s.Dir())
	if sum(lines, "frame", "") != summary.Frames.Written || sum(lines, "loss", "frames") != summary.Frames.Lost {
		t.Errorf("in the log %d frames and %d lost, summary %+v",
			sum(lines, "frame", ""), sum(lines, "loss", "frames"), summary)
	}
}

func TestMicrosAreExact(t *testing.T) {
	for _, d := range []time.Duration{0, 1, 999, 1000, 1_250_000_125, 24*time.Hour - 1, 30*24*time.Hour + 1} {
		b, err := json.Marshal(micros(d))
		var back float64
		if err != nil || json.Unmarshal(b, &back) != nil || duration(back) != d {
			t.Errorf("%d ns: %s µs: back as %v", d, b, back)
		}
	}
}

func TestDefaultRoot(t *testing.T) {
	home := filepath.FromSlash("/h/me")
	if runtime.GOOS == "windows" {
		home = `C:\h\me`
	}
	tests := []struct {
		system string
		env    map[string]string
		want   string // below home; "" for an error
	}{
		{"linux", map[string]string{"HOME": home}, ".local/state/jamd/sessions"},
		{"linux", map[string]string{"HOME": "/other", "XDG_STATE_HOME": home}, "jamd/sessions"},
		{"linux", map[string]string{"HOME": home, "XDG_STATE_HOME": "relative"}, ".local/state/jamd/sessions"},
		{"freebsd", map[string]string{"HOME": home}, ".local/state/jamd/sessions"},
		{"darwin", map[string]string{"HOME": home}, "Library/Application Support/jamd/sessions"},
		{"darwin", map[string]string{"HOME": "/other", "XDG_STATE_HOME": home}, "jamd/sessions"},
		{"windows", map[string]string{"HOME": "/other", "LocalAppData": home}, "jamd/sessions"},
		{"windows", map[string]string{"HOME": home}, ""},
		{"linux", nil, ""},
	}
	for _, tt := range tests {
		got, err := defaultRoot(tt.system, func(name string) string { return tt.env[name] })
		want := ""
		if tt.want != "" {
			want = filepath.Join(home, filepath.FromSlash(tt.want))
		}
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s with %v: %q, %v; want %q", tt.system, tt.env, got, err, want)
		}
	}
}
