package midiio

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"jamd/jam"
	"jamd/midi"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

// TestClockGolden tells a receiver what each line of a script says and compares what it answers with the golden file.
// Times are in ms; "pulses N" come every 20 ms, which is 125 BPM, "slow N" at half that tempo, "burst N" at one time.
func TestClockGolden(t *testing.T) {
	scripts := []struct{ name, script string }{
		{"start, stop, continue", "start; pulses 30; stop; pulses 10; continue; pulses 20"},
		{"no start", "pulses 60"},
		{"start in a ticking clock", "pulses 48; start; pulses 12"},
		{"double start before a pulse", "start; start; pulses 30"},
		{"double start while running", "start; pulses 30; start; pulses 13"},
		{"song position while stopped", "position 100; pulses 10; continue; pulses 12"},
		{"song position of two bytes", "position 1000; continue; pulses 1"},
		{"song position while running", "start; pulses 48; position 32; pulses 12"},
		{"continue while running", "start; pulses 20; continue; pulses 10"},
		{"stop before a pulse", "start; stop; pulses 12"},
		{"two pulses dropped", "start; pulses 50; wait 40; pulses 10"},
		{"a dropped beat", "start; pulses 50; wait 480; pulses 22"},
		{"freewheeling", "start; pulses 50; wait 900"},
		{"lost", "start; pulses 50; wait 1000"},
		{"lost and back", "start; pulses 50; wait 5000; pulses 50"},
		{"lost, back and continued", "start; pulses 50; wait 5000; pulses 24; continue; pulses 20"},
		{"started long before the first pulse", "pulses 24; start; wait 5000; pulses 24"},
		{"half the tempo", "start; pulses 48; slow 20"},
		{"pulses all at once", "start; burst 200"},
	}
	var got strings.Builder
	for _, s := range scripts {
		fmt.Fprintf(&got, "# %s\n", s.name)
		f, at := newReceiver(100), time.Second
		send := func(status byte, data ...byte) {
			data = append(data, 0, 0)
			f.Receive(at, status, data[0], data[1])
		}
		for _, step := range strings.Split(s.script, "; ") {
			word, n := "", 0
			_, _ = fmt.Sscan(step, &word, &n)
			switch word {
			case "start":
				send(jam.ClockStart)
			case "stop":
				send(jam.ClockStop)
			case "continue":
				send(jam.ClockContinue)
			case "position":
				_, data1, data2 := jam.SongPosition(int64(n))
				send(jam.ClockPosition, data1, data2)
			case "pulses", "slow", "burst":
				gap := map[string]time.Duration{"pulses": 20 * ms, "slow": 40 * ms}[word]
				for range n {
					at += gap
					send(jam.ClockPulse)
				}
			case "wait":
				at += time.Duration(n) * ms
			default:
				t.Fatalf("%q is no step", step)
			}
			seg, running, ok := f.Position(at)
			fmt.Fprintf(&got, "%-14s %6d ms: ", step, at/ms)
			switch {
			case running:
				fmt.Fprintf(&got, "line %d in %d ms, ", seg.Frame, (seg.At-at).Round(ms)/ms)
			default:
				fmt.Fprintf(&got, "stands before line %d, ", seg.Frame)
			}
			if ok {
				fmt.Fprintf(&got, "%.1f BPM", seg.BPM)
			} else {
				got.WriteString("no clock")
			}
			fmt.Fprintf(&got, ", %d dropped\n", f.Dropped())
		}
	}
	golden(t, "testdata/clock.golden", got.String())
}

