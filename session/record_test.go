package session

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"pgregory.net/rapid"

	"jamd/jam"
)

// read returns all entries of a session, and the errors of its lines.
func read(t testing.TB, dir string) (r *Record, entries []Entry, errs []error) {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for line, err := range r.Lines() {
		if err != nil {
			errs = append(errs, err)
		}
		if line.Entry != nil {
			entries = append(entries, line.Entry)
		}
	}
	return r, entries, errs
}

func anyEntry(t *rapid.T) Entry {
	at := func(name string) time.Duration {
		return time.Duration(rapid.Int64Range(0, int64(100*24*time.Hour)).Draw(t, name))
	}
	frame := rapid.Int64Range(0, 1<<30).Draw(t, "frame")
	data := rapid.ByteRange(0, 127)
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return jam.Input{Frame: frame, Event: jam.Event{At: at("at"), Status: rapid.ByteRange(0xA0, 0xFF).Draw(t, "status"),
			Data1: data.Draw(t, "data1"), Data2: data.Draw(t, "data2")}}
	case 1:
		return jam.Input{Frame: jam.UnknownFrame, Event: jam.Event{At: at("at"), Status: 0x90 | rapid.ByteRange(0, 15).Draw(t, "channel"),
			Data1: data.Draw(t, "data1"), Data2: rapid.ByteRange(1, 127).Draw(t, "data2")}}
	case 2:
		return anyAction(t, frame, at("at"))
	case 3:
		return jam.Applied{Frame: frame, Control: jam.Control{At: at("at"), Param: 1,
			Value: rapid.Float64Range(-1e3, 1e3).Draw(t, "value"), Text: rapid.StringN(0, 50, 200).Draw(t, "text")}}
	case 4:
		return jam.Moved{Since: rapid.Int64Range(0, 1<<30).Draw(t, "since"),
			Segment: jam.Segment{Frame: frame, At: at("at"), BPM: rapid.Float64Range(jam.MinTempo, jam.MaxTempo).Draw(t, "bpm")}}
	case 5:
		return Remark{Frame: frame, At: at("at"), From: "guard", Text: rapid.StringN(0, 50, 200).Draw(t, "text")}
	case 6:
		return jam.MeterChange{Frame: frame, Meter: rapid.SampledFrom(anyMeters).Draw(t, "meter")}
	case 7:
		return Loss{rapid.Uint64().Draw(t, "notes"), rapid.Uint64().Draw(t, "frames"), rapid.Uint64().Draw(t, "changes")}
	case 8:
		return jam.Passed{Frame: frame, Line: at("line"), Melody: jam.MelodyToken(rapid.Int32Range(0, int32(jam.MelodyStart)).Draw(t, "melody")),
			Velocity: data.Draw(t, "velocity")}
	}
	r := jam.FrameReport{
		Frame: frame, Line: at("line"), Melody: jam.MelodyToken(rapid.Int32Range(0, int32(jam.MelodyStart)).Draw(t, "melody")),
		Chosen:  jam.ChordToken(rapid.Int32Range(0, 1000).Draw(t, "chosen")),
		Sounded: jam.ChordToken(rapid.Int32Range(0, 1000).Draw(t, "sounded")),
		Symbol:  rapid.SampledFrom([]string{"N.C.", "Bbmaj7", `<&"`}).Draw(t, "symbol"), Velocity: data.Draw(t, "velocity"),
		Began: rapid.Bool().Draw(t, "began"), Listening: rapid.Bool().Draw(t, "listening"), Missed: rapid.Bool().Draw(t, "missed"), Held: rapid.Bool().Draw(t, "held"),
		Skipped: rapid.Int64Range(0, frame).Draw(t, "skipped"), Prob: rapid.Float32Range(0, 1).Draw(t, "prob"),
		Tempo: rapid.Float64Range(0, 400).Draw(t, "tempo"), Rung: jam.Rung(rapid.ByteRange(0, 2).Draw(t, "rung")),
		Policy: rapid.SampledFrom([]string{"", "jamd"}).Draw(t, "policy"), Faster: rapid.Bool().Draw(t, "faster"),
		Since:   rapid.Int64Range(0, frame).Draw(t, "since"),
		Arrival: at("arrival"), Lead: -at("lead"), Step: at("step"), Voice: at("voice"), Late: at("late"), Send: at("send"), Age: at("age"),
	}
	for range rapid.IntRange(0, jam.MaxVoices).Draw(t, "voices") {
		r.Voicing.Pitches[r.Voicing.Len] = data.Draw(t, "pitch")
		r.Voicing.Len++
	}
	for range rapid.IntRange(0, jam.MaxVoices).Draw(t, "notes") {
		r.Notes.Notes[r.Notes.Len] = jam.ChordNote{Pitch: data.Draw(t, "note"), Velocity: data.Draw(t, "velocity of a note"),
			Bass: rapid.Bool().Draw(t, "bass"), Struck: rapid.Bool().Draw(t, "struck")}
		r.Notes.Len++
	}
	if rapid.Bool().Draw(t, "clicks") {
		r.Click = jam.ChordNote{Pitch: rapid.Uint8Range(1, 127).Draw(t, "click"), Velocity: data.Draw(t, "velocity of the click"), Struck: true}
	}
	return r
}

