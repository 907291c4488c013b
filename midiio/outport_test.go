package midiio

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
)

// An output that moves leaves nothing sounding behind, takes what sounds with it, and reconnects at the new port.
func TestMoveTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{tells: true}
		r.set("Synth 20:0", "Piano 24:0")
		changes := jam.NewQueue[Change](8)
		out, err := openReconnectingOut(r.output, "Synth", Reconnect{Changes: changes})
		if err != nil {
			t.Fatal(err)
		}
		send := func(status, data1, data2 byte) {
			t.Helper()
			if err := out.Send(status, data1, data2); err != nil {
				t.Error(err)
			}
		}
		send(0x91, 60, 70)
		if err := out.moveTo(r.output, "Organ", Reconnect{Changes: changes}); !errors.Is(err, ErrPortNotFound) {
			t.Errorf("to what is not there: %v", err)
		}
		synth := r.on("Synth 20:0")
		send(0x91, 64, 70) // all goes on as it was
		if want := [3]byte{0x91, 64, 70}; synth.sent[len(synth.sent)-1] != want {
			t.Errorf("after a move that failed the port hears % X", synth.sent)
		}

		if err := out.moveTo(r.output, "Piano", Reconnect{Changes: changes}); err != nil || out.Info().Name != "Piano" {
			t.Fatal(out.Info(), err)
		}
		want := [][3]byte{{0x81, 60, 0}, {0x81, 64, 0}, {0xB1, 64, 0}, {0xB1, 123, 0}, {0xB1, 120, 0}}
		if got := synth.sent[2:]; !slices.Equal(got, want) || !synth.closed {
			t.Errorf("the port left behind hears % X, want % X; closed: %v", got, want, synth.closed)
		}
		piano := r.on("Piano 24:0")
		piano.sent = nil // the sweep
		send(0x91, 67, 70)
		want = [][3]byte{{0x91, 60, 70}, {0x91, 64, 70}, {0x91, 67, 70}}
		if !slices.Equal(piano.sent, want) {
			t.Errorf("the new port hears % X, want % X", piano.sent, want)
		}

		r.set("Synth 20:0") // the one left behind is nothing to the reconnector, the new one is
		time.Sleep(twice)
		if err := out.Clock().Send(jam.ClockPulse, 0, 0); err != nil {
			t.Errorf("a clock to a port that is gone: %v", err)
		}
		r.set("Synth 20:0", "Piano 28:0")
		time.Sleep(twice)
		if got := told(changes); !slices.Equal(got, []string{"gone Piano 24:0", "back Piano 28:0"}) {
			t.Errorf("told %q", got)
		}
		if err := out.moveTo(r.output, VirtualOut, Reconnect{}); err != nil || out.Info().Name != VirtualOut {
			t.Errorf("to a port of our own: %v, %v", out.Info(), err)
		}
		if err := out.moveTo(r.output, "Synth", Reconnect{}); err != nil {
			t.Error(err)
		}
		if err := out.Close(); err != nil || r.open() != 0 {
			t.Errorf("Close: %v, %d devices open", err, r.open())
		}
		for _, name := range []string{"Synth", "a port that is missing", VirtualOut} {
			if err := out.moveTo(r.output, name, Reconnect{}); !errors.Is(err, ErrClosed) {
				t.Errorf("after Close, to %s: %v", name, err)
			}
		}
		synctest.Wait()
		if r.open() != 0 {
			t.Errorf("%d devices open", r.open())
		}
	})
}

func TestLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{}
		r.set("Keys 24:0")
		b := newInbox()
		in, err := openReconnectingIn(r.input, "Keys", b.now, b.receive, Reconnect{})
		if err != nil {
			t.Fatal(err)
		}
		r.on("Keys 24:0").receive([]byte{0x90, 60, 100})
		if err := in.Leave(); err != nil {
			t.Error(err)
		}
		want := [][3]byte{{0x90, 60, 100}, {0x80, 60, 0}, {0xB0, 64, 0}, {0xB0, 123, 0}}
		if got := statuses(b.events); !slices.Equal(got, want) || r.open() != 0 {
			t.Errorf("heard % X, want % X; %d devices open", got, want, r.open())
		}
	})
}
