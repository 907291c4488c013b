package learn

import (
	"context"
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

func TestParseTrigger(t *testing.T) {
	for text, want := range map[string]Trigger{
		"cc 74 ch 1":      {number: 74, channel: 1},
		"note 36 ch 10":   {kind: key, number: 36, channel: 10},
		" CC  119":        {number: 119},
		"note 0 ch 16":    {kind: key, channel: 16},
		"program 1 ch 2":  {kind: program, channel: 2},
		"Program 128":     {kind: program, number: 127},
		"program 0":       {},
		"program 129":     {},
		"cc":              {},
		"cc 120":          {},
		"cc -1":           {},
		"cc 1 ch 0":       {},
		"cc 1 ch 17":      {},
		"cc 1 on 2":       {},
		"note 128":        {},
		"bend 1":          {},
		"cc 1 ch 1 ch 2":  {},
		"cc 111111111111": {},
	} {
		got, err := ParseTrigger(text)
		if got != want || (err != nil) != (want == Trigger{}) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

func TestTriggersAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := jam.Event{
			Status: rapid.ByteRange(0x80, 0xEF).Draw(t, "status"), Data1: rapid.ByteRange(0, 127).Draw(t, "data1"), Data2: rapid.ByteRange(0, 127).Draw(t, "data2"),
		}
		learned, ok := triggerOf(e)
		if !ok {
			return
		}
		if read, err := ParseTrigger(learned.String()); err != nil || read != learned {
			t.Fatalf("%v is read as %v, %v", learned, read, err)
		}
		k := surface(t, map[Trigger]string{learned: "style=pad"})
		if !k.Handle(e) {
			t.Fatalf("%v does not take what it was learned from", learned)
		}
	})
}