// What a master of our own sends, byte by byte.
func TestClockOutGolden(t *testing.T) {
	grid, err := jam.NewGrid(time.Second, 120)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Second
	var got strings.Builder
	cable := NewCable(zeroClock, func(jam.Event) { t.Error("a clock became an event") })
	to := outputFunc(func(status, data1, data2 byte) error {
		message := []byte{status, data1, data2}[:1+midi.DataBytes(status)]
		fmt.Fprintf(&got, "%9.3f ms: %s\n", float64(at)/1e6, hex.EncodeToString(message))
		return cable.Send(status, data1, data2)
	})
	out := NewOut(to)
	clock := out.Clock()
	send := func(status, data1, data2 byte) {
		t.Helper()
		if err := clock.Send(status, data1, data2); err != nil {
			t.Error(err)
		}
	}
	send(jam.ClockStart, 0, 0)
	for n := range int64(8) {
		at = grid.Pulse(n)
		send(jam.ClockPulse, 0, 0)
	}
	send(jam.ClockStop, 0, 0)
	send(jam.SongPosition(1000))
	send(jam.ClockContinue, 0, 0)
	golden(t, "testdata/clockout.golden", got.String())
	if d := cable.Dropped(); d.Realtime != 11 || d.System != 1 || d.Broken != 0 {
		t.Errorf("nobody follows, and yet dropped is %+v", d)
	}

	for _, m := range [][3]byte{{0x90, 60, 1}, {0xF0, 0, 0}, {0xF2, 0x80, 0}, {0xF2, 0, 0xFF}, {0xFE, 0, 0}, {0xFF, 0, 0}} {
		if err := clock.Send(m[0], m[1], m[2]); !errors.Is(err, ErrNotAClockMessage) {
			t.Errorf("% X: %v", m, err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := clock.Send(jam.ClockPulse, 0, 0); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

type outputFunc func(status, data1, data2 byte) error

func (f outputFunc) Send(status, data1, data2 byte) error { return f(status, data1, data2) }

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

// A receiver at the other end of a cable hears our own clock: Start puts line 0 on its first pulse, notes come through
// beside it, and nothing of the clock counts as dropped.
func TestFollowOwnClock(t *testing.T) {
	var now time.Duration
	var heard []jam.Event
	cable := NewCable(func() time.Duration { return now }, func(e jam.Event) { heard = append(heard, e) })
	changes := 0
	f, err := NewClockReceiver(120, func() { changes++ })
	if err != nil {
		t.Fatal(err)
	}
	cable.SendClockTo(f)
	out := NewOut(cable)
	grid, err := jam.NewGrid(time.Second, 137)
	if err != nil {
		t.Fatal(err)
	}
	check(t, out.Clock().Send(jam.SongPosition(64)))
	check(t, out.Clock().Send(jam.ClockContinue, 0, 0))
	for n := range int64(100) {
		now = grid.Pulse(n)
		check(t, out.Clock().Send(jam.ClockPulse, 0, 0))
		check(t, out.Send(0x90, byte(n), 1))
		seg, running, ok := f.Position(now)
		line := (n + jam.PulsesPerFrame - 1) / jam.PulsesPerFrame
		if off := seg.At - grid.Line(line); n > 0 && (!running || !ok || seg.Frame != 64+line || off.Abs() > time.Microsecond) {
			t.Fatalf("pulse %d: %+v %v %v, line %d is at %v", n, seg, running, ok, line, grid.Line(line))
		}
	}
	check(t, out.Clock().Send(jam.ClockStop, 0, 0))
	if changes != 2 || len(heard) != 100 || cable.Dropped() != (midi.Dropped{}) {
		t.Errorf("%d changes, %d notes, %+v", changes, len(heard), cable.Dropped())
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestClockReceiverTempo(t *testing.T) {
	for _, bpm := range []float64{19, 401, math.NaN()} {
		if _, err := NewClockReceiver(bpm, nil); err == nil {
			t.Errorf("tempo %v is taken", bpm)
		}
	}
	// The ends of the range hold in spite of jitter; well beyond them there is no clock to follow.
	for bpm, want := range map[float64]bool{15: false, 20: true, 400: true, 500: false} {
		f := newReceiver(120)
		f.Receive(0, jam.ClockStart, 0, 0)
		for _, p := range (master{tempo: steady(bpm), jitter: 200 * time.Microsecond}).play(time.Second, 300) {
			f.Receive(p.at, jam.ClockPulse, 0, 0)
			seg, running, ok := f.Position(p.at)
			if p.number > 24 && (ok != want || running != want || ok && jam.CheckTempo(seg.BPM) != nil) {
				t.Fatalf("%v BPM, pulse %d: %+v %v %v", bpm, p.number, seg, running, ok)
			}
		}
	}
}

// anything gives a receiver what next returns until there is no more. Whatever it is, the tempo is one that jamd plays, or
// there is none; and a song that runs never goes back but by its master's word.
func anything(next func() (at time.Duration, status, data1, data2 byte, more bool)) error {
	moved := false
	f, err := NewClockReceiver(120, func() { moved = true })
	if err != nil {
		return err
	}
	var line int64
	was := false
	for {
		at, status, data1, data2, more := next()
		if !more {
			return nil
		}
		moved = false
		f.Receive(at, status, data1, data2)
		for _, now := range []time.Duration{at, at + 3*ms} {
			seg, running, ok := f.Position(now)
			switch {
			case running && !ok:
				return errors.New("running without a clock")
			case ok && jam.CheckTempo(seg.BPM) != nil:
				return fmt.Errorf("tempo %v", seg.BPM)
			case seg.Frame < 0:
				return fmt.Errorf("frame %d", seg.Frame)
			case running && was && !moved && seg.Frame < line:
				return fmt.Errorf("frame %d after %d at %v", seg.Frame, line, now)
			}
			line, was = seg.Frame, running
		}
		if f.Dropped() < 0 {
			return fmt.Errorf("%d pulses dropped", f.Dropped())
		}
	}
}

func TestClockReceiverSurvivesAnything(t *testing.T) {
	statuses := []byte{jam.ClockPulse, jam.ClockPulse, jam.ClockPulse, jam.ClockPulse, jam.ClockPulse, jam.ClockPulse,
		jam.ClockStart, jam.ClockContinue, jam.ClockStop, jam.ClockPosition, 0xFE, 0xFF}
	rapid.Check(t, func(t *rapid.T) {
		left := rapid.IntRange(0, 300).Draw(t, "messages")
		gap := time.Duration(rapid.Int64Range(0, int64(60*ms)).Draw(t, "gap"))
		at := time.Second
		err := anything(func() (time.Duration, byte, byte, byte, bool) {
			left--
			switch rapid.IntRange(0, 20).Draw(t, "kind") {
			case 0:
				gap = time.Duration(rapid.Int64Range(0, int64(60*ms)).Draw(t, "gap"))
			case 1:
				at += time.Duration(rapid.Int64Range(-int64(time.Second), int64(5*time.Second)).Draw(t, "jump"))
			}
			at += gap
			return at, rapid.SampledFrom(statuses).Draw(t, "status"), rapid.Byte().Draw(t, "lsb"), rapid.Byte().Draw(t, "msb"), left >= 0
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Each three bytes are a message and the time until the next.
func FuzzClockReceiver(f *testing.F) {
	f.Add([]byte{0xFA, 0, 1, 0xF8, 0, 20, 0xF8, 0, 20, 0xF8, 0, 20, 0xFC, 0, 5, 0xF2, 3, 1, 0xFB, 0, 1, 0xF8, 0, 20})
	f.Add([]byte{0xFA, 0, 0, 0xF8, 0, 0, 0xF8, 0, 0, 0xF8, 0, 255, 0xF8, 255, 255, 0xF8, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		at := time.Duration(0)
		if err := anything(func() (time.Duration, byte, byte, byte, bool) {
			if len(script) < 3 {
				return 0, 0, 0, 0, false
			}
			status, data, wait := script[0], script[1], script[2]
			script = script[3:]
			at += time.Duration(wait) * ms * time.Duration(1+data%8) / 2
			return at, status, data, wait, true
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestClockReceiverAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	var now time.Duration
	cable := NewCable(func() time.Duration { return now }, func(jam.Event) {})
	f := newReceiver(120)
	cable.SendClockTo(f)
	start, pulse, position := []byte{jam.ClockStart}, []byte{0x90, 60, jam.ClockPulse, 1}, []byte{jam.ClockPosition, 1, 2}
	_ = cable.Packet(start)
	if a := testing.AllocsPerRun(1000, func() {
		now += 20 * ms
		_ = cable.Packet(pulse)
		_ = cable.Packet(position)
		f.Position(now)
	}); a != 0 {
		t.Errorf("%v allocations a pulse", a)
	}
	if _, running, _ := f.Position(now); !running {
		t.Error("nothing was followed")
	}
}
