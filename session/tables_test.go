package session

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"jamd/jam"
)

// checkTables looks whether the tables of a session tell what its log and its take tell.
func checkTables(t *rapid.T, r *Record) {
	tables, err := r.Tables()
	if err != nil {
		t.Fatal(err)
	}
	take, err := r.Take()
	if err != nil {
		t.Fatal(err)
	}
	reports, keys := map[int64]jam.FrameReport{}, 0
	for line := range r.Lines() {
		switch e := line.Entry.(type) {
		case jam.FrameReport:
			reports[e.Frame] = e
		case jam.Input:
			if e.Status&0xF0 == 0x90 && e.Data2 > 0 {
				keys++
			}
		}
	}
	if len(tables.Sessions) != 1 || len(tables.Decisions) != len(reports) || int64(len(tables.Frames)) != take.Frames {
		t.Fatalf("%d sessions, %d decisions of %d, %d frames of %d", len(tables.Sessions), len(tables.Decisions), len(reports),
			len(tables.Frames), take.Frames)
	}
	in, both, played := 0, 0, 0
	last := tables.Frames
	for i, row := range tables.Frames {
		if row.Frame != int64(i) || i > 0 && row.At <= last[i-1].At {
			t.Fatalf("row %d is frame %d at %v", i, row.Frame, row.At)
		}
		if report, told := reports[row.Frame]; told != row.Played || told && micros(report.Line) != row.At {
			t.Fatalf("frame %d at %v, played %v; its report: %+v", i, row.At, row.Played, report)
		}
		if row.NoteInChord != nil {
			if both++; *row.NoteInChord {
				in++
			}
		}
		if row.Played {
			played++
		}
	}
	if share, frames := take.NoteInChord(); int64(both) != frames || frames > 0 && float64(in)/float64(both) != share {
		t.Fatalf("note-in-chord %d of %d, the take has %v of %d", in, both, share, frames)
	}
	if played != len(tables.Decisions) {
		t.Fatalf("%d frames played, %d decisions", played, len(tables.Decisions))
	}
	for _, row := range tables.Decisions {
		r := reports[row.Frame]
		if row.Chosen != int32(r.Chosen) || row.Symbol != r.Symbol || row.Step != micros(r.Step) || row.Missed != r.Missed {
			t.Fatalf("%+v of %+v", row, r)
		}
	}
	parts := map[string]int{}
	for _, n := range tables.Notes {
		parts[n.Part]++
		if n.Length != nil && *n.Length < 0 || n.Part != playerPart && n.Offset != 0 {
			t.Fatalf("note %+v", n)
		}
	}
	if parts[playerPart] != keys || parts[melodyPart] != len(take.Melody) || parts[bassPart] != len(take.Bass) || parts[chordPart] != len(sounded(take)) {
		t.Fatalf("notes %v of %d keys, %d melody notes", parts, keys, len(take.Melody))
	}
}

