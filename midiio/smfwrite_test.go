package midiio

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gitlab.com/gomidi/midi/v2"
	"gitlab.com/gomidi/midi/v2/smf"
	"pgregory.net/rapid"

	"jamd/jam"
)

// takes draws takes as the engine makes them: a melody of one voice and chords that do not overlap.
var takes = rapid.Custom(func(t *rapid.T) jam.Take {
	take := jam.Take{
		Name:  rapid.StringMatching(`[A-Za-zé ]{0,20}`).Draw(t, "name"),
		Tempo: []jam.TempoChange{{Frame: 0, BPM: rapid.Float64Range(20, 400).Draw(t, "bpm")}},
		Meter: rapid.SampledFrom([]jam.Meter{jam.Quarters(1), jam.Quarters(3), jam.Quarters(16), {Count: 6, Unit: 8}, {Count: 12, Unit: 8}}).Draw(t, "meter"),
	}
	next := func(at *int64) (frame, duration int64) {
		frame = *at + rapid.Int64Range(0, 9).Draw(t, "rest")
		duration = rapid.Int64Range(1, 20).Draw(t, "duration")
		*at = frame + duration
		return frame, duration
	}
	var at int64
	for range rapid.IntRange(1, 12).Draw(t, "notes") {
		frame, duration := next(&at)
		take.Melody = append(take.Melody, jam.TakeNote{Frame: frame, Duration: duration,
			Pitch: rapid.ByteMax(127).Draw(t, "pitch"), Velocity: rapid.ByteRange(1, 127).Draw(t, "velocity")})
	}
	take.Frames = at
	at = 0
	for range rapid.IntRange(0, 6).Draw(t, "chords") {
		frame, duration := next(&at)
		pitches := rapid.SliceOfNDistinct(rapid.ByteMax(127), 1, 6, rapid.ID).Draw(t, "pitches")
		slices.Sort(pitches)
		take.Chords = append(take.Chords, jam.TakeChord{Frame: frame, Duration: duration, Pitches: pitches,
			Symbol: rapid.SampledFrom([]string{"Am7", "F#m7b5", "Bbmaj7"}).Draw(t, "symbol")})
	}
	take.Frames = max(take.Frames, at)
	if rapid.Bool().Draw(t, "change") {
		take.Tempo = append(take.Tempo, jam.TempoChange{Frame: rapid.Int64Range(1, 50).Draw(t, "frame"), BPM: 90})
	}
	if rapid.Bool().Draw(t, "change of meter") {
		frame := rapid.Int64Range(1, 50).Draw(t, "frame")
		take.Meters = append(take.Meters, jam.MeterChange{Frame: frame, Meter: jam.Meter{Count: 9, Unit: 8}},
			jam.MeterChange{Frame: frame + 1, Meter: jam.Quarters(4)}) // a bar cut short
	}
	if rapid.Bool().Draw(t, "pickup") {
		into := rapid.Int64Range(1, take.Meter.Bar()-1).Draw(t, "into")
		for i := range take.Meters { // which begin after the first bar line
			take.Meters[i].Frame += take.Meter.Bar()
		}
		take.Meters = append([]jam.MeterChange{{Meter: take.Meter, Into: into}}, take.Meters...)
	}
	return take
})

// What is written is read again, by our reader and by the library's.
func TestTakeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		take := takes.Draw(t, "take")
		var b bytes.Buffer
		if err := WriteTake(&b, take); err != nil {
			t.Fatal(err)
		}
		m, err := Read("take.mid", b.Bytes(), "")
		if err != nil {
			t.Fatal(err)
		}
		title := "take" // the file's name, if the take's is no title
		if isTitle(take.Name) {
			title = strings.TrimSpace(take.Name)
		}
		if m.Title != title || m.Part.Name != "Melody" || len(m.Warnings) != 0 || len(m.Notes) != len(take.Melody) {
			t.Fatalf("read %+v", m)
		}
		for i, n := range m.Notes {
			w := take.Melody[i]
			if n != (Note{float64(w.Frame), float64(w.Frame + w.Duration), w.Pitch, w.Velocity}) {
				t.Fatalf("note %d is %+v, was %+v", i, n, w)
			}
		}
		for frame := range take.Frames + 60 {
			if got, bars := m.Bars(), take.Bars(); got.At(frame) != bars.At(frame) {
				t.Fatalf("%+v: frame %d is in %+v, was in %+v of %+v", got, frame, got.At(frame), bars.At(frame), bars)
			}
		}
		for i, c := range m.Tempo {
			if i >= len(take.Tempo) || c.Frame != take.Tempo[i].Frame || math.Abs(c.BPM-take.Tempo[i].BPM) > 0.002 {
				t.Fatalf("tempo is %v, was %v", m.Tempo, take.Tempo)
			}
		}
		checkByLibrary(t, b.Bytes(), take)
	})
}

