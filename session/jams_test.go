package session

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"jamd/jam"
	"jamd/jam/jamtest"
)

// recordedJams is the folder of the sessions that an earlier jamd recorded. Its README says what each of them holds.
const recordedJams = "testdata/jams"

// eachRecordedJam runs a test for each of them.
func eachRecordedJam(t *testing.T, test func(*testing.T, *Record)) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(recordedJams, "*", ManifestFile))
	if err != nil || len(folders) < 10 {
		t.Fatalf("%d sessions in %s (%v)", len(folders), recordedJams, err)
	}
	for _, manifest := range folders {
		r, err := Open(filepath.Dir(manifest))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(r.ID, func(t *testing.T) { test(t, r) })
	}
}

// A session that an earlier jamd recorded is read without an error, and is told as that jamd told it.
func TestRecordedJamsAreToldAsBefore(t *testing.T) {
	eachRecordedJam(t, func(t *testing.T, r *Record) {
		for _, err := range r.Lines() {
			if err != nil {
				t.Error(err)
			}
		}
		figures, take, err := r.Figures(nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := encodeJSON(figures)
		if err != nil {
			t.Fatal(err)
		}
		told := append(lead(take), text...)
		brief := r.Brief()
		told = fmt.Appendf(told, "%v frames, %d chords, %d missed, %d skipped, %.6f s, key %s, policy %s, ended %v\n", brief.Frames, brief.Chords,
			brief.Misses, brief.Skipped, brief.Seconds, brief.Key, brief.Policy, brief.Ended)
		file := filepath.Join("testdata", "told", r.ID+".txt")
		if *update {
			if err := os.WriteFile(file, told, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(file); err != nil || !bytes.Equal(told, want) {
			t.Errorf("%s is not what is told now (%v):\n%s", file, err, told)
		}
	})
}

// lead writes a take, a line for each thing that sounded.
func lead(take jam.Take) (text []byte) {
	text = fmt.Appendf(text, "%s: %d frames in %v\n", take.Name, take.Frames, take.Meter)
	for _, c := range take.Tempo {
		text = fmt.Appendf(text, "frame %d: %.3f BPM\n", c.Frame, c.BPM)
	}
	for _, c := range take.Meters {
		text = fmt.Appendf(text, "frame %d: %v\n", c.Frame, c.Meter)
	}
	for _, c := range take.Chords {
		text = fmt.Appendf(text, "frame %d: %s %v for %d\n", c.Frame, c.Symbol, c.Pitches, c.Duration)
	}
	for _, part := range []struct {
		name  string
		notes []jam.TakeNote
	}{{"melody", take.Melody}, {"chords", take.Upper}, {"bass", take.Bass}, {"click", take.Click}} {
		for _, n := range part.notes {
			text = fmt.Appendf(text, "frame %d: %s %d at %d for %d\n", n.Frame, part.name, n.Pitch, n.Velocity, n.Duration)
		}
	}
	return text
}

// A jam of the virtual clock that an earlier jamd recorded is played again to its last chord. cmd/jamd replays the others, as
// their policies need ONNX Runtime.
func TestRecordedJamsReplay(t *testing.T) {
	for name, frames := range map[string]int64{"held": 111, "song": 88} {
		r, err := Open(filepath.Join(recordedJams, name))
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.Compare(t.Context(), jamtest.NewPolicy(5), loadOther)
		if err != nil || c.Difference != nil || c.Frames != frames || c.Gone != 0 {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
}

// Whatever policy plays, every recorded jam is played again to its end.
func TestRecordedJamsReplayWithAnotherPolicy(t *testing.T) {
	eachRecordedJam(t, func(t *testing.T, r *Record) {
		next := int64(0)
		for f, err := range r.Replay(Replaying{Policy: jamtest.NewPolicy(7)}) {
			if err != nil || f.Report.Frame < next {
				t.Fatalf("frame %d: %+v, %v", next, f, err)
			}
			next = f.Report.Frame + 1
		}
		if take, err := r.Take(); err != nil || next != take.Frames {
			t.Errorf("%d frames of %d (%v)", next, take.Frames, err)
		}
	})
}

// A jam of an earlier jamd that was killed is put in order: its torn last line is cut off, and its music made.
func TestMendRecordedJam(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "killed")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(recordedJams, "killed"))); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	mended, err := r.Repair(false, func(w io.Writer, take jam.Take) error {
		_, err := w.Write(lead(take))
		return err
	})
	if want := (Repair{Cut: 8, Music: true, Frames: 64}); err != nil || mended != want {
		t.Errorf("%+v, %v; want %+v", mended, err, want)
	}
	take, err := r.Take()
	if music, err2 := os.ReadFile(filepath.Join(dir, MIDIFile)); err != nil || err2 != nil || !bytes.Equal(music, lead(take)) {
		t.Errorf("%v, %v: %s", err, err2, music)
	}
	if _, err := os.Stat(filepath.Join(dir, recordingFile)); err == nil {
		t.Error("it still seems to be recorded")
	}
}
