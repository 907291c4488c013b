package midiio

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"jamd/jam"
)

// A rack is a fake system of ports that come and go.
type rack struct {
	mu      sync.Mutex
	names   []string // as the driver writes them: "Keys 24:0"
	devices []*plug  // not closed
	tells   bool     // who is connected to whom
}

// A plug is a device of a rack's, for either direction.
type plug struct {
	rack    *rack
	to      string // its port; "" where there is none
	receive func([]byte)
	sent    [][3]byte
	closed  bool
}

func (r *rack) newPlug() *plug {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &plug{rack: r}
	r.devices = append(r.devices, p)
	return p
}

func (r *rack) input(string) (inputDevice, error)   { return r.newPlug(), nil }
func (r *rack) output(string) (outputDevice, error) { return r.newPlug(), nil }

// set is what there is from now on; connections to what is not there end.
func (r *rack) set(names ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = names
	for _, d := range r.devices {
		if !slices.Contains(names, d.to) {
			d.to = ""
		}
	}
}

// blink takes everything away and brings it back between two looks.
func (r *rack) blink() {
	names := r.names
	r.set()
	r.set(names...)
}

// on is the open device at a port.
func (r *rack) on(name string) *plug {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range r.devices {
		if d.to == name {
			return d
		}
	}
	return nil
}

// open counts the devices that are not closed.
func (r *rack) open() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.devices)
}

func (p *plug) PortCount() (int, error) {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	return len(p.rack.names), nil
}

func (p *plug) PortName(i int) (string, error) {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if i >= len(p.rack.names) {
		return "", errors.New("gone")
	}
	return p.rack.names[i], nil
}

func (p *plug) OpenPort(i int, _ string) error {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if i >= len(p.rack.names) {
		return errors.New("gone")
	}
	p.to = p.rack.names[i]
	return nil
}

func (p *plug) OpenVirtualPort(string) error { return nil }

func (p *plug) peers() ([]string, bool) {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if p.to == "" {
		return nil, p.rack.tells
	}
	return []string{portInfo(p.to).Address}, p.rack.tells
}

func (p *plug) Close() error {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	p.closed = true
	p.rack.devices = slices.DeleteFunc(p.rack.devices, func(d *plug) bool { return d == p })
	return nil
}

func (p *plug) listen(receive func([]byte)) error { p.receive = receive; return nil }

func (p *plug) SendMessage(m []byte) error {
	p.rack.mu.Lock()
	defer p.rack.mu.Unlock()
	if p.to != "" { // a driver says nothing of a port that is gone
		p.sent = append(p.sent, [3]byte(append(slices.Clone(m), 0, 0)[:3]))
	}
	return nil
}

// told are the changes that were told since.
func told(q *jam.Queue[Change]) (list []string) {
	for n := len(q.C()); n > 0; n-- {
		c := <-q.C()
		list = append(list, c.What.String()+" "+c.Port.String())
	}
	return list
}

func statuses(events []jam.Event) (list [][3]byte) {
	for _, e := range events {
		list = append(list, [3]byte{e.Status, e.Data1, e.Data2})
	}
	return list
}

// twice is within what a player is promised: 2 s.
const twice = 2 * rescan

func TestKeepIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{tells: true}
		r.set("Through 14:0", "Keys 24:0")
		b := newInbox()
		changes := jam.NewQueue[Change](8)
		in, err := keepIn(r.input, "key", b.now, b.receive, Keeping{Changes: changes})
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

// What came too fast is let go where it was held, and counted.
func TestOverrun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{}
		r.set("Keys 24:0")
		b := newInbox()
		changes := jam.NewQueue[Change](8)
		in, err := keepIn(r.input, "Keys", b.now, b.receive, Keeping{Changes: changes})
		if err != nil {
			t.Fatal(err)
		}
		d := r.on("Keys 24:0")
		d.receive([]byte{0x90, 60, 100})
		d.receive(nil)
		d.receive([]byte{0x90, 62, 100})
		want := [][3]byte{{0x90, 60, 100}, {0x80, 60, 0}, {0xB0, 64, 0}, {0xB0, 123, 0}, {0x90, 62, 100}}
		if got := statuses(b.events); !slices.Equal(got, want) || in.Overruns() != 1 {
			t.Errorf("%d overruns, heard % X", in.Overruns(), got)
		}
		if got := told(changes); !slices.Equal(got, []string{"overrun Keys 24:0"}) {
			t.Errorf("told %q", got)
		}
		_ = in.Close()
	})
}

func TestKeepWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{}
		r.set("Keys 24:0", "Keys 28:0", "Other 32:0")
		b := newInbox()
		if _, err := keepIn(r.input, "Piano", b.now, b.receive, Keeping{}); !errors.Is(err, ErrPortNotFound) || r.open() != 0 {
			t.Errorf("without waiting: %v, %d devices open", err, r.open())
		}
		if _, err := keepOut(r.output, "Keys", Keeping{Wait: true}); !errors.Is(err, ErrPortAmbiguous) || r.open() != 0 {
			t.Errorf("an ambiguous name is no reason to wait: %v, %d devices open", err, r.open())
		}
		changes := jam.NewQueue[Change](8)
		in, err := keepIn(r.input, "piano", b.now, b.receive, Keeping{Changes: changes, Wait: true})
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
		in, err = keepIn(r.input, "nobody", b.now, b.receive, Keeping{Wait: true})
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
		k := &keeper{port: portInfo(test.port), others: infos(test.others)}
		got, ok := k.find(infos(test.have))
		if ok != (test.want != "") || ok && got != portInfo(test.want) {
			t.Errorf("%s: %v, %v", test.name, got, ok)
		}
	}
}

func TestKeepOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rack{tells: true}
		r.set("Synth 128:0")
		changes := jam.NewQueue[Change](8)
		out, err := keepOut(r.output, "synth", Keeping{Changes: changes})
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
		if out.Sounding() != 3 || out.Unheard() != 2 || !slices.Equal(told(changes), []string{"gone Synth 128:0"}) {
			t.Errorf("gone: %d sound, %d unheard", out.Sounding(), out.Unheard())
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
func TestKeepOutBalances(t *testing.T) {
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
				o.connected(s, PortInfo{})
			case 1:
				s = nil
				o.disconnected()
			default:
				status := rapid.SampledFrom([]byte{noteOn, noteOff}).Draw(t, "kind")
				velocity := rapid.ByteRange(1, 127).Draw(t, "velocity")
				if err := o.Send(status, 60+rapid.ByteMax(3).Draw(t, "pitch"), velocity); err != nil {
					t.Fatal(err)
				}
				if s != nil && status == noteOn && s.sounding() != o.Sounding() {
					t.Fatalf("the synth sounds %d notes, the ledger %d", s.sounding(), o.Sounding())
				}
			}
		}
		if err := o.Close(); err != nil || s != nil && s.sounding() != 0 || o.Sounding() != 0 {
			t.Fatalf("Close: %v, %d in the ledger", err, o.Sounding())
		}
	})
}

func TestHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h held
		s := &synth{on: map[[2]byte]int{}}
		pedals := map[[2]byte]bool{} // by channel and controller
		take := func(status, data1, data2 byte) {
			switch {
			case status&0xF0 == noteOn && data2 > 0:
				s.on[[2]byte{status & 0x0F, data1}] = 1
			case status&0xF0 <= noteOn:
				s.on[[2]byte{status & 0x0F, data1}] = 0
			case data1 == sustainPedal || data1 == sostenutoPedal:
				pedals[[2]byte{status & 0x0F, data1}] = data2 >= 64
			case data1 == resetControllers:
				pedals[[2]byte{status & 0x0F, sustainPedal}], pedals[[2]byte{status & 0x0F, sostenutoPedal}] = false, false
			case data1 == allSoundOff || data1 >= allNotesOff:
				for pitch := range byte(128) {
					s.on[[2]byte{status & 0x0F, pitch}] = 0
				}
			}
		}
		for range rapid.IntRange(0, 50).Draw(t, "messages") {
			status := rapid.SampledFrom([]byte{noteOn, noteOff, controlChange}).Draw(t, "kind") | rapid.ByteMax(15).Draw(t, "channel")
			data1, data2 := rapid.ByteMax(127).Draw(t, "data1"), rapid.ByteMax(127).Draw(t, "data2")
			if status >= controlChange {
				data1 = rapid.SampledFrom([]byte{sustainPedal, sostenutoPedal, allSoundOff, resetControllers, 122, allNotesOff, 126}).Draw(t, "controller")
			}
			take(status, data1, data2)
			h.take(status, data1, data2)
		}
		h.letGo(take)
		for channel, down := range pedals {
			if down {
				t.Errorf("the pedal %d stays down", channel)
			}
		}
		if s.sounding() != 0 {
			t.Errorf("%d keys stay down", s.sounding())
		}
		h.letGo(func(status, _, _ byte) { t.Errorf("let go twice: %X", status) })
	})
}

func TestChangeText(t *testing.T) {
	port := PortInfo{Name: "Keys", Address: "24:0"}
	for _, test := range []struct {
		change Change
		says   string
	}{
		{Change{"input", port, Gone}, "plug it in again"},
		{Change{"output", port, Gone}, "nothing is heard"},
		{Change{"input", port, Back}, "is here"},
		{Change{"input", port, Overrun}, "lost"},
		{Change{"input", port, Awaited}, "not connected yet"},
	} {
		if s := test.change.String(); !strings.Contains(s, test.says) || !strings.Contains(s, `"Keys`) {
			t.Errorf("%q does not say %q", s, test.says)
		}
	}
}