func anyAction(t *rapid.T, frame int64, at time.Duration) jam.LoopAction {
	a := jam.LoopAction{Frame: frame, At: at, Kind: rapid.SampledFrom([]jam.ActionKind{
		jam.ActionResync, jam.ActionEndChord, jam.ActionPanic, jam.ActionJump, jam.ActionRestart}).Draw(t, "action")}
	if a.Kind == jam.ActionJump || a.Kind == jam.ActionRestart {
		a.Frames = rapid.Int64Range(0, 255).Draw(t, "frames")
	}
	return a
}

// What is written is what is read, to the nanosecond.
func TestEntriesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := rapid.SliceOfN(rapid.Custom(anyEntry), 1, 20).Draw(t, "entries")
		var log []byte
		for i, e := range entries {
			var err error
			if log, err = appendLine(log, uint64(i)+1, e); err != nil {
				t.Fatal(err)
			}
		}
		lines := newLineReader(bytes.NewReader(log), "log", false)
		for _, want := range entries {
			got, err := lines.next()
			if err != nil || !reflect.DeepEqual(got.Entry, want) {
				t.Fatalf("%+v came back as %+v, %v", want, got.Entry, err)
			}
		}
		if _, err := lines.next(); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
}

// Any change of a byte is noticed, on the line where it is.
func TestDamageIsNoticed(t *testing.T) {
	log, err := os.ReadFile("testdata/v2/events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(log)
		at := rapid.IntRange(0, len(bad)-1).Draw(t, "at")
		bad[at] ^= rapid.ByteRange(1, 255).Draw(t, "by")
		want := bytes.Count(log[:at], []byte("\n")) + 1
		lines := newLineReader(bytes.NewReader(bad), "log", false)
		torn := log[at] == '\n' && want == bytes.Count(log, []byte("\n")) // the last line has no end
		for {
			_, err := lines.next()
			var of *LineError
			switch {
			case errors.As(err, &of) && of.Line == want:
				return
			case errors.Is(err, io.EOF) && torn:
				return
			case err != nil:
				t.Fatalf("byte %d of line %d: %v", at, want, err)
			}
		}
	})
}

// A letter of the checksum whose case has changed is damage too.
func TestDamageOfTheSeal(t *testing.T) {
	line := []byte(`{"seq":2,"type":"note","at_us":1300000,"on":false,"channel":3,"pitch":60,"velocity":64,"crc":"aad8d350"}`)
	if err := unseal(line); err != nil {
		t.Fatal(err)
	}
	line[bytes.Index(line, []byte("aad8"))] = 'A'
	if err := unseal(line); !errors.Is(err, errSeal) {
		t.Errorf("%v", err)
	}
}

