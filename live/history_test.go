package live

import (
	"reflect"
	"testing"
	"time"

	"jamd/ui"
)

// One undo takes back the whole move of a slider, and two if there was a pause.
func TestHistory(t *testing.T) {
	var h history
	j := &Jam{}
	for _, c := range []struct {
		at           time.Duration
		name, before string
		added        bool
	}{
		{0, "temperature", "0.5", true}, {900 * time.Millisecond, "temperature", "0.6", false}, {1800 * time.Millisecond, "temperature", "0.7", false},
		{3 * time.Second, "temperature", "0.9", true}, {3 * time.Second, "style", "pad", true},
	} {
		if added := h.add(step{j, c.at, []ui.NamedValue{{Name: c.name, Value: c.before}}}); added != c.added {
			t.Errorf("%s at %v: added is %v", c.name, c.at, added)
		}
	}
	if h.add(step{jam: j}) {
		t.Error("a step of nothing was added")
	}
	for _, want := range []ui.NamedValue{{Name: "style", Value: "pad"}, {Name: "temperature", Value: "0.9"}, {Name: "temperature", Value: "0.5"}} {
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
		h.add(step{&Jam{}, time.Duration(i), []ui.NamedValue{{Name: "style", Value: "pad"}}})
	}
	if len(h.steps) != remembered {
		t.Errorf("%d steps are remembered", len(h.steps))
	}
}
