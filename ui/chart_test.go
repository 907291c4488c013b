package ui

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"jamd/jam"
	"jamd/spelling"
)

// The chart of a take is spelt in its key, has a chord once however often it is struck, and tells where none sounds.
func TestChart(t *testing.T) {
	take := jam.Take{Meter: jam.Meter{Count: 4, Unit: 4}, Frames: 80,
		Chords: []jam.TakeChord{{Frame: 16, Symbol: "F#", Duration: 8}, {Frame: 24, Symbol: "F#", Duration: 8}, {Frame: 32, Symbol: "Ebm", Duration: 16}}}
	for i, pitch := range []uint8{66, 68, 70, 71, 73, 75, 77, 78} { // F# major
		take.Melody = append(take.Melody, jam.TakeNote{Frame: int64(8 * i), Pitch: pitch, Duration: 8})
	}
	got, want := NewChart(&take), []ChartChord{{16, "F#"}, {32, "D#m"}, {48, "N.C."}}
	if !reflect.DeepEqual(got.Chords, want) {
		t.Errorf("chords are %v, want %v", got.Chords, want)
	}
	if got.Frames != 80 || !reflect.DeepEqual(got.Meters, []Meter{{Frame: 0, Bar: 1, FramesPerBeat: 4, FramesPerBar: 16}}) {
		t.Errorf("%d frames in %v", got.Frames, got.Meters)
	}
}

// Chords from before the key is known are spelt in it as soon as it is.
func TestSong(t *testing.T) {
	var s song
	unknown, key := spelling.Key{}, spelling.Of(jam.Key{Tonic: 6}, true)
	for _, x := range []struct {
		frame   int64
		symbol  string
		key     spelling.Key
		respelt bool
	}{
		{0, "N.C.", unknown, false}, {1, "N.C.", unknown, false}, {2, "Ebm", unknown, false}, {3, "Ebm", key, true}, {4, "Bbm", key, false}, {5, "Bbm", key, false},
	} {
		if respelt := s.add(x.frame, x.symbol, x.key); respelt != x.respelt {
			t.Errorf("frame %d: respelt is %v", x.frame, respelt)
		}
	}
	if want := []ChartChord{{0, "N.C."}, {2, "D#m"}, {4, "A#m"}}; !reflect.DeepEqual(s.chords, want) {
		t.Errorf("the song is %v, want %v", s.chords, want)
	}
	for i := range int64(charted) {
		s.add(10+i, []string{"C", "F"}[i%2], key)
	}
	if n := len(s.chords); n != charted || s.chords[n-1].Frame != 9+charted {
		t.Errorf("%d chords, the last of them %v", n, s.chords[n-1])
	}
}

// A page that joins late is told all chords of the jam, also those of frames that are long gone. One that was there is told
// when they are spelt in another way.
func TestChartOfAPage(t *testing.T) {
	s, _ := serve(t)
	conn := look(t, s, enter(t, s))
	scale := []uint8{66, 68, 70, 71, 73, 75, 77, 78} // F# major
	for i := range 400 {
		r := jam.FrameReport{Frame: int64(i), Line: time.Duration(i), Symbol: "Ebm", Melody: jam.MelodyOnset(scale[i/4%len(scale)])}
		if i >= 300 {
			r.Symbol = "Bbm"
		}
		s.frame(r)
	}
	respelt := 0
	for frame := -1.0; frame < 399; {
		_, text, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		checkMessage(t, m)
		switch m["type"] {
		case "frame":
			frame = m["frame"].(float64)
		case "chart":
			respelt++
		}
	}
	if respelt != 1 {
		t.Errorf("the chords were spelt anew %d times, want once", respelt)
	}
	v := s.view()
	s.mu.Lock()
	defer s.mu.Unlock()
	if got, want := s.hello(v, 1).Chords, []ChartChord{{0, "D#m"}, {300, "A#m"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("hello has the chords %v, want %v", got, want)
	}
}