// The next controller or key is learned, but neither the end of a note nor a bend.
func TestLearnNext(t *testing.T) {
	events := jam.NewQueue[jam.Event](8)
	for _, m := range [][3]byte{{0x80, 60, 0}, {0x90, 60, 0}, {0xE3, 1, 2}, {0xB0, 123, 0}, {0xC0, 5, 0}, {0xB3, 74, 9}} {
		events.TrySend(jam.Event{Status: m[0], Data1: m[1], Data2: m[2]})
	}
	got, err := Next(t.Context(), events, Target{})
	if err != nil || got.String() != "cc 74 ch 4" {
		t.Errorf("%v, %v", got, err)
	}
	for _, m := range [][3]byte{{0xB2, 0, 1}, {0xB2, 32, 4}, {0xC2, 4, 0}} { // as a keyboard sends a voice: bank and program
		events.TrySend(jam.Event{Status: m[0], Data1: m[1], Data2: m[2]})
	}
	if got, err = Next(t.Context(), events, Target{preset: "waltz"}); err != nil || got.String() != "program 5 ch 3" {
		t.Errorf("a preset is learned for %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Next(ctx, events, Target{}); err == nil {
		t.Error("nothing came, and something was learned")
	}
}

// A steered is a jam that records what is asked for.
type steered struct {
	settings jam.Settings
	asked    []string
	preset   func() error // nil for presets that are there
}

func (s *steered) Ask(c jam.Control) error {
	s.asked = append(s.asked, c.String())
	return s.settings.Set(c)
}

func (s *steered) Preset(name string) error {
	s.asked = append(s.asked, "preset "+name)
	if s.preset != nil {
		return s.preset()
	}
	return nil
}

func (s *steered) Settings() jam.Settings { return s.settings }

func surface(t interface{ Fatal(...any) }, learned map[Trigger]string) *Surface {
	b, err := NewBindings(learned)
	if err != nil {
		t.Fatal(err)
	}
	return NewSurface(b)
}

// nowhere takes the warnings of a surface.
func nowhere(error) {}

func TestSurface(t *testing.T) {
	for name, test := range map[string]struct {
		trigger, target string
		sent            [][3]byte
		asked           string
		melody          int // messages that are no knob's
	}{
		"a knob moves a number":      {"cc 74 ch 1", "temperature", [][3]byte{{0xB0, 74, 0}, {0xB0, 74, 127}}, "temperature=0 temperature=2", 0},
		"other channels are melody":  {"cc 74 ch 1", "temperature", [][3]byte{{0xB1, 74, 127}, {0xB0, 75, 3}, {0x90, 74, 3}}, "", 3},
		"or every channel":           {"cc 74", "temperature", [][3]byte{{0xB1, 74, 127}, {0xBF, 74, 0}}, "temperature=2 temperature=0", 0},
		"a key acts once a stroke":   {"note 36 ch 10", "panic", [][3]byte{{0x99, 36, 1}, {0x89, 36, 0}, {0x99, 36, 99}, {0x99, 36, 0}}, "panic panic", 0},
		"a knob acts on passing 64":  {"cc 1", "tap", [][3]byte{{0xB0, 1, 10}, {0xB0, 1, 64}, {0xB0, 1, 127}, {0xB0, 1, 0}, {0xB0, 1, 100}}, "tap tap", 0},
		"a key turns a switch over":  {"note 40", "mute", [][3]byte{{0x90, 40, 9}, {0x80, 40, 0}, {0x90, 40, 9}, {0x90, 40, 9}}, "mute=on mute=off mute=on", 0},
		"a pedal holds a switch":     {"cc 64", "hold", [][3]byte{{0xB0, 64, 127}, {0xB0, 64, 0}}, "hold=on hold=off", 0},
		"a key sets a value":         {"note 41", "style=arpeggio", [][3]byte{{0x90, 41, 1}, {0x80, 41, 0}}, "style=arpeggio", 0},
		"a knob goes through a list": {"cc 2", "chord-grid", [][3]byte{{0xB0, 2, 0}, {0xB0, 2, 127}}, "chord-grid=frame chord-grid=bar", 0},
		"which chords":               {"cc 3", "complexity", [][3]byte{{0xB0, 3, 0}, {0xB0, 3, 64}}, "complexity=triads complexity=sevenths", 0},
		"where the keys part":        {"note 42", "split", [][3]byte{{0x90, 42, 60}}, "split=60", 0},
		"how far they are moved":     {"cc 4", "transpose", [][3]byte{{0xB0, 4, 0}, {0xB0, 4, 127}}, "transpose=-24 transpose=24", 0},
		"loud as the player":         {"note 43", "follow-velocity", [][3]byte{{0x90, 43, 9}}, "follow-velocity=on", 0},
		"a program brings a preset":  {"program 6 ch 1", "preset=waltz", [][3]byte{{0xC0, 5, 0}, {0xC0, 6, 0}, {0xC1, 5, 0}}, "preset waltz", 2},
		"so does a pedal, once":      {"cc 64", "preset=waltz", [][3]byte{{0xB0, 64, 127}, {0xB0, 64, 120}, {0xB0, 64, 0}}, "preset waltz", 0},
		"a program sets a value":     {"program 1", "style=arpeggio", [][3]byte{{0xC3, 0, 0}}, "style=arpeggio", 0},
		"bends are melody":           {"cc 2", "chord-grid", [][3]byte{{0xE0, 2, 0}, {0xC0, 2, 0}}, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			trig, err := ParseTrigger(test.trigger)
			if err != nil {
				t.Fatal(err)
			}
			k, s, melody := surface(t, map[Trigger]string{trig: test.target}), &steered{settings: jam.DefaultSettings()}, 0
			k.Steer(s, nowhere)
			for _, m := range test.sent {
				if !k.Handle(jam.Event{Status: m[0], Data1: m[1], Data2: m[2]}) {
					melody++
				}
			}
			k.Close()
			if got := strings.Join(s.asked, " "); got != test.asked || melody != test.melody {
				t.Errorf("%q asked, %d melody; want %q, %d", got, melody, test.asked, test.melody)
			}
		})
	}
}