// checkByLibrary reads a written take with gomidi: three tracks of one length, symbols as text and as markers, notes balanced.
func checkByLibrary(t *rapid.T, data []byte, take jam.Take) {
	s, err := smf.ReadFrom(bytes.NewReader(data))
	if err != nil || len(s.Tracks) != 3 {
		t.Fatalf("the library reads %d tracks, %v", len(s.Tracks), err)
	}
	var texts, markers []string
	ons := 0
	for i, track := range s.Tracks {
		var tick int64
		for _, e := range track {
			tick += int64(e.Delta)
			var symbol string
			var channel, pitch, velocity uint8
			switch message := midi.Message(e.Message); {
			case e.Message.GetMetaText(&symbol):
				texts = append(texts, symbol)
			case e.Message.GetMetaMarker(&symbol):
				markers = append(markers, symbol)
			case message.GetNoteStart(&channel, &pitch, &velocity):
				ons++
				if int(channel) != i-1 {
					t.Fatalf("track %d has a note on channel %d", i, channel)
				}
			case message.GetNoteEnd(&channel, &pitch):
				ons--
			}
		}
		if want := take.Frames * ticksPerFrame; tick < want {
			t.Fatalf("track %d ends at tick %d, not %d", i, tick, want)
		}
	}
	var want []string
	for _, c := range take.Chords {
		want = append(want, c.Symbol)
	}
	if !slices.Equal(texts, want) || !slices.Equal(markers, want) || ons != 0 {
		t.Fatalf("texts %v, markers %v, want %v; %d notes unbalanced", texts, markers, want, ons)
	}
}

// Chords are written as their style played them, the bass on a track of its own.
func TestTakeHasItsStyle(t *testing.T) {
	take := jam.Take{Meter: jam.Meter{Count: 6, Unit: 8}, Frames: 12, Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}},
		Melody: []jam.TakeNote{{Frame: 0, Pitch: 72, Duration: 12, Velocity: 80}},
		Chords: []jam.TakeChord{{Frame: 0, Symbol: "C", Pitches: []uint8{36, 55, 60, 64}, Duration: 12}},
		Upper:  []jam.TakeNote{{Frame: 0, Pitch: 55, Duration: 2, Velocity: 70}, {Frame: 2, Pitch: 60, Duration: 10, Velocity: 60}},
		Bass:   []jam.TakeNote{{Frame: 0, Pitch: 36, Duration: 12, Velocity: 50}},
		Click:  []jam.TakeNote{{Frame: 0, Pitch: 76, Duration: 1, Velocity: 99}, {Frame: 6, Pitch: 77, Duration: 1, Velocity: 99}},
	}
	var b bytes.Buffer
	if err := WriteTake(&b, take); err != nil {
		t.Fatal(err)
	}
	s, err := parseSong("take.mid", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"", "Melody", "Chords", "Bass", "Click"}
	want := []string{"", "0:72@0 0:72@1440", "1:55@0 1:55@240 1:60@240 1:60@1440", "2:36@0 2:36@1440", "9:76@0 9:76@120 9:77@720 9:77@840"}
	for i, track := range s.tracks {
		var got []string
		for _, n := range track.notes {
			got = append(got, fmt.Sprintf("%d:%d@%d", n.channel, n.pitch, n.tick))
		}
		if i >= len(names) || track.name != names[i] || strings.Join(got, " ") != want[i] {
			t.Errorf("track %d, %q: %v", i, track.name, got)
		}
	}
	if meter, _ := s.meters(); len(s.tracks) != len(names) || meter != take.Meter {
		t.Errorf("%d tracks in %v", len(s.tracks), meter)
	}
	take.Bass[0].Pitch = 128
	if err := WriteTake(&b, take); err == nil || !strings.Contains(err.Error(), "pitch 128") {
		t.Errorf("error %v", err)
	}
}

