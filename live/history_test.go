package live

import (
	"reflect"
	"testing"
	"time"

	"jamd/jam"
	"jamd/ui"
)

// One undo takes back the whole move of a slider, and two if there was a pause. A switch that is turned twice can be undone twice.
func TestHistory(t *testing.T) {
	var h history
	j := &Jam{}
	for _, c := range []struct {
		at                time.Duration
		name, before, now string
		slides, changes   bool
	}{
		{0, "temperature", "0.5", "0.6", true, true}, {900 * time.Millisecond, "temperature", "0.6", "0.7", true, false},
		{1800 * time.Millisecond, "temperature", "0.7", "0.9", true, false},
		{3 * time.Second, "temperature", "0.9", "1", true, true},
		{4 * time.Second, "top-p", "1", "0.9", true, true}, {4100 * time.Millisecond, "top-p", "0.9", "1", true, true}, // there and back: nothing
		{5 * time.Second, "mute", "off", "on", false, true}, {5100 * time.Millisecond, "mute", "on", "off", false, true},
	} {
		if changes := h.add(step{j, c.at, []ui.NamedValue{{Name: c.name, Value: c.before}}, c.slides, c.now}); changes != c.changes {
			t.Errorf("%s at %v: what can be undone changes is %v", c.name, c.at, changes)
		}
	}
	if h.add(step{jam: j}) {
		t.Error("a step of nothing was added")
	}
	for _, want := range []ui.NamedValue{
		{Name: "mute", Value: "on"}, {Name: "mute", Value: "off"}, {Name: "temperature", Value: "0.9"}, {Name: "temperature", Value: "0.5"},
	} {
		if names := h.names(); !reflect.DeepEqual(names, []string{want.Name}) {
			t.Errorf("the next undo is that of %v, want %v", names, want.Name)
		}
		if s, ok := h.take(); !ok || s.before[0] != want {
			t.Errorf("undo gives %v, want %v", s.before, want)
		}
	}
	if _, ok := h.take(); ok {
		t.Error("there is more to undo than was done")
	}
	for i := range remembered + 5 {
		h.add(step{jam: &Jam{}, at: time.Duration(i), before: []ui.NamedValue{{Name: "style", Value: "pad"}}})
	}
	if len(h.steps) != remembered {
		t.Errorf("%d steps are remembered", len(h.steps))
	}
}

// A value in other words is no change: nothing is to undo, and a jam that waits goes on waiting. A switch that is turned and
// turned back is undone in two steps.
func TestEqualValuesChangeNothing(t *testing.T) {
	s, stop := play(t, Options{})
	defer stop()
	set(t, await(t, "jam", s.jams), choiceMeter, "7/8")
	j := await(t, "jam in 7/8", s.jams)
	undo := func(want ...ui.NamedValue) {
		t.Helper()
		if got, err := j.Undo(); err != nil || !reflect.DeepEqual(got.Set, want) {
			t.Errorf("undo set %v, %v; want %v", got.Set, err, want)
		}
	}
	set(t, j, "mute", "true")
	set(t, j, "mute", "yes")
	set(t, j, "temperature", "0.500")
	set(t, j, "temperature", ".5")
	set(t, j, choiceMeter, "7/8")
	if changes, _ := j.setAll([]ui.NamedValue{{Name: choiceMeter, Value: "7/8=2+2+3"}, {Name: "mute", Value: "1"}}); len(changes.Set)+len(changes.Left) > 0 {
		t.Errorf("values that are in force are set: %+v", changes)
	}
	set(t, j, "mute", "off")
	if ended := ending(j.ending.Load()); ended != jamIsOver {
		t.Fatal("the jam that waits has ended")
	}
	undo(ui.NamedValue{Name: "mute", Value: "on"})
	undo(ui.NamedValue{Name: "temperature", Value: "0.99"})
	undo(ui.NamedValue{Name: "mute", Value: "off"})
	undo(ui.NamedValue{Name: choiceMeter, Value: "4/4"})
}

// A controller that moves a setting between two moves of its slider, however fast they follow each other, parts them: both are
// undone, one after the other. So is the second one if it ends where the first one began.
func TestControllerBetweenTwoMoves(t *testing.T) {
	s, stop := play(t, Options{})
	defer stop()
	j := await(t, "jam", s.jams)
	undo := func(want string) {
		t.Helper()
		if got, err := j.Undo(); err != nil || len(got.Set) != 1 || got.Set[0].Value != want {
			t.Errorf("undo set %v, %v; want %s", got.Set, err, want)
		}
	}
	start := value(t, j, "temperature").Value
	for _, last := range []string{"0.4", start} {
		set(t, j, "temperature", "0.5")
		if err := j.controls.Ask(jam.Control{Param: jam.ParamTemperature, Value: 0.7}); err != nil {
			t.Fatal(err)
		}
		set(t, j, "temperature", last)
		undo("0.7")
		undo(start)
	}
}
