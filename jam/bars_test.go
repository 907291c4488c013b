package jam_test

import (
	"testing"

	"jamd/jam"
)

func TestPosition(t *testing.T) {
	for _, c := range []struct {
		meter string
		frame int64
		want  string
	}{
		{"4/4", 0, "1.1"}, {"4/4", 15, "1.4+3"}, {"4/4", 16, "2.1"}, {"3/4", 16, "2.2"},
		{"6/8", 5, "1.1+5"}, {"6/8", 6, "1.2"}, {"6/8", 12, "2.1"}, {"12/8", 23, "1.4+5"},
	} {
		meter, err := jam.ParseMeter(c.meter)
		if got := (jam.Bars{Meter: meter}).Position(c.frame); err != nil || got != c.want {
			t.Errorf("frame %d in %s is %s, want %s", c.frame, c.meter, got, c.want)
		}
	}
}

// A pickup of a beat, two bars of 4/4, a bar of 3/4 that is cut short, and 6/8.
func TestBarsOfSeveralMeters(t *testing.T) {
	bars := jam.Bars{Meter: jam.Quarters(1), Changes: []jam.MeterChange{
		{Frame: 4, Meter: jam.Quarters(4)}, {Frame: 36, Meter: jam.Quarters(3)}, {Frame: 42, Meter: jam.Meter{Count: 6, Unit: 8}},
	}}
	for frame, want := range map[int64]string{0: "1.1", 3: "1.1+3", 4: "2.1", 19: "2.4+3", 20: "3.1", 36: "4.1", 41: "4.2+1", 42: "5.1", 48: "5.2", 54: "6.1"} {
		if got := bars.Position(frame); got != want {
			t.Errorf("frame %d is at %s, want %s", frame, got, want)
		}
	}
	for frames, want := range map[int64]int64{0: 0, 1: 4, 4: 4, 5: 20, 21: 36, 37: 42, 43: 54, 55: 66} {
		if got := bars.Whole(frames); got != want {
			t.Errorf("%d frames are %d in whole bars, want %d", frames, got, want)
		}
	}
}
