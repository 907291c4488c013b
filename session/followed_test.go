package session

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"jamd/jam"
)

// recordEntries records entries and returns the session, and the take that its session.mid has.
func recordEntries(t *testing.T, o Options, during func(*Session), entries ...jam.Entry) (*Record, jam.Take) {
	t.Helper()
	s := Start(o)
	for i, e := range entries {
		if i == len(entries)/2 && during != nil {
			during(s)
		}
		s.Entries().TrySend(e)
	}
	if summary := s.Close(context.Background(), jam.Summary{Melody: jam.Silence}); summary.Err != nil {
		t.Fatal(summary.Err)
	}
	r, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	return r, s.Take()
}

// What was played before the beat was found is in all that a session tells of the melody: the take, the lead sheet, the tables
// and the key.
func TestWhatWasPlayedBeforeTheBeatWasFoundIsTold(t *testing.T) {
	const ms = time.Millisecond
	o := options(t.TempDir())
	o.Manifest.Followed = true
	report := func(n int64, line time.Duration, melody jam.MelodyToken) jam.Entry {
		r := frame(n)
		r.Line, r.Melody = line, melody
		return r.Entry()
	}
	d, hold, a := jam.MelodyOnset(62), jam.MelodyHold(62), jam.MelodyOnset(69)
	r, sounded := recordEntries(t, o, nil,
		jam.Moved{Segment: jam.Segment{At: time.Second, BPM: 120}}.Entry(),
		jam.LoopAction{Kind: jam.ActionJump, Frames: 3}.Entry(),
		jam.MeterChange{Meter: jam.Quarters(4), Into: 12}.Entry(),
		jam.Passed{Frame: 0, Line: 1000 * ms, Melody: jam.MelodyStart}.Entry(),
		jam.Passed{Frame: 1, Line: 1125 * ms, Melody: d, Velocity: 99}.Entry(),
		jam.Passed{Frame: 2, Line: 1250 * ms, Melody: hold}.Entry(),
		report(3, 1385*ms, hold), report(4, 1535*ms, a), report(5, 1685*ms, jam.Silence))
	take, err := r.Take()
	if err != nil {
		t.Fatal(err)
	}
	if want := []jam.TakeNote{{Frame: 0, Pitch: 62, Duration: 3, Velocity: 99}, {Frame: 3, Pitch: 69, Duration: 1, Velocity: 80}}; !reflect.DeepEqual(take.Melody, want) ||
		!reflect.DeepEqual(take, sounded) {
		t.Errorf("%+v, want %+v; session.mid has %+v", take.Melody, want, sounded.Melody)
	}
	var sheet bytes.Buffer
	if err := WriteLeadSheet(&sheet, take); err != nil || !strings.Contains(sheet.String(), "<measure number=\"0\" implicit=\"yes\">") ||
		strings.Index(sheet.String(), "<step>D</step>") > strings.Index(sheet.String(), `<measure number="1"`) {
		t.Errorf("%v: %s", err, &sheet)
	}
	tables, err := r.Tables()
	if err != nil {
		t.Fatal(err)
	}
	var at []float64
	for _, f := range tables.Frames[:4] {
		at = append(at, f.At)
	}
	if want := []float64{1e6, 1.125e6, 1.25e6, 1.385e6}; !reflect.DeepEqual(at, want) || *tables.Frames[0].Melody != 62 || tables.Frames[0].Played {
		t.Errorf("the lines are at %v, want %v; %+v", at, want, tables.Frames[0])
	}
	logged, err := r.end()
	if err != nil {
		t.Fatal(err)
	}
	counted, err := r.count()
	const length = 822 * ms // 685 ms from the first line to the last, and a frame
	b := r.Brief()
	b.tell(counted, &r.Manifest)
	if listed := r.Brief(); logged.Passed != 3 || listed.Length() != length || counted.Passed != 3 || counted.Length != length ||
		b.Length() != length || math.Abs(b.Tempo-6./jam.FramesPerBeat/length.Minutes()) > 1e-9 {
		t.Errorf("logged %+v, counted %+v, %v long at %v BPM", logged, counted, b.Length(), b.Tempo)
	}
	if want := (PitchClasses{2: 3, 9: 1}); err != nil || *logged.Heard != want || *counted.Heard != want {
		t.Errorf("heard %v, counted %v (%v), want %v", logged.Heard, counted.Heard, err, want)
	}
}

// A jam that is followed from its middle on is recorded as followed: its take has the lines as they were played.
func TestFollowedFromTheMiddle(t *testing.T) {
	var entries []jam.Entry
	line, step := time.Second, 125*time.Millisecond
	entries = append(entries, jam.Moved{Segment: jam.Segment{At: line, BPM: 120}}.Entry())
	for n := range int64(32) {
		r := frame(n)
		r.Line = line
		if entries = append(entries, r.Entry()); n >= 16 {
			step = 150 * time.Millisecond // which no segment tells
		}
		line += step
	}
	follow := func(s *Session) {
		s.Followed()
		s.Followed() // once more changes nothing
	}
	r, sounded := recordEntries(t, options(t.TempDir()), follow, entries...)
	take, err := r.Take()
	want := []jam.TempoChange{{Frame: 0, BPM: 120}, {Frame: 16, BPM: 100}}
	if err != nil || !r.Manifest.Followed || !reflect.DeepEqual(take.Tempo, want) || !reflect.DeepEqual(sounded.Tempo, want) {
		t.Errorf("%v, followed %v, the take has %v, session.mid %v, want %v", err, r.Manifest.Followed, take.Tempo, sounded.Tempo, want)
	}
	if text, err := os.ReadFile(filepath.Join(r.Dir, ManifestFile)); err != nil || schema(t, "#/$defs/manifest").Validate(parse(t, text)) != nil {
		t.Errorf("%v: %s", err, text)
	}
}

// A disk that takes no second manifest does not stop a jam, and the failure is told.
func TestFollowedOnAFullDisk(t *testing.T) {
	wrote := 0
	s := start(options(t.TempDir()), func(f *os.File) file {
		if filepath.Ext(f.Name()) == filepath.Ext(ManifestFile) {
			if wrote++; wrote > 1 {
				return failing{f}
			}
		}
		return f
	})
	s.Followed()
	summary := s.Close(context.Background(), jam.Summary{})
	if summary.Err == nil || !strings.Contains(summary.Err.Error(), "it is not recorded that the jam follows its player: ") {
		t.Errorf("%v after %d manifests", summary.Err, wrote)
	}
	if r, err := Open(s.Dir()); err != nil || r.Manifest.Followed {
		t.Errorf("%v, %+v", err, r)
	}
}

// A failing file takes nothing.
type failing struct{ *os.File }

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }
