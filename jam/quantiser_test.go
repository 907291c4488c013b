package jam

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// played are events as a test writes them, in milliseconds on a grid of 100 ms a frame (150 BPM).
type played struct {
	ms                   int
	status, data1, data2 byte
}

func on(ms int, pitch byte) played    { return played{ms, 0x90, pitch, 100} }
func off(ms int, pitch byte) played   { return played{ms, 0x80, pitch, 0} }
func pedal(ms int, value byte) played { return played{ms, 0xB0, 64, value} }
func tokensText(ts []MelodyToken) string {
	var words []string
	for _, m := range ts {
		p, ok := m.Pitch()
		switch {
		case !ok:
			words = append(words, "-")
		case m.IsOnset():
			words = append(words, fmt.Sprint(p))
		default:
			words = append(words, "=")
		}
	}
	return strings.Join(words, " ")
}

func quantise(t testing.TB, frames int64, events ...played) []MelodyToken {
	q := newQuantiser(grid(t, 0, 150), AllChannels)
	for _, e := range events {
		q.push(Event{time.Duration(e.ms) * time.Millisecond, e.status, e.data1, e.data2})
	}
	var out []MelodyToken
	for f := range frames {
		token, _ := q.close(f)
		out = append(out, token)
	}
	return out
}

func TestQuantiser(t *testing.T) {
	for name, c := range map[string]struct {
		events []played
		want   string
	}{
		"a note":                       {[]played{on(0, 60), off(300, 60)}, "60 = = - -"},
		"on and off go to the nearest": {[]played{on(149, 60), off(351, 60)}, "- 60 = = -"},
		"half goes up":                 {[]played{on(150, 60), off(350, 60)}, "- - 60 = -"},
		"one frame at least":           {[]played{on(110, 60), off(130, 60)}, "- 60 - - -"},
		"velocity 0 is an off":         {[]played{on(0, 60), {200, 0x90, 60, 0}}, "60 = - - -"},
		"repeated":                     {[]played{on(0, 60), off(90, 60), on(110, 60), off(200, 60)}, "60 60 - - -"},
		"on again without an off":      {[]played{on(0, 60), on(200, 60), off(300, 60)}, "60 = 60 - -"},
		"legato":                       {[]played{on(0, 60), on(200, 62), off(220, 60), off(400, 62)}, "60 = 62 = -"},
		"an overlapped note does not come back": {
			[]played{on(0, 60), on(100, 64), off(200, 64), off(400, 60)}, "60 64 - - -"},
		"a chord counts as its top note": {
			[]played{on(100, 60), on(104, 67), on(108, 64), off(300, 60), off(300, 64), off(400, 67)}, "- 67 = = -"},
		"a short chord too": {
			[]played{on(100, 67), on(101, 60), off(130, 67), off(131, 60)}, "- 67 - - -"},
		"an ornament gives way": {
			[]played{on(60, 66), off(95, 66), on(100, 64), off(300, 64)}, "- 64 = - -"},
		"pedal keeps a note until it is lifted": {
			[]played{pedal(0, 127), on(0, 60), off(100, 60), pedal(300, 0)}, "60 = = - -"},
		"pedal keeps a note until the next": {
			[]played{pedal(0, 127), on(0, 60), off(100, 60), on(200, 62), off(300, 62), pedal(400, 0)}, "60 = 62 = -"},
		"a pedal that is late keeps nothing": {
			[]played{on(0, 60), off(10, 60), pedal(20, 127)}, "60 - - - -"},
		"pedal up does not end a held key": {
			[]played{pedal(0, 127), on(0, 60), pedal(100, 0), off(300, 60)}, "60 = = - -"},
		"reset of controllers lifts the pedal": {
			[]played{pedal(0, 127), on(0, 60), off(100, 60), {200, 0xB0, 121, 0}}, "60 = - - -"},
		"all notes off": {[]played{on(0, 60), {200, 0xB0, 123, 0}}, "60 = - - -"},
		"all sound off": {[]played{pedal(0, 127), on(0, 60), off(90, 60), {200, 0xB0, 120, 0}}, "60 = - - -"},
		"all notes off leaves what the pedal holds": {
			[]played{pedal(0, 127), on(0, 60), off(90, 60), {90, 0xB0, 123, 0}, pedal(300, 0)}, "60 = = - -"},
		"all notes off does not lift the pedal": {
			[]played{pedal(0, 127), on(0, 60), off(90, 60), {90, 0xB0, 123, 0}, on(200, 62), off(250, 62), pedal(400, 0)}, "60 = 62 = -"},
		"all notes off releases keys onto the pedal": {
			[]played{pedal(0, 127), on(0, 60), {100, 0xB0, 123, 0}, pedal(300, 0)}, "60 = = - -"},
		"all sound off does not lift the pedal": {
			[]played{pedal(0, 127), on(0, 60), {100, 0xB0, 120, 0}, on(200, 62), off(250, 62), pedal(400, 0)}, "60 - 62 = -"},
		"mono on is all notes off": {[]played{on(0, 60), {200, 0xB0, 126, 1}}, "60 = - - -"},
		"poly on is all notes off": {[]played{on(0, 60), {200, 0xB0, 127, 0}}, "60 = - - -"},
		"local control is not":     {[]played{on(0, 60), {100, 0xB0, 122, 0}, off(300, 60)}, "60 = = - -"},
		"sostenuto keeps the keys that are down": {
			[]played{on(0, 60), {50, 0xB0, 66, 127}, off(100, 60), {300, 0xB0, 66, 0}}, "60 = = - -"},
		"sostenuto keeps a note of an earlier frame": {
			[]played{on(0, 60), {150, 0xB0, 66, 127}, off(190, 60), {400, 0xB0, 66, 0}}, "60 = = = -"},
		"sostenuto does not keep later keys": {
			[]played{{0, 0xB0, 66, 127}, on(0, 60), off(100, 60), {300, 0xB0, 66, 0}}, "60 - - - -"},
		"sostenuto again catches nothing more": {
			[]played{on(0, 50), {10, 0xB0, 66, 127}, on(100, 60), {110, 0xB0, 66, 127}, off(200, 60)}, "50 60 - - -"},
		"all notes off leaves what sostenuto holds": {
			[]played{on(0, 60), {50, 0xB0, 66, 127}, {100, 0xB0, 123, 0}, {300, 0xB0, 66, 0}}, "60 = = - -"},
		"reset of controllers lifts sostenuto": {
			[]played{on(0, 60), {50, 0xB0, 66, 127}, off(100, 60), {200, 0xB0, 121, 0}}, "60 = - - -"},
		"an MPE master's pedal holds its members": {
			[]played{{0, 0xB0, 64, 127}, {0, 0x91, 60, 100}, {100, 0x81, 60, 0}, {300, 0xB0, 64, 0}}, "60 = = - -"},
		"an upper MPE master's too": {
			[]played{{0, 0xBF, 64, 127}, {0, 0x9E, 60, 100}, {100, 0x8E, 60, 0}, {300, 0xBF, 64, 0}}, "60 = = - -"},
		"a master's sostenuto": {
			[]played{{0, 0x91, 60, 100}, {50, 0xB0, 66, 127}, {100, 0x81, 60, 0}, {300, 0xB0, 66, 0}}, "60 = = - -"},
		"a channel that plays is no master": {
			[]played{on(-300, 40), off(-200, 40), {0, 0xB0, 64, 127}, {0, 0x91, 60, 100}, {100, 0x81, 60, 0}, {300, 0xB0, 64, 0}}, "60 - - - -"},
		"a configured zone ends with its members": {
			[]played{{-90, 0xB0, 101, 0}, {-90, 0xB0, 100, 6}, {-90, 0xB0, 6, 4}, {0, 0xB0, 64, 127},
				{0, 0x94, 60, 100}, {100, 0x84, 60, 0}, {200, 0x95, 62, 100}, {300, 0x85, 62, 0}, {400, 0xB0, 64, 0}}, "60 = 62 - -"},
		"off without an on":    {[]played{off(0, 60), on(100, 62), off(150, 61), off(300, 62)}, "- 62 = - -"},
		"offs go by channel":   {[]played{on(0, 60), {100, 0x81, 60, 0}, off(300, 60)}, "60 = = - -"},
		"pedals go by channel": {[]played{{0, 0xB1, 64, 127}, on(0, 60), off(100, 60)}, "60 - - - -"},
		"data above 127 is no event": {
			[]played{{0, 0x90, 60, 0x90}, {0, 0x90, 0x90, 60}}, "- - - - -"},
		"other messages are not heard": {
			[]played{{0, 0xE0, 60, 60}, {0, 0xC0, 60, 0}, {0, 0xF8, 60, 60}, {0, 0xB0, 1, 60}}, "- - - - -"},
		"a little back in time":        {[]played{on(152, 60), off(251, 60), on(249, 62), off(400, 62)}, "- - 60 62 -"},
		"before the start, sounding":   {[]played{on(-400, 60), off(200, 60)}, "60 = - - -"},
		"before the start, over":       {[]played{on(-400, 60), off(-200, 60)}, "- - - - -"},
		"an anticipated first note":    {[]played{on(-40, 60), off(100, 60)}, "60 - - - -"},
		"a held note before the start": {[]played{on(-400, 60), on(0, 62), off(200, 62)}, "62 = - - -"},
		"a wrong stamp far ahead":      {[]played{on(1e9, 50), on(100, 60), off(300, 60)}, "- 60 = - -"},
	} {
		if got := tokensText(quantise(t, 5, c.events...)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestQuantiserHearsItsChannels(t *testing.T) {
	q := newQuantiser(grid(t, 0, 150), 1<<2|1<<5)
	for channel := range byte(16) {
		q.push(Event{At: time.Duration(channel) * 100 * time.Millisecond, Status: 0x90 | channel, Data1: 60 + channel, Data2: 90})
	}
	for f := range int64(16) {
		token, velocity := q.close(f)
		if onset := f == 2 || f == 5; token.IsOnset() != onset || (velocity == 90) != onset {
			t.Errorf("frame %d: token %d, velocity %d", f, token, velocity)
		}
	}
}

func TestQuantiserCountsLateEventsInTheNextFrame(t *testing.T) {
	q := newQuantiser(grid(t, 0, 150), AllChannels)
	q.close(0)
	q.push(Event{0, 0x90, 60, 100})
	if got, _ := q.close(1); got != MelodyOnset(60) {
		t.Errorf("token %d", got)
	}
}

// The reader of the training data (monophonic in train/data/corpora/song.py) takes the highest note at a shared onset, and a later
// note ends the one before. Notes written on the grid must be heard as it reads them.
func TestQuantiserReadsAsTheTrainingData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type note struct {
			start, end int64
			pitch      byte
		}
		notes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) note {
			start := rapid.Int64Range(0, 40).Draw(t, "start")
			return note{start, start + rapid.Int64Range(1, 12).Draw(t, "duration"), byte(rapid.IntRange(0, 127).Draw(t, "pitch"))}
		}), 0, 20).Draw(t, "notes")
		// A key can only be down once.
		for i := 0; i < len(notes); i++ {
			for j := range notes[:i] {
				a, b := notes[i], notes[j]
				if a.pitch == b.pitch && a.start <= b.end && b.start <= a.end {
					notes = slices.Delete(notes, i, i+1)
					i--
					break
				}
			}
		}
		want := make([]MelodyToken, 60)
		slices.SortStableFunc(notes, func(a, b note) int { return int(a.start-b.start)*256 + int(a.pitch) - int(b.pitch) })
		for _, n := range notes {
			for f := n.start; f < 60; f++ {
				switch {
				case f == n.start:
					want[f] = MelodyOnset(n.pitch)
				case f < n.end:
					want[f] = MelodyHold(n.pitch)
				default:
					want[f] = Silence
				}
			}
		}
		g, _ := NewGrid(0, 150)
		q := newQuantiser(g, AllChannels)
		var events []Event
		for _, n := range notes {
			events = append(events, Event{g.Line(n.start), 0x90, n.pitch, 80}, Event{g.Line(n.end), 0x80, n.pitch, 0})
		}
		slices.SortStableFunc(events, func(a, b Event) int { return int(a.At - b.At) })
		for _, e := range events {
			q.push(e)
		}
		var got []MelodyToken
		for f := range int64(60) {
			token, _ := q.close(f)
			got = append(got, token)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v\nheard %s\n want %s", notes, tokensText(got), tokensText(want))
		}
	})
}

