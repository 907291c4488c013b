package midiio

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jamd/jam"
	"jamd/midi"
	"jamd/midiio/alsa"
)

// The tests of this file need a real sequencer too: see real_test.go.

// virmidi takes VirMIDI's card out of the machine ("unbind") or puts it in ("bind"), as a plug would.
func virmidi(t *testing.T, what string) {
	t.Helper()
	if err := os.WriteFile("/sys/bus/platform/drivers/snd_virmidi/"+what, []byte("snd_virmidi.0"), 0); err != nil {
		t.Fatal(err)
	}
}

// await gives the next change, which must be this one, and how long it took.
func await(t *testing.T, changes *jam.Queue[Change], event PortEvent) time.Duration {
	t.Helper()
	start := time.Now()
	select {
	case c := <-changes.C():
		if c.Event != event {
			t.Errorf("told %v, not %v", c, event)
		}
	case <-time.After(patience):
		t.Fatalf("nobody told of %v", event)
	}
	return time.Since(start)
}

// A keyboard and a synth are unplugged while notes are held, and plugged in again.
func TestRealUnplug(t *testing.T) {
	needsSequencer(t)
	b := newInbox()
	heardOf, playedOf := jam.NewQueue[Change](8), jam.NewQueue[Change](8)
	in := must(OpenReconnectingIn("VirMIDI 0-0", b.now, b.receive, Reconnect{Changes: heardOf}))(t)
	defer in.Close()
	out := must(OpenReconnectingOut("VirMIDI 0-1", Reconnect{Changes: playedOf}))(t)
	defer out.Close()
	press := func(message ...byte) {
		keys := must(os.OpenFile("/dev/snd/midiC0D0", os.O_WRONLY, 0))(t)
		defer keys.Close()
		if _, err := keys.Write(message); err != nil {
			t.Fatal(err)
		}
	}
	clients, queues, files := 0, 0, 0
	for round := range 5 {
		b.events = nil
		press(0x90, 60, 100, 0xB0, 64, 127)
		b.wait(t, 2)
		_ = out.Send(0x91, 48, 70)
		virmidi(t, "unbind")
		took := await(t, heardOf, Gone)
		t.Log("the keyboard's loss was noticed after", took)
		await(t, playedOf, Gone)
		want := [][3]byte{{0x90, 60, 100}, {0xB0, 64, 127}, {0x80, 60, 0}, {0xB0, 64, 0}, {0xB0, 123, 0}}
		if got := statuses(b.wait(t, 5)); !slices.Equal(got, want) {
			t.Errorf("heard % X", got)
		}
		if err := out.Send(0x91, 52, 70); err != nil {
			t.Errorf("sending to what is gone: %v", err)
		}
		virmidi(t, "bind")
		t.Log("its return was noticed after", await(t, heardOf, Back))
		await(t, playedOf, Back)
		b.events = nil
		press(0x90, 62, 100)
		if e := b.wait(t, 1)[0]; e.Data1 != 62 {
			t.Errorf("heard %+v", e)
		}
		press(0x80, 62, 0)
		b.wait(t, 2)

		synth := must(os.Open("/dev/snd/midiC0D1"))(t)
		_ = out.Send(0x91, 55, 70)
		chord, got := []byte{0x91, 48, 70, 52, 70, 55, 70}, make([]byte, 32) // in running status
		n := must(synth.Read(got))(t)
		for n < len(chord) {
			n += must(synth.Read(got[n:]))(t)
		}
		_ = synth.Close()
		if !bytes.Equal(got[:n], chord) {
			t.Errorf("the synth that is back got % X", got[:n])
		}
		_ = out.Silence()
		if c, q, f := handles(t); round == 0 {
			clients, queues, files = c, q, f
		} else if c != clients || q != queues || f > files {
			t.Errorf("handles leak: clients %d to %d, queues %d to %d, files %d to %d", clients, c, queues, q, files, f)
		}
	}
}

// A synth that ends and is there again before anybody looks has no connection any more: that is noticed too.
func TestRealQuickReturn(t *testing.T) {
	needsSequencer(t)
	b := newInbox()
	synth := must(OpenVirtualIn("synth", b.now, b.receive))(t)
	changes := jam.NewQueue[Change](8)
	out := must(OpenReconnectingOut("synth", Reconnect{Changes: changes}))(t)
	defer out.Close()
	time.Sleep(rescan)
	before := out.Info()
	_ = synth.Close()
	synth = must(OpenVirtualIn("synth", b.now, b.receive))(t)
	defer synth.Close()
	await(t, changes, Gone)
	await(t, changes, Back)
	t.Logf("%v is %v", before, out.Info())
	_ = out.Send(0x91, 60, 70)
	b.wait(t, 1)
}