// Two pedals with the same target work independently: holding one does not block the other.
func TestTwoControllersForOneSetting(t *testing.T) {
	k := surface(t, map[Trigger]string{{number: 64}: "panic", {number: 66}: "panic"})
	s := &steered{settings: jam.DefaultSettings()}
	k.Steer(s, nowhere)
	for _, m := range [][2]byte{{64, 127}, {66, 127}, {66, 0}, {64, 127}, {66, 127}} {
		k.Handle(jam.Event{Status: 0xB0, Data1: m[0], Data2: m[1]})
	}
	k.Close()
	if want := []string{"panic", "panic", "panic"}; !slices.Equal(s.asked, want) {
		t.Errorf("asked %v, want %v", s.asked, want)
	}
}

// A preset that cannot be changed to, or not yet, is told with its name.
func TestPresetInVain(t *testing.T) {
	k := surface(t, map[Trigger]string{{kind: program, number: 5}: "preset=waltz"})
	broken, loading := errors.New("broken"), make(chan struct{})
	s := &steered{settings: jam.DefaultSettings(), preset: func() error { <-loading; return broken }}
	var mu sync.Mutex
	var told []error
	k.Steer(s, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err)
	})
	const presses = 12 // more than can wait
	for range presses {
		k.Handle(jam.Event{Status: 0xC0, Data1: 5})
	}
	for len(k.moves.C()) > 0 {
		time.Sleep(time.Millisecond)
	}
	close(loading)
	k.Close()
	refused := 0
	for _, err := range told {
		var in *PresetError
		if !errors.As(err, &in) || in.Name != "waltz" || !errors.Is(err, broken) && !errors.Is(err, ErrLoading) {
			t.Errorf("told: %v", err)
		}
		if errors.Is(err, ErrLoading) {
			refused++
		}
	}
	if len(told) != presses || refused == 0 || refused == presses {
		t.Errorf("%d of %d told, %d because of those before", len(told), presses, refused)
	}
}

// The driver's thread goes on even if nothing reads the surface; events that do not fit are counted.
func TestSurfaceNeverBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := surface(t, map[Trigger]string{{number: 1}: "velocity"})
		e := jam.Event{Status: 0xB0, Data1: 1, Data2: 5}
		for range 2 * QueueLength {
			if !k.Handle(e) {
				t.Fatal("a knob became melody")
			}
		}
		if k.moves.Dropped() != QueueLength {
			t.Errorf("%d counted", k.moves.Dropped())
		}
		if n := testing.AllocsPerRun(100, func() { k.Handle(e) }); n > 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// Targets that are no targets, or not those of a program.
func TestTargets(t *testing.T) {
	for text, fits := range map[string]map[string]bool{
		"program 5": {"preset=waltz": true, "tap": true, "mute=on": true, "temperature": false, "mute": false, "preset=": false, `preset=a"b`: false, "preset": false},
		"cc 5":      {"preset=stage left": true, "temperature": true, "mute": true},
	} {
		trigger, err := ParseTrigger(text)
		if err != nil {
			t.Fatal(err)
		}
		for target, fit := range fits {
			if _, err := trigger.Target(target); (err == nil) != fit {
				t.Errorf("%s for %s: %v", text, target, err)
			}
		}
	}
}