func TestReaderSaysWhatIsWrong(t *testing.T) {
	line := func(seq uint64, entry Entry) string {
		b, _ := appendLine(nil, seq, entry)
		return string(b)
	}
	tests := []struct{ name, log, want string }{
		{"no checksum", `{"seq":1,"type":"note"}` + "\n", "log:1: it does not end with its checksum"},
		{"empty", "\n", "log:1: it does not end"},
		{"too long", strings.Repeat("x", 3*maxLine) + "\n", "log:1: it is longer than"},
		{"lines gone", line(1, Loss{}) + line(5, Loss{}), "log:2: line 5 of the jam comes after its line 1"},
		{"zeros", line(1, Loss{}) + strings.Repeat("\x00", 100) + "\n", "log:2: it does not end"},
		{"changed", strings.Replace(line(1, Loss{Notes: 1}), `"notes":1`, `"notes":2`, 1), "log:1: its checksum is wrong"},
		{"no tempo", line(1, jam.Moved{Segment: jam.Segment{BPM: 1}}), "log:1: tempo 1 BPM"},
		{"no meter", line(1, jam.MeterChange{Frame: 4}), "log:1: meter"},
		{"no such part", seal(`{"seq":1,"type":"letgo","at_us":1,"of":"bass"`), "log:1: of \"bass\": must be one of [melody chord all]"},
		{"before all", line(1, jam.Moved{Segment: jam.Segment{Frame: -1, BPM: 120}}), "log:1: frame -1"},
	}
	for _, tt := range tests {
		lines := newLineReader(strings.NewReader(tt.log), "log", false)
		var first error
		for first == nil {
			_, first = lines.next()
		}
		if !strings.Contains(first.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, first, tt.want)
		}
	}
}

// A line that cannot be read is told once, though its number is missing from the lines around it.
func TestOneDamagedLineIsToldOnce(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join(recordedJams, "blind", EventsFile))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	changed := func(lines ...int) []byte {
		log := bytes.Clone(whole)
		for _, n := range lines {
			at := len(bytes.Join(bytes.SplitAfter(whole, []byte("\n"))[:n-1], nil))
			log[at+10] ^= 1
		}
		return log
	}
	tests := []struct {
		name string
		log  []byte
		want []string
	}{
		{"one", changed(20), []string{":20: its checksum"}},
		{"the first", changed(1), []string{":1: its checksum"}},
		{"two together", changed(20, 21), []string{":20: its checksum", ":21: its checksum"}},
		{"two apart", changed(20, 30), []string{":20: its checksum", ":30: its checksum"}},
		{"a lost line break", bytes.Replace(whole, append(lines[19], lines[20]...), append(bytes.TrimSuffix(lines[19], []byte("\n")), lines[20]...), 1),
			[]string{":20: its checksum", ":21: line 22 of the jam comes after its line 19"}},
		{"one damaged, one gone", bytes.Replace(changed(20), lines[20], nil, 1), []string{":20: its checksum", ":21: line 22 of the jam comes after its line 19"}},
		{"swapped", bytes.Replace(whole, append(bytes.Clone(lines[19]), lines[20]...), append(bytes.Clone(lines[20]), lines[19]...), 1),
			[]string{":20: line 21 of the jam comes after its line 19", ":21: line 20 of the jam comes after its line 21", ":22: line 22 of the jam comes after its line 20"}},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(recordedJams, "blind"))); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, EventsFile), tt.log, 0o644); err != nil {
			t.Fatal(err)
		}
		r, _, errs := read(t, dir)
		told := len(errs) == len(tt.want)
		for i := range errs {
			told = told && strings.Contains(errs[i].Error(), tt.want[i])
		}
		if !told {
			t.Errorf("%s: told %v, want %q", tt.name, errs, tt.want)
		}
		if f, _, err := r.Figures(nil); err != nil || len(f.BadLines) != len(tt.want) {
			t.Errorf("%s: figures tell of %q, %v", tt.name, f.BadLines, err)
		}
	}
}