// A synth that is killed and started again gets the next chord.
func TestRealPeerKilled(t *testing.T) {
	needsSequencer(t)
	var text bytes.Buffer
	synth := func() *exec.Cmd {
		c := exec.Command("aseqdump")
		c.Stdout = &text
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := synth()
	changes := jam.NewQueue[Change](8)
	out := must(OpenReconnectingOut("aseqdump", Reconnect{Changes: changes, Wait: true}))(t) // it may not be up yet
	defer out.Close()
	for change := (Change{Event: Awaited}); change.Event == Awaited && out.Info().Address == ""; {
		change = <-changes.C()
	}
	_ = out.Send(0x91, 60, 70)
	_ = first.Process.Kill()
	_ = first.Wait()
	await(t, changes, Gone)
	text.Reset()
	second := synth()
	await(t, changes, Back)
	_ = out.Send(0x81, 60, 0)
	_ = out.Send(0x91, 64, 70)
	_ = out.Close()
	time.Sleep(500 * time.Millisecond)
	_ = second.Process.Signal(os.Interrupt)
	_ = second.Wait()
	messages, err := alsa.ParseDump(text.String())
	if began, hanging := alsa.Balance(messages); err != nil || began != 1 || hanging != nil {
		t.Errorf("the second synth heard %d notes, hanging %v, %v:\n%s", began, hanging, err, &text)
	}
}

// A flood: bursts fit into the queue; what does not is told, and what was held is let go.
func TestRealFlood(t *testing.T) {
	needsSequencer(t)
	b := newInbox()
	changes := jam.NewQueue[Change](64)
	hold := make(chan struct{})
	var holding atomic.Bool
	keys := must(OpenVirtualOut("keys"))(t)
	defer keys.Close()
	in := must(OpenReconnectingIn("keys", b.now, func(e jam.Event) {
		b.receive(e)
		if holding.Swap(false) {
			<-hold
		}
	}, Reconnect{Changes: changes}))(t)
	defer in.Close()
	burst := func(n int) {
		for i := range n {
			_ = keys.Send(midi.NoteOff, byte(i%128), 0)
		}
	}
	for range 20 { // of 200, and then 10,000 in a second or so
		b.events = nil
		burst(200)
		b.wait(t, 200)
	}
	calm(b, changes)
	start := time.Now()
	for range 100 {
		burst(100)
		time.Sleep(time.Until(start.Add(10 * time.Millisecond)))
		start = start.Add(10 * time.Millisecond)
	}
	came, overruns := calm(b, changes)
	t.Logf("10,000 in a second: %d came, %d overruns", came, overruns)
	if lost := 10_000 - came; lost > 0 && overruns == 0 {
		t.Errorf("%d messages were lost and no overrun was told", lost)
	}

	holding.Store(true)
	_ = keys.Send(midi.NoteOn, 60, 100)
	b.wait(t, 1)
	burst(2700) // none is taken meanwhile, and the queue has 2,000 cells
	close(hold)
	await(t, changes, Overrun)
	b.mu.Lock()
	events := statuses(b.events)
	b.mu.Unlock()
	if !slices.Contains(events, [3]byte{0xB0, midi.AllNotesOff, 0}) {
		t.Error("what was held was not let go")
	}
	came, overruns = calm(b, changes)
	t.Logf("2,700 while nobody listened: %d came with the offs, %d overruns", came, 1+overruns)
	_ = keys.Send(midi.NoteOn, 62, 100)
	for n := 1; ; n++ { // behind what alsa-lib kept back at the sender while the queue was full
		if e := b.wait(t, n)[n-1]; e.Status == midi.NoteOn && e.Data1 == 62 {
			break
		}
	}
}

// calm waits until nothing comes any more, forgets what came, and returns how much it was and how many overruns were told.
func calm(b *inbox, changes *jam.Queue[Change]) (came, overruns int) {
	for before := -1; before != came; {
		before = came
		time.Sleep(time.Second)
		b.mu.Lock()
		came = len(b.events)
		b.mu.Unlock()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = nil
	for _, what := range told(changes) {
		if strings.HasPrefix(what, "overrun") {
			overruns++
		}
	}
	return came, overruns
}

// Looking round 10,000 times takes no handle.
func TestRealRescans(t *testing.T) {
	needsSequencer(t)
	l := &lister[inputDevice]{newDevice: newInput}
	defer l.close()
	_ = must(l.list())(t)
	clients, queues, files := handles(t)
	rescans := rounds(10_000)
	for range rescans {
		if have := must(l.list())(t); len(have) != 4 {
			t.Fatalf("there are %v", have)
		}
	}
	c, q, f := handles(t)
	t.Logf("%d rescans: clients %d to %d, queues %d to %d, files %d to %d", rescans, clients, c, queues, q, files, f)
	if c != clients || q != queues || f != files {
		t.Error("handles leak")
	}
}

// An output moves from one real port to another and back while a note sounds: the one left behind is silent, the other one
// sounds it with the next note, and no handle of the system's is lost.
func TestRealMoveTo(t *testing.T) {
	needsSequencer(t)
	out := must(OpenReconnectingOut("VirMIDI 0-0", Reconnect{}))(t)
	defer out.Close()
	_ = out.Send(0x91, 48, 70)
	clients, queues, _ := handles(t)
	for range 20 {
		for _, port := range []string{"VirMIDI 0-1", "VirMIDI 0-0"} {
			if err := out.MoveTo(port, Reconnect{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c, q, _ := handles(t); c != clients || q != queues {
		t.Errorf("%d clients and %d queues of the sequencer before, %d and %d after", clients, queues, c, q)
	}
	heard := must(os.Open("/dev/snd/midiC0D1"))(t)
	defer heard.Close()
	if err := out.MoveTo("VirMIDI 0-1", Reconnect{}); err != nil {
		t.Fatal(err)
	}
	_ = out.Send(0x91, 55, 70)
	want := []byte{0x91, 48, 70}
	var got []byte
	for end := time.Now().Add(patience); !bytes.Contains(got, want) && time.Now().Before(end); {
		text := make([]byte, 256)
		n, err := heard.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, text[:n]...)
	}
	if !bytes.Contains(got, want) {
		t.Errorf("the port that was moved to hears % X", got)
	}
}