// A note that is played belongs to the line that the quantiser would round it to, and is held until it is let go or struck anew.
func TestTablesOfThePlayer(t *testing.T) {
	tempo := []jam.TempoChange{{BPM: 120}} // a frame is 125 ms
	logged := map[int64]time.Duration{}
	for _, frame := range []int64{1, 2, 6} { // 3 to 5 are lost
		logged[frame] = time.Duration(frame) * 125 * time.Millisecond
	}
	lines := newTimeline(logged, jam.Take{Frames: 8, Tempo: tempo})
	for frame := int64(-2); frame < 12; frame++ {
		at := time.Duration(frame) * 125 * time.Millisecond
		if got := lines.at(frame); got != at {
			t.Errorf("frame %d at %v", frame, got)
		}
		for offset, want := range map[time.Duration]int64{-62_500_000: frame, 62_499_999: frame, 62_500_000: frame + 1} {
			if got := lines.nearest(at + offset); got != want {
				t.Errorf("%v after frame %d: nearest is %d", offset, frame, got)
			}
		}
	}
	event := func(ms int, status, pitch, velocity byte) jam.Input {
		return jam.Input{Frame: jam.UnknownFrame, Event: jam.Event{At: time.Duration(ms) * time.Millisecond, Status: status, Data1: pitch, Data2: velocity}}
	}
	keys := tabling{record: &Record{ID: "x"}, lines: lines, heard: []jam.Input{
		event(0, 0x90, 60, 80), event(130, 0x91, 60, 70), event(180, 0x90, 60, 90), event(200, 0x81, 60, 0),
		event(250, 0x90, 60, 0), event(260, 0x80, 60, 0), event(300, 0xB0, 60, 1), event(700, 0x90, 61, 80),
	}}
	var got []string
	for _, n := range keys.played() {
		length := "held"
		if n.Length != nil {
			length = fmt.Sprint(*n.Length)
		}
		got = append(got, strings.TrimSpace(fmt.Sprintln(n.At, length, *n.Channel, n.Pitch, n.Velocity, n.Frame, n.Offset)))
	}
	want := []string{"0 180000 1 60 80 0 0", "130000 70000 2 60 70 1 5000", "180000 70000 1 60 90 1 55000", "700000 held 1 61 80 6 -50000"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("notes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Both formats have the same columns and the same values.
func TestTableFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "tables")
	var all Tables
	for _, version := range []string{"v1", "v2"} {
		r, err := Open(filepath.Join("testdata", version))
		if err != nil {
			t.Fatal(err)
		}
		one, err := r.Tables()
		if err != nil {
			t.Fatal(err)
		}
		all.Sessions, all.Frames = append(all.Sessions, one.Sessions...), append(all.Frames, one.Frames...)
		for _, format := range []TableFormat{CSV, Parquet} {
			w, err := NewTableWriter(filepath.Join(dir, version), format)
			if err != nil {
				t.Fatal(err)
			}
			err = w.Write(one)
			files, closeErr := w.Close()
			if err != nil || closeErr != nil || len(files) != 4 {
				t.Fatalf("%v, %v: %v", files, err, closeErr)
			}
		}
		if made, _ := os.ReadDir(filepath.Join(dir, version)); len(made) != 8 {
			t.Errorf("files %v", made)
		}
		compareRows(t, filepath.Join(dir, version, "sessions"), one.Sessions)
		compareRows(t, filepath.Join(dir, version, "frames"), one.Frames)
		compareRows(t, filepath.Join(dir, version, "notes"), one.Notes)
		compareRows(t, filepath.Join(dir, version, "decisions"), one.Decisions)
	}
	if len(all.Sessions) != 2 || len(all.Frames) < 160 {
		t.Errorf("%d sessions, %d frames", len(all.Sessions), len(all.Frames))
	}
}

func compareRows[Row any](t *testing.T, path string, rows []Row) {
	t.Helper()
	read, err := parquet.ReadFile[Row](path + ".parquet")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(read) != len(rows) || len(lines) != len(rows)+1 {
		t.Fatalf("%s: %d rows in Parquet, %d lines in CSV, of %d", path, len(read), len(lines), len(rows))
	}
	schema := parquet.SchemaOf(new(Row))
	for i := range rows {
		want := schema.Deconstruct(nil, &rows[i])
		for column, got := range schema.Deconstruct(nil, &read[i]) {
			if !parquet.Equal(got, want[column]) {
				t.Fatalf("%s: row %d, %s: %v, want %v", path, i, lines[0][column], got, want[column])
			}
			if text := lines[i+1][column]; want[column].IsNull() != (text == "") && want[column].Kind() != parquet.ByteArray {
				t.Fatalf("%s: row %d, %s: %q in CSV, want %v", path, i, lines[0][column], text, want[column])
			}
		}
	}
}

// Where the files cannot be made, nothing is left behind.
func TestTableFilesFail(t *testing.T) {
	dir := t.TempDir()
	w, err := NewTableWriter(dir, CSV)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "notes.csv", "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err == nil || !strings.Contains(err.Error(), "notes.csv") {
		t.Errorf("error %v", err)
	}
	if _, err := NewTableWriter(dir, CSV); err == nil || !strings.Contains(err.Error(), "notes.csv") {
		t.Errorf("with a folder in the way of a file: error %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".jamd-*"))
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := NewTableWriter(filepath.Join(dir, "notes.csv")+"/x\x00", CSV); err == nil {
		t.Error("a folder that cannot be was made")
	}
}

// A log may claim anything.
func TestTablesOfAWildLog(t *testing.T) {
	dir := t.TempDir()
	manifest, err := os.ReadFile("testdata/v2/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	log, err := appendLine(nil, 1, jam.FrameReport{Frame: maxFrame, Symbol: "N.C."})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{ManifestFile: manifest, EventsFile: log} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Tables(); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("error %v", err)
	}
}
