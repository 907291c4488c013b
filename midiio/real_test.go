package midiio

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jamd/jam"
	"jamd/midi"
	"jamd/midiio/alsa"
)

// The tests of this file need a real sequencer with VirMIDI's four pairs of ports: TestAlsa runs them in the emulated machine.

func needsSequencer(t *testing.T) {
	t.Helper()
	if os.Getenv(inGuest) == "" {
		t.Skip("needs an ALSA sequencer: TestAlsa runs it in the emulated machine")
	}
}

const inGuest = "JAMD_ALSA_GUEST"

// inFull, where it is set, has the long tests go to their full length: an emulated machine is slow.
const inFull = "JAMD_ALSA_FULL"

// rounds is how often a long test does what it does: a tenth where nobody asked for all.
func rounds(full int) int {
	if os.Getenv(inFull) != "" {
		return full
	}
	return full / 10
}

// TestAlsa runs this file's tests with a real sequencer.
func TestAlsa(t *testing.T) {
	if os.Getenv("JAMD_ALSA_VM") == "" {
		t.Skip("boots an emulated machine: run 'make test-alsa', or set JAMD_ALSA_VM=1")
	}
	machine, err := alsa.Find(t.Context())
	if errors.Is(err, alsa.ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "midiio.test")
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go test -c: %v\n%s", err, out)
	}
	r, err := machine.Run(t.Context(), alsa.Guest{
		Script: inGuest + "=1 " + inFull + "=" + os.Getenv(inFull) + " midiio.test -test.v -test.run 'TestReal|TestDriverLayout' -test.timeout 480s",
		Files:  map[string]string{"midiio.test": program, "tune.mid": "testdata/tune.mid"},
		Limit:  9 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("in the emulated machine:\n%s", driverNoise.ReplaceAllString(r.Console, ""))
	if r.Exit != 0 || strings.Contains(r.Console, "SKIP") || strings.Count(r.Console, "--- PASS: TestReal") < 14 {
		t.Errorf("the tests in the emulated machine failed or were skipped: exit %d", r.Exit)
	}
}

// driverNoise is what the driver writes to stderr, many times, when a flood overflows its queue.
var driverNoise = regexp.MustCompile(`(?m)^(?:Midi(?:In|Out)Alsa::.*|System reports: .*|)\n`)

// An inbox collects events from a driver's thread.
type inbox struct {
	start  time.Time
	mu     sync.Mutex
	events []jam.Event
}

func newInbox() *inbox { return &inbox{start: time.Now()} }

func (b *inbox) now() time.Duration { return time.Since(b.start) }

func (b *inbox) receive(e jam.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

// patience is how long a test waits for anything to happen. It is so long that only what hangs meets it, however busy the machine.
const patience = 5 * time.Minute

// wait returns when there are n events.
func (b *inbox) wait(t *testing.T, n int) []jam.Event {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		b.mu.Lock()
		events := b.events
		b.mu.Unlock()
		if len(events) >= n {
			return events
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("only %d of %d events came: %v", len(b.events), n, b.events)
	return nil
}

// must returns a function that gives v, or fails the test where there is an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestRealList(t *testing.T) {
	needsSequencer(t)
	ins, outs, err := List()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("ins %v; outs %v", ins, outs)
	want := PortInfo{"Virtual Raw MIDI 0-1:VirMIDI 0-1", "17:0"}
	for _, list := range [][]PortInfo{ins, outs} {
		if len(list) != 4 || list[1] != want {
			t.Errorf("got %v, want four with %v", list, want)
		}
	}
}

func TestRealNames(t *testing.T) {
	needsSequencer(t)
	for name, want := range map[string]error{
		"VirMIDI 0-2": nil, "18:0": nil, "virmidi 0-3": nil, "Virtual Raw MIDI 0-1:VirMIDI 0-1": nil,
		"Virtual": ErrPortAmbiguous, "Steinway": ErrPortNotFound,
	} {
		in, err := OpenIn(name, newInbox().now, func(jam.Event) {})
		if !errors.Is(err, want) {
			t.Errorf("input %q: %v, want %v", name, err, want)
		}
		if err == nil {
			t.Logf("input %q is %v", name, in.Info())
			_ = in.Close()
		} else {
			t.Log(err)
		}
		out, err := OpenOut(name)
		if !errors.Is(err, want) {
			t.Errorf("output %q: %v, want %v", name, err, want)
		}
		if err == nil {
			_ = out.Close()
		}
	}
}

// Bytes written to the device's file come in as a keyboard's would, broken ones too.
func TestRealRawBytes(t *testing.T) {
	needsSequencer(t)
	b := newInbox()
	in := must(OpenIn("VirMIDI 0-0", b.now, b.receive))(t)
	defer in.Close()
	keys := must(os.OpenFile("/dev/snd/midiC0D0", os.O_WRONLY, 0))(t)
	defer keys.Close()
	for _, packet := range [][]byte{
		{0x90, 60, 100, 62, 90},                                   // running status
		{0x90, 0xF8, 64, 0xFE, 80},                                // real-time bytes inside
		append(append([]byte{0xF0}, make([]byte, 2000)...), 0xF7), // SysEx
		{0x90, 0x3C, 0x90, 0x40, 0x40},                            // truncated
		{0xC5, 3},
	} {
		if _, err := keys.Write(packet); err != nil {
			t.Fatal(err)
		}
	}
	want := [][3]byte{{0x90, 60, 100}, {0x90, 62, 90}, {0x90, 64, 80}, {0x90, 0x40, 0x40}, {0xC5, 3, 0}}
	for i, e := range b.wait(t, len(want)) {
		if [3]byte{e.Status, e.Data1, e.Data2} != want[i] || e.At <= 0 {
			t.Errorf("event %d: %+v, want % X", i, e, want[i])
		}
	}
}

func TestRealVirtualPorts(t *testing.T) {
	needsSequencer(t)
	b := newInbox()
	in := must(OpenVirtualIn(VirtualIn, b.now, b.receive))(t)
	defer in.Close()
	out := must(OpenOut("jamd in"))(t)
	for channel := range byte(16) {
		if err := out.Send(midi.NoteOn|channel, 60+channel, 1+channel); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	events := b.wait(t, 16+16+16*3)
	sounding := 0
	for i, e := range events {
		switch e.Status & 0xF0 {
		case midi.NoteOn:
			sounding++
		case midi.NoteOff:
			sounding--
		}
		if i > 0 && e.At < events[i-1].At {
			t.Errorf("time goes back at event %d", i)
		}
	}
	if sounding != 0 {
		t.Errorf("%d notes hang", sounding)
	}

	c := newInbox()
	synth := must(OpenVirtualOut(VirtualOut))(t)
	listener := must(OpenIn("jamd out", c.now, c.receive))(t)
	defer listener.Close()
	if err := synth.Sweep(1, 0); err != nil {
		t.Fatal(err)
	}
	c.wait(t, 2*(3+128))
	if err := synth.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRealSendAllocatesNothing(t *testing.T) {
	needsSequencer(t)
	out := must(OpenOut("VirMIDI 0-3"))(t)
	defer out.Close()
	if a := testing.AllocsPerRun(50, func() { _ = out.Send(midi.NoteOn, 60, 100); _ = out.Send(midi.NoteOff, 60, 0) }); a != 0 {
		t.Errorf("Send allocates %v times", a)
	}
}

// ALSA's own tools as peers: a tune is played into "jamd in" and arrives whole; what "jamd out" leaves sounding,
// Close lets go.
func TestRealPeers(t *testing.T) {
	needsSequencer(t)
	m := must(ReadFile("tune.mid", ""))(t)
	b := newInbox()
	in := must(OpenVirtualIn(VirtualIn, b.now, b.receive))(t)
	defer in.Close()
	if out, err := exec.Command("aplaymidi", "-p", VirtualIn, "-d", "0", "tune.mid").CombinedOutput(); err != nil {
		t.Fatalf("aplaymidi: %v\n%s", err, out)
	}
	events := b.wait(t, 2*len(m.Notes))
	on := 0
	for _, e := range events {
		if e.Status == midi.NoteOn && e.Data2 > 0 {
			if n := m.Notes[on]; e.Data1 != n.Pitch || e.Data2 != n.Velocity {
				t.Errorf("note %d came as %+v, the file has %+v", on, e, n)
			}
			on++
		}
	}
	if on != len(m.Notes) {
		t.Errorf("%d of %d notes came", on, len(m.Notes))
	}

	out := must(OpenVirtualOut(VirtualOut))(t)
	var text bytes.Buffer
	dump := exec.Command("aseqdump", "-p", VirtualOut)
	dump.Stdout, dump.Stderr = &text, &text
	if err := dump.Start(); err != nil {
		t.Fatal(err)
	}
	connected := false
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if list, _ := exec.Command("aconnect", "-l").Output(); bytes.Contains(list, []byte("Connecting To")) {
			connected = true
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	for pitch := range byte(5) {
		_ = out.Send(0x91, 48+4*pitch, 70)
	}
	time.Sleep(200 * time.Millisecond)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	_ = dump.Process.Signal(os.Interrupt)
	_ = dump.Wait()
	messages, err := alsa.ParseDump(text.String())
	began, hanging := alsa.Balance(messages)
	if err != nil || began != 5 || hanging != nil || len(messages) != 5+5+3 || !connected {
		t.Errorf("connected %v; aseqdump heard %d notes, hanging %v, %v:\n%s", connected, began, hanging, err, &text)
	}
}

// No crash, and nothing after Close, when messages pour in while ports open and close.
func TestRealCloseUnderFlood(t *testing.T) {
	needsSequencer(t)
	flood := must(OpenVirtualOut("flood"))(t)
	var stop atomic.Bool
	var sent atomic.Int64
	var sender sync.WaitGroup
	sender.Go(func() {
		for i := byte(0); !stop.Load(); i++ {
			_ = flood.Send(midi.NoteOn, i&0x7F, 1)
			_ = flood.Send(midi.NoteOff, i&0x7F, 0)
			sent.Add(2)
			if i%32 == 0 { // a driver that overflows says so at length on stderr
				time.Sleep(time.Millisecond)
			}
		}
	})
	clients, queues, files := handles(t)
	var came, late atomic.Int64
	heard := 0
	openings := rounds(1000)
	for range openings {
		var closed atomic.Bool
		before := came.Load()
		in := must(OpenIn("flood", newInbox().now, func(jam.Event) {
			came.Add(1)
			if closed.Load() {
				late.Add(1)
			}
		}))(t)
		for end := time.Now().Add(patience); came.Load() == before && time.Now().Before(end); {
			time.Sleep(100 * time.Microsecond)
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		closed.Store(true)
		if came.Load() > before {
			heard++
		}
	}
	clientsAfter, queuesAfter, filesAfter := handles(t)
	stop.Store(true)
	sender.Wait()
	_ = flood.Close()
	t.Logf("%d messages sent, %d received over %d openings, %d of which heard something; clients %d to %d, queues %d to %d, files %d to %d",
		sent.Load(), came.Load(), openings, heard, clients, clientsAfter, queues, queuesAfter, files, filesAfter)
	if late.Load() != 0 || heard < openings {
		t.Errorf("%d messages came after Close, %d openings heard something", late.Load(), heard)
	}
	if clientsAfter != clients || queuesAfter != queues || filesAfter > files {
		t.Error("handles leak")
	}
}

// Looking for ports again and again, and failing to open one, leaves nothing behind.
func TestRealHandles(t *testing.T) {
	needsSequencer(t)
	_, _, _ = List()
	clients, queues, files := handles(t)
	for range 100 {
		if _, _, err := List(); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenIn("Steinway", newInbox().now, func(jam.Event) {}); !errors.Is(err, ErrPortNotFound) {
			t.Fatal(err)
		}
		out := must(OpenOut("VirMIDI 0-1"))(t)
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if c, q, f := handles(t); c != clients || q != queues || f > files {
		t.Errorf("handles leak: clients %d to %d, queues %d to %d, files %d to %d", clients, c, queues, q, files, f)
	}
}

// handles counts the sequencer's clients and queues, and this process's open files.
func handles(t *testing.T) (clients, queues, files int) {
	t.Helper()
	text := must(os.ReadFile("/proc/asound/seq/clients"))(t)
	list := must(os.ReadFile("/proc/asound/seq/queues"))(t)
	entries := must(os.ReadDir("/proc/self/fd"))(t)
	return bytes.Count(text, []byte("Client ")), bytes.Count(list, []byte("queue ")), len(entries)
}