// The metronome of a time signature clicks every beat: 24 MIDI clocks are a quarter note, 36 a dotted one, and 12 an eighth.
func TestTimeSignatures(t *testing.T) {
	for meter, want := range map[string][]byte{
		"4/4": {4, 2, 24, 8}, "3/4": {3, 2, 24, 8}, "1/4": {1, 2, 24, 8}, "6/8": {6, 3, 36, 8}, "9/8": {9, 3, 36, 8}, "12/8": {12, 3, 36, 8},
		"2+2+3/8": {7, 3, 12, 8}, "2/2": {2, 1, 48, 8}, "5/16": {5, 4, 6, 8},
	} {
		m, err := jam.ParseMeter(meter)
		take := jam.Take{Meter: jam.Quarters(5), Meters: []jam.MeterChange{{Frame: 20, Meter: m}}, Tempo: []jam.TempoChange{{BPM: 100}}, Frames: 40}
		var b bytes.Buffer
		if err := errors.Join(err, WriteTake(&b, take)); err != nil {
			t.Fatal(err)
		}
		for _, event := range [][]byte{append([]byte{0xFF, 0x58, 4}, want...), {0xFF, 0x58, 4, 5, 2, 24, 8}} {
			if bytes.Count(b.Bytes(), event) != 1 {
				t.Errorf("%s: % X is not there once", meter, event)
			}
		}
	}
}

func TestWriteTakeRefuses(t *testing.T) {
	good := func() jam.Take {
		return jam.Take{Name: "x", Meter: jam.Quarters(4), Frames: 16, Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}},
			Melody: []jam.TakeNote{{Frame: 0, Pitch: 60, Duration: 4}},
			Chords: []jam.TakeChord{{Frame: 0, Symbol: "C", Pitches: []uint8{48, 52, 55}, Duration: 16}}}
	}
	tests := map[string]func(*jam.Take){
		"meter 0/0": func(take *jam.Take) { take.Meter = jam.Meter{} },
		"change of meter": func(take *jam.Take) {
			take.Meters = []jam.MeterChange{{Frame: -1, Meter: jam.Quarters(3)}}
		},
		"meter 0/1":     func(take *jam.Take) { take.Meters = []jam.MeterChange{{Meter: jam.Meter{Unit: 1}}} },
		"frames":        func(take *jam.Take) { take.Frames = -1 },
		"tempo NaN BPM": func(take *jam.Take) { take.Tempo[0].BPM = math.NaN() },
		"tempo 0 BPM":   func(take *jam.Take) { take.Tempo[0].BPM = 0 },
		"frame -3":      func(take *jam.Take) { take.Melody[0].Frame = -3 },
		"duration":      func(take *jam.Take) { take.Chords[0].Duration = 0 },
		"pitch 200":     func(take *jam.Take) { take.Chords[0].Pitches[1] = 200 },
		"velocity 128":  func(take *jam.Take) { take.Melody[0].Velocity = 128 },
	}
	for says, spoil := range tests {
		take := good()
		spoil(&take)
		var b bytes.Buffer
		if err := WriteTake(&b, take); err == nil || !strings.Contains(err.Error(), says) || b.Len() != 0 {
			t.Errorf("%s: %v, %d bytes", says, err, b.Len())
		}
	}
	if err := WriteTake(fullDisk{}, good()); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a full disk: %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

var update = flag.Bool("update", false, "write the golden files anew")

// The files of testdata are as WriteTake writes them: tune.mid is the melody of a children's song, take.mid has chords and all.
func TestGoldenFiles(t *testing.T) {
	song := jam.Take{Name: "Ah vous dirai-je, maman", Meter: jam.Quarters(4), Frames: 64, Tempo: []jam.TempoChange{{Frame: 0, BPM: 120}}}
	for i, pitch := range []uint8{60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60} {
		frame := int64(4 * i)
		if i > 6 {
			frame += 4
		}
		duration := int64(3)
		if i%7 == 6 {
			duration = 7
		}
		song.Melody = append(song.Melody, jam.TakeNote{Frame: frame, Pitch: pitch, Duration: duration, Velocity: uint8(80 + i)})
	}
	take := song
	take.Tempo = []jam.TempoChange{{Frame: 0, BPM: 100}, {Frame: 48, BPM: 80}}
	take.Chords = []jam.TakeChord{{Frame: 8, Symbol: "C", Pitches: []uint8{55, 60, 64}, Duration: 8},
		{Frame: 16, Symbol: "F#m7b5", Pitches: []uint8{54, 57, 60, 64}, Duration: 48}}
	for file, take := range map[string]jam.Take{"tune.mid": song, "take.mid": take} {
		var b bytes.Buffer
		if err := WriteTake(&b, take); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(want, b.Bytes()) {
			t.Errorf("%s is not what WriteTake writes: go test ./midiio -update (%v)", path, err)
		}
	}
}