// A flood in one frame is folded together, but what it leaves sounding is right.
func TestQuantiserFlood(t *testing.T) {
	q := newQuantiser(grid(t, 0, 150), AllChannels)
	for i := range 10_000 {
		pitch := byte(i / 2 % 128)
		status := byte(0x90 - i%2*0x10)
		q.push(Event{time.Duration(i) * 10 * time.Microsecond, status, pitch, 100})
	}
	q.push(Event{100 * time.Millisecond, 0x90, 60, 100})
	q.push(Event{300 * time.Millisecond, 0x80, 60, 0})
	var got []MelodyToken
	for f := range int64(5) {
		token, _ := q.close(f)
		got = append(got, token)
	}
	if text := tokensText(got[1:]); text != "60 = - -" {
		t.Errorf("after a flood: %s", text)
	}
}

func TestQuantiserLetGo(t *testing.T) {
	q := newQuantiser(grid(t, 0, 150), AllChannels)
	q.push(Event{0, 0xB0, 64, 127})
	q.push(Event{0, 0x90, 60, 100})
	first, _ := q.close(0)
	q.resync()
	second, _ := q.close(1)
	q.push(Event{200 * time.Millisecond, 0x90, 62, 100})
	q.push(Event{200 * time.Millisecond, 0x80, 62, 0}) // and the pedal is forgotten
	third, _ := q.close(2)
	fourth, _ := q.close(3)
	if got := tokensText([]MelodyToken{first, second, third, fourth}); got != "60 - 62 -" {
		t.Error(got)
	}
}