// seal ends a line whose object lacks its brace.
func seal(text string) string {
	return fmt.Sprintf("%s%s%08x%s\n", text, sealField, crc32.Checksum([]byte(text), castagnoli), sealEnd)
}

// Sessions of both versions open, and make the same music as when they ended.
func TestGoldenSessions(t *testing.T) {
	for version, want := range map[string]struct{ lines, frames, notes int }{
		"v1": {160 + 182 + 1, 160, 182}, "v2": {12, 3, 5},
	} {
		r, entries, errs := read(t, filepath.Join("testdata", version))
		if len(errs) > 0 || len(entries) != want.lines {
			t.Errorf("%s: %d lines, %v", version, len(entries), errs)
		}
		var counted Loss
		for _, e := range entries {
			counted = counted.plus(one(e))
		}
		if int(counted.Frames) != want.frames || int(counted.Notes) != want.notes {
			t.Errorf("%s: %+v", version, counted)
		}
		end, ok := entries[len(entries)-1].(End)
		if !ok || end.Written.Frames != counted.Frames || end.Written.Notes != counted.Notes {
			t.Errorf("%s: ends with %+v", version, end)
		}
		take, err := r.Take()
		if err != nil || take.Frames < 43 || take.Meter != jam.Quarters(4) || len(take.Chords) == 0 {
			t.Errorf("%s: take %+v, %v", version, take, err)
		}
		// The first version does not tell what the style made of the chords.
		bass, upper := []jam.TakeNote{{Frame: 1, Pitch: 42, Duration: 41, Velocity: 72}}, []jam.TakeNote{{Frame: 1, Pitch: 57, Duration: 41, Velocity: 54}}
		if v2 := version == "v2"; v2 && !(slices.Equal(take.Bass, bass) && slices.Equal(take.Upper, upper)) || !v2 && len(take.Bass)+len(take.Upper) > 0 {
			t.Errorf("%s: bass %+v, upper notes %+v", version, take.Bass, take.Upper)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	manifest, err := os.ReadFile("testdata/v2/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, manifest, notes, want string }{
		{"nothing", "", "", "not a session that can be read"},
		{"no JSON", "{", "", "unexpected end"},
		{"a newer version", `{"format": "jamd.session/3"}`, "", "jamd.session/3"},
		{"no tempo", strings.Replace(string(manifest), `"tempo": 120`, `"tempo": 0`, 1), "", "tempo 0"},
		{"bad notes", string(manifest), `{"rating": {"control": 9}}`, "rating 9"},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		for name, text := range map[string]string{ManifestFile: tt.manifest, NotesFile: tt.notes} {
			if text != "" {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want %s in %s", tt.name, err, tt.want, dir)
		}
	}
}

// takeText stands for a MIDI file.
func takeText(w io.Writer, take jam.Take) error {
	_, err := fmt.Fprintf(w, "%+v", take)
	return err
}

func TestMend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t.TempDir())
		o.WriteMIDI = takeText
		s := Start(o)
		for i := range int64(64) {
			r := frame(i)
			r.Melody = jam.MelodyHold(60)
			s.Entries().TrySend(r.Entry())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		r, err := Open(s.Dir())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Repair(false, takeText); !errors.Is(err, ErrRecording) || !r.Recording() {
			t.Errorf("mended while it was recorded: %v", err)
		}
		s.Close(t.Context(), jam.Summary{Melody: jam.MelodyHold(60)})
		log, midi := filepath.Join(r.Dir, EventsFile), filepath.Join(r.Dir, MIDIFile)
		whole, err := os.ReadFile(midi)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := r.Repair(false, takeText); err != nil || m != (Repair{}) || r.Recording() {
			t.Errorf("a whole session: %+v, %v", m, err)
		}
		if m, err := r.Repair(true, takeText); err != nil || !m.Music || m.Cut != 0 {
			t.Errorf("made anew: %+v, %v", m, err)
		}
		if again, _ := os.ReadFile(midi); !bytes.Equal(again, whole) {
			t.Errorf("made from the log it is\n%s\nnot\n%s", again, whole)
		}
		// Broken off in the middle of a line, and then the zeros of a lost power supply.
		text, _ := os.ReadFile(log)
		torn := append(bytes.Clone(text[:len(text)-300]), make([]byte, 77)...)
		_ = os.Remove(midi)
		if err := os.WriteFile(log, torn, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.Dir, recordingFile), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := r.Repair(false, takeText)
		if after, _ := os.ReadFile(log); err != nil || m.Cut < 77 || !m.Music || m.Frames != 63 || !bytes.Equal(after, torn[:len(torn)-int(m.Cut)]) {
			t.Errorf("torn: %+v, %v", m, err)
		}
		if _, entries, errs := read(t, r.Dir); len(errs) > 0 || len(entries) != 63 {
			t.Errorf("%d entries, %v", len(entries), errs)
		}
		if files, _ := os.ReadDir(r.Dir); len(files) != 3 {
			t.Errorf("files %v", files)
		}
	})
}

