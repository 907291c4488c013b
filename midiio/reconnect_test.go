package midiio

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
	"jamd/midi"
)

// twice is within what a player is promised: 2 s.
const twice = 2 * rescan

func TestReconnectingIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{tells: true}
		r.set("Through 14:0", "Keys 24:0")
		b := newInbox()
		changes := jam.NewQueue[Change](8)
		in, err := openReconnectingIn(r.input, "key", b.now, b.receive, Reconnect{Changes: changes})
		if err != nil || in.Info().Name != "Keys" {
			t.Fatal(in, err)
		}
		r.on("Keys 24:0").receive([]byte{0x90, 60, 100, 0x92, 64, 90, 0x92, 65, 90, 0x82, 65, 0, 0xB2, 64, 127})
		time.Sleep(10 * time.Second)
		if got := told(changes); got != nil {
			t.Errorf("told %q of a port that stays", got)
		}
		b.events = nil

		r.set("Through 14:0")
		time.Sleep(twice)
		synctest.Wait()
		want := [][3]byte{{0x80, 60, 0}, {0xB0, 64, 0}, {0xB0, 123, 0}, {0x82, 64, 0}, {0xB2, 64, 0}, {0xB2, 123, 0}}
		if got := statuses(b.events); !slices.Equal(got, want) {
			t.Errorf("let go with % X, want % X", got, want)
		}
		if got := told(changes); !slices.Equal(got, []string{"gone Keys 24:0"}) {
			t.Errorf("told %q", got)
		}
		b.events = nil

		r.set("Through 14:0", "Keys 28:0") // another socket
		time.Sleep(twice)
		synctest.Wait()
		r.on("Keys 28:0").receive([]byte{0x90, 62, 1})
		if got := statuses(b.events); !slices.Equal(got, [][3]byte{{0x90, 62, 1}}) || in.Info().Address != "28:0" {
			t.Errorf("heard % X on %v", got, in.Info())
		}
		if got := told(changes); !slices.Equal(got, []string{"back Keys 28:0"}) {
			t.Errorf("told %q", got)
		}

		r.blink()
		time.Sleep(twice)
		synctest.Wait()
		if got := told(changes); !slices.Equal(got, []string{"gone Keys 28:0", "back Keys 28:0"}) || r.on("Keys 28:0") == nil {
			t.Errorf("quickly unplugged and plugged: told %q", got)
		}
		if err := in.Close(); err != nil || r.open() != 0 {
			t.Errorf("Close: %v, %d devices open", err, r.open())
		}
		if err := in.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	})
}

// What came too fast is let go where it was held, and told.
func TestOverrun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{}
		r.set("Keys 24:0")
		b := newInbox()
		changes := jam.NewQueue[Change](8)
		in, err := openReconnectingIn(r.input, "Keys", b.now, b.receive, Reconnect{Changes: changes})
		if err != nil {
			t.Fatal(err)
		}
		d := r.on("Keys 24:0")
		d.receive([]byte{0x90, 60, 100})
		d.receive(nil)
		d.receive([]byte{0x90, 62, 100})
		want := [][3]byte{{0x90, 60, 100}, {0x80, 60, 0}, {0xB0, 64, 0}, {0xB0, 123, 0}, {0x90, 62, 100}}
		if got := statuses(b.events); !slices.Equal(got, want) {
			t.Errorf("heard % X", got)
		}
		if got := told(changes); !slices.Equal(got, []string{"overrun Keys 24:0"}) {
			t.Errorf("told %q", got)
		}
		_ = in.Close()
	})
}

func TestReconnectWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{}
		r.set("Keys 24:0", "Keys 28:0", "Other 32:0")
		b := newInbox()
		if _, err := openReconnectingIn(r.input, "Piano", b.now, b.receive, Reconnect{}); !errors.Is(err, ErrPortNotFound) || r.open() != 0 {
			t.Errorf("without waiting: %v, %d devices open", err, r.open())
		}
		if _, err := openReconnectingOut(r.output, "Keys", Reconnect{Wait: true}); !errors.Is(err, ErrPortAmbiguous) || r.open() != 0 {
			t.Errorf("an ambiguous name is no reason to wait: %v, %d devices open", err, r.open())
		}
		changes := jam.NewQueue[Change](8)
		in, err := openReconnectingIn(r.input, "piano", b.now, b.receive, Reconnect{Changes: changes, Wait: true})
		if err != nil || in.Info().Name != "piano" {
			t.Fatal(in, err)
		}
		time.Sleep(time.Minute)
		r.set("Grand Piano 36:0")
		time.Sleep(twice)
		if got := told(changes); !slices.Equal(got, []string{"awaited piano", "back Grand Piano 36:0"}) {
			t.Errorf("told %q", got)
		}
		if err := errors.Join(in.Close(), in.Close()); err != nil || r.open() != 0 {
			t.Errorf("Close: %v, %d devices open", err, r.open())
		}
		in, err = openReconnectingIn(r.input, "nobody", b.now, b.receive, Reconnect{Wait: true})
		if err != nil || in.Close() != nil || r.open() != 0 {
			t.Errorf("never found: %v, %d devices open", err, r.open())
		}
	})
}

// Which port is taken for the one that left.
func TestFind(t *testing.T) {
	tests := []struct {
		name   string
		port   string
		others []string
		have   []string
		want   string
	}{
		{"the same", "Keys 24:0", nil, []string{"Keys 28:0", "Keys 24:0"}, "Keys 24:0"},
		{"another address", "Keys 24:0", nil, []string{"Synth 24:0", "Keys 28:0"}, "Keys 28:0"},
		{"a longer name is another", "Keys 24:0", nil, []string{"Keys Two 28:0"}, ""},
		{"its twin was there before", "Keys 24:0", []string{"Keys 24:0", "Keys 28:0"}, []string{"Keys 28:0"}, ""},
		{"beside its twin", "Keys 24:0", []string{"Keys 24:0", "Keys 28:0"}, []string{"Keys 28:0", "Keys 32:0"}, "Keys 32:0"},
		{"two new ones", "Keys 24:0", nil, []string{"Keys 28:0", "Keys 32:0"}, ""},
		{"another process", "FLUID Synth (4711):Synth input port (4711:0) 128:0", nil,
			[]string{"FLUID Synth (4800):Synth input port (4800:0) 129:0"}, "FLUID Synth (4800):Synth input port (4800:0) 129:0"},
		{"nothing", "Keys 24:0", nil, nil, ""},
	}
	infos := func(full []string) (list []PortInfo) {
		for _, f := range full {
			list = append(list, portInfo(f))
		}
		return list
	}
	for _, test := range tests {
		r := &reconnector{port: portInfo(test.port), others: infos(test.others)}
		got, ok := r.find(infos(test.have))
		if ok != (test.want != "") || ok && got != portInfo(test.want) {
			t.Errorf("%s: %v, %v", test.name, got, ok)
		}
	}
}

func TestReconnectingOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{tells: true}
		r.set("Synth 128:0")
		changes := jam.NewQueue[Change](8)
		out, err := openReconnectingOut(r.output, "synth", Reconnect{Changes: changes})
		if err != nil {
			t.Fatal(err)
		}
		send := func(messages ...[3]byte) {
			t.Helper()
			for _, m := range messages {
				if err := out.Send(m[0], m[1], m[2]); err != nil {
					t.Fatal(err)
				}
			}
		}
		send([3]byte{0x91, 48, 70}, [3]byte{0x91, 52, 70}, [3]byte{0x91, 55, 70})
		r.set()
		time.Sleep(twice)
		send([3]byte{0x81, 52, 0}, [3]byte{0x91, 51, 71}) // nobody hears C minor
		if out.Sounding() != 3 || !slices.Equal(told(changes), []string{"gone Synth 128:0"}) {
			t.Errorf("gone: %d sound", out.Sounding())
		}
		r.set("Synth 129:0")
		time.Sleep(twice)
		d := r.on("Synth 129:0")
		if d == nil || len(d.sent) != 3+128 || out.Info().Address != "129:0" || !slices.Equal(told(changes), []string{"back Synth 129:0"}) {
			t.Fatalf("back: %+v", d)
		}
		d.sent = nil
		send([3]byte{0x81, 55, 0}, [3]byte{0x91, 56, 72}, [3]byte{0x91, 60, 72}) // A flat: common tones were not heard
		want := [][3]byte{{0x81, 55, 0}, {0x91, 48, 70}, {0x91, 51, 71}, {0x91, 56, 72}, {0x91, 60, 72}}
		if !slices.Equal(d.sent, want) {
			t.Errorf("the first chord of a synth that is back is % X, want % X", d.sent, want)
		}
		r.set()
		time.Sleep(twice)
		if err := out.Close(); err != nil || r.open() != 0 {
			t.Errorf("closing what is gone: %v, %d devices open", err, r.open())
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Whatever a synth goes through, what it sounds after the first note on since its return is what the ledger says, and
// nothing after Close.
func TestReconnectingOutBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := newOut(nil, PortInfo{})
		var s *synth
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				s = &synth{on: map[[2]byte]int{}}
				if o.used[0] && rapid.Bool().Draw(t, "left sounding") {
					s.on[[2]byte{0, 61}] = 1
				}
				o.connect(s, PortInfo{})
			case 1:
				s = nil
				o.disconnect()
			default:
				status := rapid.SampledFrom([]byte{midi.NoteOn, midi.NoteOff}).Draw(t, "kind")
				velocity := rapid.ByteRange(1, 127).Draw(t, "velocity")
				if err := o.Send(status, 60+rapid.ByteMax(3).Draw(t, "pitch"), velocity); err != nil {
					t.Fatal(err)
				}
				if s != nil && status == midi.NoteOn && s.sounding() != o.Sounding() {
					t.Fatalf("the synth sounds %d notes, the ledger %d", s.sounding(), o.Sounding())
				}
			}
		}
		if err := o.Close(); err != nil || s != nil && s.sounding() != 0 || o.Sounding() != 0 {
			t.Fatalf("Close: %v, %d in the ledger", err, o.Sounding())
		}
	})
}