func TestQuantiserAllocatesNothing(t *testing.T) {
	q := newQuantiser(grid(t, 0, 150), AllChannels)
	f := int64(0)
	if n := testing.AllocsPerRun(1000, func() {
		at := time.Duration(f) * 100 * time.Millisecond
		for i := range byte(30) {
			q.push(Event{at, 0x90, 60 + i, 100})
			q.push(Event{at, 0x80, 60 + i, 0})
		}
		q.close(f)
		f++
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// Whatever comes, the melody is well formed: a hold only follows its own note, and silence follows all notes off.
func FuzzQuantiser(f *testing.F) {
	f.Add([]byte("\x00\x00\x90\x3c\x40\x00\x10\x80\x3c\x40"))
	f.Add([]byte("\x00\x00\xb0\x40\x7f\x00\x10\x90\x3c\x40\x00\x20\x80\x3c\x40"))
	f.Fuzz(func(t *testing.T, data []byte) {
		g := grid(t, 0, 400)
		q := newQuantiser(g, AllChannels)
		before := Silence
		at, frame := time.Duration(0), int64(0)
		closeFrame := func() MelodyToken {
			token, _ := q.close(frame)
			frame++
			pitch, sounds := token.Pitch()
			if last, sounded := before.Pitch(); sounds && !token.IsOnset() && (!sounded || last != pitch) {
				t.Fatalf("frame %d: token %d after %d", frame, token, before)
			}
			before = token
			return token
		}
		data = data[:min(len(data), 10_000)]
		for ; len(data) >= 5; data = data[5:] {
			step := int16(binary.BigEndian.Uint16(data))
			at += time.Duration(step) * 10 * time.Microsecond
			if step == -1 {
				at = time.Duration(binary.LittleEndian.Uint32(data[1:])) << 30 // anywhere
			}
			q.push(Event{at, data[2], data[3], data[4]})
			for n := 0; n < 20 && q.nearest(at) > frame; n++ {
				closeFrame()
			}
		}
		for channel := range byte(16) {
			q.push(Event{g.Line(frame), 0xB0 | channel, 123, 0})
		}
		q.resync() // for events that are stamped far ahead
		closeFrame()
		if closeFrame() != Silence {
			t.Fatal("a note is stuck")
		}
	})
}