// A reader that asks whether a session is being recorded, just as it begins, does not keep it from being locked.
func TestLockWhileAReaderAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		reader := flock.New(filepath.Join(dir, recordingFile))
		if locked, err := reader.TryRLock(); !locked || err != nil {
			t.Fatal(locked, err)
		}
		time.AfterFunc(10*time.Millisecond, func() { _ = reader.Close() })
		lock := lockRecording(dir)
		defer lock.Close()
		if !lock.Locked() || !recording(dir) {
			t.Error("it is not locked")
		}
	})
}

func TestNotes(t *testing.T) {
	s := Start(options(t.TempDir()))
	s.Close(t.Context(), jam.Summary{})
	r, err := Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	n := r.Notes
	n.Name, n.Rating, n.Pinned = "The <good> one", Rating{Control: 4, Enjoyment: 3}, true
	n.Tag([]string{"slow", "am", "slow"}, []string{"none"})
	if err := r.SetNotes(n); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.Dir())
	if err != nil || !reflect.DeepEqual(again.Notes, Notes{"The <good> one", []string{"am", "slow"}, Rating{Control: 4, Enjoyment: 3}, true}) {
		t.Errorf("%+v, %v", again.Notes, err)
	}
	n.Tag(nil, []string{"am"})
	if !reflect.DeepEqual(n.Tags, []string{"slow"}) {
		t.Errorf("tags %v", n.Tags)
	}
	for _, bad := range []Notes{{Name: "two\nlines"}, {Tags: []string{"a b"}}, {Tags: []string{""}}, {Rating: Rating{Control: 6}}, {Rating: Rating{Enjoyment: -1}}} {
		if err := r.SetNotes(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func FuzzLines(f *testing.F) {
	for _, version := range []string{"v1", "v2"} {
		log, err := os.ReadFile(filepath.Join("testdata", version, EventsFile))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(log[:min(len(log), 2000)], version == "v1")
	}
	f.Fuzz(func(t *testing.T, log []byte, old bool) {
		lines := newLineReader(bytes.NewReader(log), "log", old)
		for n := 1; ; n++ {
			line, err := lines.next()
			var of *LineError
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil && (!errors.As(err, &of) || of.Line != n) || err == nil && line.Number != n {
				t.Fatalf("line %d: %+v, %v", n, line, err)
			}
			if line.Entry == nil {
				continue
			}
			if _, unknown := line.Entry.(Unknown); unknown {
				continue
			}
			if _, err := appendLine(nil, 1, line.Entry); err != nil { // what was read can be written
				t.Fatalf("line %d: %+v: %v", n, line.Entry, err)
			}
		}
	})
}
