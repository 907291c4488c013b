package midiio

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"jamd/jam"
	"jamd/jam/jamtest"
	"jamd/midi"
)

// FuzzJam plays any bytes into a whole jam on a virtual clock: through the parser and, where the first byte says so, a clock that
// is followed, into the loop, and to the ledger of a synth, together with what the player plays. Of each packet the
// first byte is the wait before it and the second its length. Whatever comes, no note is left sounding, and the
// melody ends with the player's last key.
func FuzzJam(f *testing.F) {
	f.Add([]byte("\x00\x00\x03\x90\x3c\x40\x20\x03\x80\x3c\x40"))
	f.Add([]byte("\x01\x00\x02\xfa\xf8\x05\x01\xf8\x05\x04\xf8\x90\x3c\x40\x05\x03\xf2\x10\x00\x05\x01\xfb\x05\x01\xf8\x05\x01\xfc"))
	f.Add([]byte("\x02\x00\x05\x90\x3c\x90\x40\x40\x80\x03\xb0\x40\x7f\xff\x03\xb0\x7b\x00"))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) == 0 {
			return
		}
		synctest.Test(t, func(t *testing.T) { playBytes(t, script[0], script[1:min(len(script), 500)]) })
	})
}

func playBytes(t *testing.T, kind byte, script []byte) {
	clock := jam.NewSystemClock()
	heard := &synth{on: map[[2]byte]int{}}
	out := NewOut(heard)
	inbox := jam.NewQueue[jam.Event](128)
	entries := jam.NewReader(1 << 12)
	settings := jam.DefaultSettings()
	settings.Listen, settings.MelodyChannels = int(kind>>4), jam.AllChannels
	settings.Bass, settings.Metronome = kind&4 != 0, kind&8 != 0
	policy := jamtest.NewPolicy(1)
	policy.Remember = false
	config := jam.LoopConfig{
		Settings: settings, Policy: policy, Output: out, Inbox: inbox, Clock: clock,
		Readers: []*jam.Reader{entries},
	}
	cable := NewCable(clock.Now, func(e jam.Event) {
		inbox.TrySend(e)
		if kind&2 != 0 {
			_ = out.Send(e.Status, e.Data1, e.Data2) // sent through: what is no channel message never comes here
		}
	})
	if kind&1 != 0 {
		receiver, err := NewClockReceiver(settings.Tempo, clock.Wake)
		if err != nil {
			t.Fatal(err)
		}
		cable.SendClockTo(receiver)
		config.Transport = receiver
	}
	loop, err := jam.NewLoop(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan jam.Summary)
	go func() {
		summary, err := loop.Run(ctx)
		if err != nil {
			t.Error(err)
		}
		ended <- summary
	}()
	for len(script) >= 2 {
		time.Sleep(time.Duration(script[0]) * 2 * time.Millisecond)
		n := min(int(script[1]), len(script)-2)
		if err := cable.Packet(script[2 : 2+n]); err != nil {
			t.Fatal(err)
		}
		script = script[2+n:]
	}
	for _, controller := range []byte{midi.SustainPedal, midi.SostenutoPedal, midi.AllNotesOff} {
		for channel := range byte(16) {
			_ = cable.Send(midi.ControlChange|channel, controller, 0)
		}
	}
	time.Sleep(time.Second)
	cancel()
	summary := <-ended
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if n := heard.sounding(); n != 0 {
		t.Fatalf("%d notes are left sounding", n)
	}
	if kind&1 == 0 && summary.Melody != jam.Silence && summary.Frames > 0 {
		t.Fatalf("the melody ends with token %d", summary.Melody)
	}
	entries.Close()
	last := jam.FrameReport{Frame: -1}
	for e := range entries.C() {
		r := e.Report
		if e.Kind != jam.EntryReport {
			continue
		}
		if kind&1 == 0 && r.Frame != last.Frame+1 || r.Missed && r.Held {
			t.Fatalf("%+v after frame %d", r, last.Frame)
		}
		last = r
	}
}