// A knob is learned while the jam goes on: only its event is taken from the melody, and from then on it sets what it was learned for.
// A knob that has another target already is learned anew; a program is passed over by what needs a value.
func TestLearnInAJam(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, s := surface(t, map[Trigger]string{{number: 74}: "temperature"}), &steered{settings: jam.DefaultSettings()}
		b := k.bindings
		k.Steer(s, nowhere)
		learned := make(chan error)
		var told []string
		go func() {
			learned <- b.Listen(t.Context(), "velocity", func(t Trigger) error {
				told = append(told, t.String())
				return b.Bind(t, "velocity")
			})
		}()
		synctest.Wait()
		for _, m := range [][3]byte{{0x80, 60, 0}, {0xC0, 4, 0}, {0xE0, 1, 2}} {
			if k.Handle(jam.Event{Status: m[0], Data1: m[1], Data2: m[2]}) {
				t.Errorf("%X is taken from the melody", m)
			}
		}
		if !k.Handle(jam.Event{Status: 0xB2, Data1: 74, Data2: 9}) {
			t.Error("what is learned is melody")
		}
		if err := <-learned; err != nil {
			t.Fatal(err)
		}
		k.Handle(jam.Event{Status: 0xB2, Data1: 74, Data2: 127})
		k.Handle(jam.Event{Status: 0xB0, Data1: 74, Data2: 127}) // as before, on another channel
		if err := b.Bind(Trigger{number: 74}, ""); err != nil {
			t.Fatal(err)
		}
		if k.Handle(jam.Event{Status: 0xB0, Data1: 74, Data2: 1}) || !k.Handle(jam.Event{Status: 0xB2, Data1: 74, Data2: 1}) {
			t.Error("a forgotten knob is still taken, or another is forgotten with it")
		}
		k.Close()
		if got := strings.Join(s.asked, " "); got != "velocity=127 temperature=2 velocity=2" || !slices.Equal(told, []string{"cc 74 ch 3"}) {
			t.Errorf("%q asked, %q told", got, told)
		}
		if err := b.Bind(Trigger{kind: program}, "temperature"); err == nil || len(b.All()) != 1 {
			t.Errorf("a program for a number: %v, %v", err, b.All())
		}
	})
}

// A key that is learned, or forgotten, while it is held ends the note that it began.
func TestReleasesGoWhereStrokesWent(t *testing.T) {
	k := surface(t, nil)
	on, off := jam.Event{Status: 0x92, Data1: 70, Data2: 9}, jam.Event{Status: 0x82, Data1: 70}
	handled := func(e jam.Event, want bool, when string) {
		t.Helper()
		if k.Handle(e) != want {
			t.Errorf("%s: %v is taken from the melody: %v, want %v", when, e.Status, !want, want)
		}
	}
	bind := func(target string) {
		t.Helper()
		if err := k.bindings.Bind(Trigger{kind: key, number: 70, channel: 3}, target); err != nil {
			t.Fatal(err)
		}
	}
	handled(on, false, "before")
	bind("mute")
	handled(off, false, "learned while it is held")
	handled(on, true, "learned")
	bind("")
	handled(off, true, "forgotten while it is held")
	bind("mute")
	handled(on, true, "learned again")
	bind("")
	handled(on, false, "struck again without a release")
	handled(jam.Event{Status: 0x92, Data1: 70}, false, "released by a stroke of velocity 0")
}

// A player who turns to another setting before a knob was turned learns that one.
func TestLearnAnotherInstead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := surface(t, nil)
		learned := make(chan error, 2)
		for _, target := range []string{"velocity", "mute"} {
			go func() {
				learned <- k.bindings.Listen(t.Context(), target, func(t Trigger) error { return k.bindings.Bind(t, target) })
			}()
			synctest.Wait()
		}
		if err := <-learned; !errors.Is(err, ErrReplaced) {
			t.Errorf("the first: %v", err)
		}
		k.Handle(jam.Event{Status: 0xB0, Data1: 74, Data2: 9})
		if err := <-learned; err != nil || k.bindings.All()[Trigger{number: 74, channel: 1}] != "mute" {
			t.Errorf("the second: %v, %v", err, k.bindings.All())
		}
	})
}

// Nothing is bound if nothing comes, or if what was heard cannot be kept.
func TestLearnInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := surface(t, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := k.bindings.Listen(ctx, "mute", nil); !errors.Is(err, ErrNothing) {
			t.Error(err)
		}
		full := errors.New("disk full")
		learned := make(chan error)
		go func() { learned <- k.bindings.Listen(t.Context(), "mute", func(Trigger) error { return full }) }()
		synctest.Wait()
		k.Handle(jam.Event{Status: 0x90, Data1: 60, Data2: 9})
		if err := <-learned; !errors.Is(err, full) || len(k.bindings.All()) != 0 {
			t.Errorf("%v, %v", err, k.bindings.All())
		}
		if k.Handle(jam.Event{Status: 0x90, Data1: 60, Data2: 9}) {
			t.Error("a key that was not learned is no melody")
		}
	})
}
